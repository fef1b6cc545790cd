using System.Globalization;

namespace IntentAuthz;

/// <summary>The names of a store's files: <c>decisions.00000001.iad</c> and so on, in the order they were begun.</summary>
internal static class DecisionFiles
{
    /// <summary>No store comes to have so many files; a name that says so would leave no number for the next.</summary>
    internal const long MaxNumber = 1_000_000_000_000;

    private const string Prefix = "decisions.";
    private const string Suffix = ".iad";

    internal static string PathOf(string directory, long number) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D8}{Suffix}"));

    /// <summary>The files there are, by number.</summary>
    internal static List<(long Number, string Path)> In(string directory)
    {
        List<(long Number, string Path)> files = [];
        foreach (string path in Directory.EnumerateFiles(directory, Prefix + "*" + Suffix))
        {
            string name = Path.GetFileName(path);
            if (long.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                && number <= MaxNumber && string.Equals(Path.GetFileName(PathOf(directory, number)), name, StringComparison.Ordinal)) // a copy under another spelling of the number is none of them
            {
                files.Add((number, path));
            }
        }

        files.Sort();
        return files;
    }
}
