namespace IntentAuthz.Containment;

/// <summary>The form paths have in bounds, for paths that are compared with them.</summary>
internal static class GrantedPath
{
    private const int MaxLength = 1024;

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

    internal static bool IsWithin(string path, IEnumerable<string> directories) => directories.Any(d => Contains(d, path));

    internal static bool Contains(string directory, string path) =>
        directory == "/" || path.Equals(directory, StringComparison.Ordinal)
        || (path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/');
}
