using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>How an audit log is written, by <see cref="JsonLinesAuditSink"/> or into SQLite. Each value is checked when it is set.</summary>
public sealed class AuditFileOptions
{
    /// <summary>
    /// Signs checkpoints: a private key on the curve P-256, which the sink uses and does not dispose. Without one, whoever can write the file can
    /// write another log in its place, and only a checkpoint kept elsewhere shows it.
    /// </summary>
    /// <exception cref="ArgumentException">The key is on another curve.</exception>
    public ECDsa? SigningKey
    {
        get;
        set => field = value is null || value.KeySize == 256 ? value : throw new ArgumentException($"The key has {value.KeySize} bits; checkpoints are signed by ES256, on P-256.", nameof(value));
    }

    /// <summary>What checkpoints call the key, 1 to 256 characters.</summary>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    public string KeyId { get; set => field = Identifier.Validate(value, "key id"); } = "audit";

    /// <summary>After how many records a checkpoint is written, 1 to 1,000,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int RecordsPerCheckpoint { get; set => field = InRange(value, 1, 1_000_000); } = 1_000;

    /// <summary>After what time at the latest a checkpoint is written when there are new records, 10 ms to one hour.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan CheckpointInterval { get; set => field = InRange(value, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)); } = TimeSpan.FromSeconds(5);

    /// <summary>How many bytes of lines a file may hold before the next is begun, 64 KiB to 1 TiB. A batch is never divided, so it can be exceeded by one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public long MaxFileBytes { get; set => field = InRange(value, 64L * 1024, 1L << 40); } = 256L * 1024 * 1024;

    /// <summary>
    /// Is told of each checkpoint once it is on the disk, so that it can be kept where whoever writes the log cannot: what was written after the
    /// last one kept elsewhere can be cut off unnoticed. Called by the writer, one at a time; keep it short. What it throws is for the host to see
    /// to: the log goes on, and the next checkpoint covers more.
    /// </summary>
    public Action<AuditCheckpoint>? CheckpointWritten { get; set; }

    private static T InRange<T>(T value, T least, T most)
        where T : IComparable<T> => value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"The value is from {least} to {most}.");
}
