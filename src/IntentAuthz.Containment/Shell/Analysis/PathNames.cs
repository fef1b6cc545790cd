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
