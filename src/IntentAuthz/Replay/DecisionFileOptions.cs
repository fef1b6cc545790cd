namespace IntentAuthz;

/// <summary>How a <see cref="FileDecisionStore"/> writes. Each value is checked when it is set.</summary>
public sealed class DecisionFileOptions
{
    /// <summary>How large a file may become before the next is begun, 64 KiB to 64 GiB. It can be exceeded by one batch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public long MaxFileBytes { get; set => field = InRange(value, 64L * 1024, 64L << 30); } = 256L * 1024 * 1024;

    /// <summary>
    /// About how many bytes a block has, 4 KiB to 4 MiB. What repeats within a block is stored once, so larger blocks are denser; a damaged block
    /// is lost as a whole.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int BlockBytes { get; set => field = (int)InRange(value, 4 * 1024, 4 * 1024 * 1024); } = 128 * 1024;

    private static long InRange(long value, long least, long most) => value >= least && value <= most
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"The value is from {least} to {most}.");
}
