using System.Globalization;

namespace IntentAuthz;

/// <summary>How much a contained process may use, with all it starts. What is null is not limited here; the least of all that apply holds. Immutable.</summary>
public sealed record ContainmentLimits
{
    /// <summary>No limit at all.</summary>
    public static ContainmentLimits None { get; } = new();

    /// <summary>How long it may run, by the clock.</summary>
    public TimeSpan? WallTime { get; init => field = Positive(value); }

    /// <summary>How much processor time each of its processes may use.</summary>
    public TimeSpan? CpuTime { get; init => field = Positive(value); }

    /// <summary>How many bytes of memory all of it may use together.</summary>
    public long? MemoryBytes { get; init => field = Positive(value); }

    /// <summary>How many processes and threads there may be at once.</summary>
    public int? Processes { get; init => field = (int?)Positive(value); }

    /// <summary>How many bytes it may write to its standard output and error together. It is stopped when it writes more.</summary>
    public long? OutputBytes { get; init => field = Positive(value); }

    /// <summary>How large a file may become.</summary>
    public long? FileBytes { get; init => field = Positive(value); }

    /// <summary>How many bytes the workspace may hold.</summary>
    public long? WorkspaceBytes { get; init => field = Positive(value); }

    /// <summary>How many files and directories the workspace may hold.</summary>
    public int? WorkspaceEntries { get; init => field = (int?)Positive(value); }

    /// <summary>What is left when both hold: of each limit the lower one.</summary>
    /// <param name="other">The others.</param>
    public ContainmentLimits Intersect(ContainmentLimits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ContainmentLimits
        {
            WallTime = Least(WallTime, other.WallTime),
            CpuTime = Least(CpuTime, other.CpuTime),
            MemoryBytes = Least(MemoryBytes, other.MemoryBytes),
            Processes = Least(Processes, other.Processes),
            OutputBytes = Least(OutputBytes, other.OutputBytes),
            FileBytes = Least(FileBytes, other.FileBytes),
            WorkspaceBytes = Least(WorkspaceBytes, other.WorkspaceBytes),
            WorkspaceEntries = Least(WorkspaceEntries, other.WorkspaceEntries),
        };
    }

    /// <summary>The limits in words; empty for none.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        Add(WallTime, "wall time");
        Add(CpuTime, "processor time");
        Add(MemoryBytes, "bytes of memory");
        Add(Processes, "processes");
        Add(OutputBytes, "bytes of output");
        Add(FileBytes, "bytes a file");
        Add(WorkspaceBytes, "bytes in the workspace");
        Add(WorkspaceEntries, "entries in the workspace");
        return string.Join(", ", parts);

        void Add<T>(T? limit, string what)
            where T : struct, IFormattable
        {
            if (limit is { } value)
            {
                parts.Add($"{value.ToString(null, CultureInfo.InvariantCulture)} {what}");
            }
        }
    }

    private static T? Least<T>(T? a, T? b)
        where T : struct, IComparable<T> => a is null ? b : b is null || a.Value.CompareTo(b.Value) <= 0 ? a : b;

    private static TimeSpan? Positive(TimeSpan? value) => value is null || value > TimeSpan.Zero
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A limit is above zero; null for none.");

    private static long? Positive(long? value) => value is null or > 0
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A limit is above zero; null for none.");
}
