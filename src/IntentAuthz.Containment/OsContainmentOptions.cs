namespace IntentAuthz.Containment;

/// <summary>How contained calls are made ready. Immutable.</summary>
public sealed record OsContainmentOptions
{
    /// <summary>How the way out behaves where hosts are granted.</summary>
    public EgressOptions Egress { get; init; } = EgressOptions.Default;

    /// <summary>
    /// How much a workspace may hold where the bounds say nothing; and how large the files are that tools read and write in this process.
    /// </summary>
    public WorkspaceLimits Workspace { get; init; } = new();

    /// <summary>How often a workspace with a limit is counted while a process runs. The process is ended when it holds more. 10 ms to 1 minute.</summary>
    public TimeSpan WorkspaceCheckInterval
    {
        get;
        init => field = value >= TimeSpan.FromMilliseconds(10) && value <= TimeSpan.FromMinutes(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A workspace is counted every 10 ms to every minute.");
    } = TimeSpan.FromMilliseconds(100);

    /// <summary>The clock; the system's when not set.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
