using System.IO.Enumeration;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Finds tests, and the files they name.</summary>
internal static class TestFiles
{
    // What lies beside a test `name.json` under its name.
    private static readonly string[] CompanionSuffixes = [".entities.json", ".cedarschema.json", ".validation.json"];

    /// <summary>
    /// The files that may be tests, in ordinal order. Which are, their content says: sample data lies among them. Links to directories
    /// are not followed: they may lead in circles.
    /// </summary>
    public static List<string> Below(string directory) =>
    [
        .. new FileSystemEnumerable<string>(
            directory,
            (ref entry) => entry.ToSpecifiedFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None })
            {
                ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && entry.FileName.EndsWith(".json", StringComparison.Ordinal),
                ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            }
            .Where(path => !Array.Exists(CompanionSuffixes, suffix => path.EndsWith(suffix, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// The file that a test names: its path starts at the nearest directory, that of the test or one above it, in which there is such
    /// a file.
    /// </summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static string Resolve(string test, string named)
    {
        for (var directory = Path.GetDirectoryName(Path.GetFullPath(test)); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            var path = Path.Combine(directory, named);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FormatException($"the file `{named}`, which the test names, is in no directory from that of the test upwards");
    }
}
