namespace IntentAuthz.Containment;

/// <summary>Names of files put together and made plain, without looking at any file.</summary>
internal static class PathNames
{
    /// <summary>The plain name of a path.</summary>
    /// <param name="directory">What a relative path is relative to: an absolute directory, or one relative to where the text starts; empty for that itself.</param>
    /// <param name="path">The path; not empty.</param>
    public static string Resolve(string directory, string path) =>
        Plain(path[0] == '/' || directory.Length == 0 ? path : directory[^1] == '/' ? directory + path : directory + "/" + path);

    /// <summary>The path without <c>.</c>, <c>..</c>, doubled and trailing slashes.</summary>
    public static string Plain(string path)
    {
        if (IsPlain(path))
        {
            return path;
        }

        var absolute = path[0] == '/';
        var kept = new List<Range>();
        var span = path.AsSpan();
        foreach (var range in span.Split('/'))
        {
            var part = span[range];
            if (part.Length == 0 || part is ".")
            {
                continue;
            }

            if (part is ".." && kept.Count > 0 && span[kept[^1]] is not "..")
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (part is not ".." || !absolute)
            {
                kept.Add(range);
            }
        }

        if (kept.Count == 0)
        {
            return absolute ? "/" : ".";
        }

        var text = new System.Text.StringBuilder(path.Length);
        for (var i = 0; i < kept.Count; i++)
        {
            if (i > 0 || absolute)
            {
                text.Append('/');
            }

            text.Append(span[kept[i]]);
        }

        return text.ToString();
    }

    /// <summary>Whether a path, either of which may be a pattern, can be another or lie beneath it.</summary>
    public static bool MayLieIn(string path, string other) => other is not "." && path.AsSpan().Count('/') >= other.AsSpan().Count('/') && MayMeet(path, other);

    /// <summary>Whether a path, which may be a pattern, can be another one, lie beneath it or above it.</summary>
    public static bool MayMeet(string path, string other)
    {
        ReadOnlySpan<char> left = path.AsSpan().TrimEnd('/');
        ReadOnlySpan<char> right = other.AsSpan().TrimEnd('/');
        if (path is "." || other is ".")
        {
            return (path is "." ? other : path) is var relative && relative[0] != '/';
        }

        while (left.Length > 0 && right.Length > 0)
        {
            var first = Next(left);
            var second = Next(right);
            var one = first < 0 ? left : left[..first];
            var two = second < 0 ? right : right[..second];
            if (!one.SequenceEqual(two) && !GlobTrim.IsMatch(one, two) && !GlobTrim.IsMatch(two, one))
            {
                return false;
            }

            left = first < 0 ? default : left[first..];
            right = second < 0 ? default : right[second..];
        }

        return true;
    }

    private static int Next(ReadOnlySpan<char> path) => path[1..].IndexOf('/') is var slash && slash < 0 ? -1 : slash + 1;

    private static bool IsPlain(string path)
    {
        if (path is "/" or ".")
        {
            return true;
        }

        var start = path[0] == '/' ? 1 : 0;
        for (var i = start; i <= path.Length; i++)
        {
            if (i == path.Length || path[i] == '/')
            {
                var length = i - start;
                if (length == 0 || (path[start] == '.' && (length == 1 || (length == 2 && path[start + 1] == '.'))))
                {
                    return false;
                }

                start = i + 1;
            }
        }

        return true;
    }
}
