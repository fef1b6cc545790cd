namespace IntentAuthz.Containment;

/// <summary>How much a workspace may hold. Immutable.</summary>
public sealed record WorkspaceLimits
{
    /// <summary>The most bytes of all files, each counted by its length. 1 GiB when not set.</summary>
    public long MaxBytes { get; init => field = AtLeast(value, 0); } = 1L << 30;

    /// <summary>The most files, directories and other entries. 100,000 when not set.</summary>
    public int MaxEntries { get; init => field = (int)AtLeast(value, 0); } = 100_000;

    /// <summary>The most bytes of one file that is read or written through the workspace. 16 MiB when not set.</summary>
    public int MaxFileBytes { get; init => field = (int)AtLeast(value, 1); } = 16 * 1024 * 1024;

    /// <summary>The most bytes that a snapshot reads to know whether contents have changed; files beyond it are compared by size and time. 64 MiB when not set.</summary>
    public long MaxHashedBytes { get; init => field = AtLeast(value, 0); } = 64L * 1024 * 1024;

    private static long AtLeast(long value, long least) => value >= least
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"This limit of a workspace is at least {least}.");
}
