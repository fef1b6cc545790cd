namespace IntentAuthz.Cli.Replay;

/// <summary>What was asked for on the command line.</summary>
internal sealed record ReplayRequest(
    string[] Policies, DirectoryInfo? Store, string[] Keys, FileInfo? Audit, FileInfo[] Schemas, string[] Annotations, DateTimeOffset? From, DateTimeOffset? To, int Examples);
