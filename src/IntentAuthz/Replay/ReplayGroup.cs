using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>Decisions that the same policies changed in the same way, or that are not known for the same reason. Immutable.</summary>
public sealed class ReplayGroup
{
    internal ReplayGroup(ReplayGroupKey key, long count, ImmutableArray<ReplayedDecision> examples)
    {
        Change = key.Change;
        From = key.From;
        To = key.To;
        Policies = key.Split();
        Missing = key.Missing;
        Count = count;
        Examples = examples;
    }

    /// <summary>What the policies did.</summary>
    public ReplayChange Change { get; }

    /// <summary>What the policies had decided.</summary>
    public DecisionOutcome From { get; }

    /// <summary>What they decide now; null when that is not known.</summary>
    public DecisionOutcome? To { get; }

    /// <summary>The ids of the policies that made the difference, in ordinal order: of the new set where they do something now, of the old one where they no longer do.</summary>
    public ImmutableArray<string> Policies { get; }

    /// <summary>What the log does not hold, in words; null for a change.</summary>
    public string? Missing { get; }

    /// <summary>How many decisions.</summary>
    public long Count { get; }

    /// <summary>The first of them, in the order of the log; as many as <see cref="ReplayOptions.MaxExamples"/> allows.</summary>
    public ImmutableArray<ReplayedDecision> Examples { get; }
}
