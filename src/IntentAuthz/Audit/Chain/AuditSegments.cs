using System.Globalization;

namespace IntentAuthz;

/// <summary>The files of a log: the one that is written, and beside it those that were full, numbered: <c>audit.jsonl</c>, <c>audit.000000.jsonl</c>, …</summary>
internal static class AuditSegments
{
    internal static string PathOf(string path, long segment) => Path.Combine(
        Directory(path), string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}.{segment:000000}{Path.GetExtension(path)}"));

    /// <summary>The file itself, when the path is a link to it: its full files lie beside it, and so does its lock.</summary>
    internal static string Resolve(string path)
    {
        FileInfo file = new(path);
        return file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    /// <summary>The full files, in order.</summary>
    internal static List<(long Segment, string Path)> Full(string path)
    {
        path = Resolve(path);
        string prefix = Path.GetFileNameWithoutExtension(path) + ".", suffix = Path.GetExtension(path);
        List<(long Segment, string Path)> found = [];
        foreach (string file in System.IO.Directory.EnumerateFiles(Directory(path), $"{prefix}*{suffix}"))
        {
            ReadOnlySpan<char> name = Path.GetFileName(file.AsSpan());
            if (name.Length >= prefix.Length + 6 + suffix.Length
                && long.TryParse(name[prefix.Length..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out long segment))
            {
                found.Add((segment, file));
            }
        }

        found.Sort(static (a, b) => a.Segment.CompareTo(b.Segment));
        return found;
    }

    private static string Directory(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
