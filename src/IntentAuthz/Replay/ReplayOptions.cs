using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>How decisions are replayed.</summary>
public sealed class ReplayOptions
{
    /// <summary>
    /// The schema the new policies are checked against before anything is replayed; without one they are only parsed. Where a policy cannot be
    /// evaluated on a recorded decision that does not fit this schema, such as one whose resource lacks an attribute that the schema requires, the
    /// answer is unknown; without a schema it is what the guard would have done, a denial or a permit that does not apply.
    /// </summary>
    public Schema? Schema { get; init; }

    /// <summary>Annotation keys of the host's own, beside those the library knows.</summary>
    public IEnumerable<string> AnnotationKeys { get; init; } = [];

    /// <summary>Replays only what was decided at or after this time; null for everything.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Replays only what was decided before this time; null for everything.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>How many examples a group keeps, 0 to 1,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaxExamples
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A group keeps 0 to 1,000 examples.");
    } = 3;

    /// <summary>How many threads decide, 1 to 1,024; as many as there are processors by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaxParallelism
    {
        get;
        init => field = value is >= 1 and <= 1024 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "1 to 1,024 threads decide.");
    } = Environment.ProcessorCount;
}
