namespace IntentAuthz.EndToEnd;

/// <summary>Where the sources are that these tests were built from.</summary>
internal static class Repository
{
    internal static string Root { get; } = FindRoot();

    /// <summary>The built file of a sample, of the same configuration and framework as these tests.</summary>
    internal static string BuiltSample(string name)
    {
        DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(Root, "samples", name, "bin", framework.Parent!.Name, framework.Name, $"{name}.dll");
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "IntentAuthz.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No directory above {AppContext.BaseDirectory} holds IntentAuthz.sln; run the tests from where they were built.");
    }
}
