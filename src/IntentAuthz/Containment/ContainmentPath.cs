using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>Paths of containment bounds: absolute, in their plain form, each standing for everything beneath it.</summary>
internal static class ContainmentPath
{
    private const int MaxLength = 1024;

    internal static ImmutableArray<string>? Validate(ImmutableArray<string>? paths)
    {
        if (paths is not { } given)
        {
            return null;
        }

        if (given.IsDefault || given.Length > ContainmentBounds.MaxEntries)
        {
            throw new ArgumentException($"Bounds name at most {ContainmentBounds.MaxEntries} paths; name directories instead of files.", nameof(paths));
        }

        foreach (string path in given)
        {
            if (!IsPlain(path))
            {
                throw new ArgumentException(
                    $"'{path}' is not an absolute path in its plain form: it begins with '/', has no empty, '.' or '..' part and no control character, and is at most {MaxLength} characters long.",
                    nameof(paths));
            }
        }

        return Reduce(given);
    }

    /// <summary>What lies beneath both of a pair is what lies beneath the longer one, when it lies beneath the shorter.</summary>
    internal static ImmutableArray<string>? Intersect(ImmutableArray<string>? a, ImmutableArray<string>? b)
    {
        if (a is not { } mine || b is not { } theirs)
        {
            return a ?? b;
        }

        return Reduce([.. mine.Where(m => theirs.Any(t => Contains(t, m))), .. theirs.Where(t => mine.Any(m => Contains(m, t)))]);
    }

    internal static ImmutableArray<string>? For(AgentTask task, ImmutableArray<string>? paths)
    {
        if (paths is not { } given)
        {
            return null;
        }

        AgentTask root = task;
        while (root.Parent is { } above)
        {
            root = above;
        }

        return Reduce([.. given.Select(p => Name(p, task.Id, root.Id))]);
    }

    internal static string Name(string path, TaskId task, TaskId root) =>
        path.Replace("{task}", task.Value, StringComparison.Ordinal).Replace("{root}", root.Value, StringComparison.Ordinal);

    /// <summary>Whether a path is another or lies beneath it.</summary>
    internal static bool Contains(string directory, string path) =>
        directory == "/" || path.Equals(directory, StringComparison.Ordinal)
        || (path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/');

    internal static bool IsPlain(string? path)
    {
        if (string.IsNullOrEmpty(path) || path.Length > MaxLength || path[0] != '/' || path.AsSpan().ContainsAnyInRange('\0', '\x1f') || path.Contains('\x7f', StringComparison.Ordinal))
        {
            return false;
        }

        foreach (Range part in path.AsSpan(1).Split('/'))
        {
            if (path.AsSpan(1)[part] is "" or "." or "..")
            {
                return path == "/";
            }
        }

        return true;
    }

    private static ImmutableArray<string> Reduce(IEnumerable<string> paths)
    {
        ImmutableArray<string> all = [.. paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return [.. all.Where(p => !all.Any(other => other != p && Contains(other, p)))];
    }
}
