using IntentAuthz.Cedar.Tests;

namespace IntentAuthz.AgentReplay.Tests;

/// <summary>
/// The traces of the public agent benchmarks. They are not part of the repository: they are looked for in the directory that
/// INTENTAUTHZ_REPLAY names, else in ../shared/replay beside the repository.
/// </summary>
internal static class ReplayData
{
    internal const string WhyAbsent =
        "The traces of the agent benchmarks are absent: put them into ../shared/replay beside the repository, or name their directory in INTENTAUTHZ_REPLAY.";

    internal static string? Root { get; } = Find();

    internal static string Directory(string name) => Path.Combine(Root!, name);

    private static string? Find()
    {
        string directory = Environment.GetEnvironmentVariable("INTENTAUTHZ_REPLAY") is { Length: > 0 } named
            ? named
            : Path.Combine(Repository.Root, "..", "shared", "replay");
        return System.IO.Directory.Exists(Path.Combine(directory, "agentdojo")) ? directory : null;
    }
}
