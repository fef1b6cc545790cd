namespace IntentAuthz;

/// <summary>One decision as it was, and what other policies say of it. Immutable.</summary>
public sealed class ReplayedDecision
{
    internal ReplayedDecision(RecordedDecision recorded, Verdict? verdict, (long File, long Block, int Index) place)
    {
        Recorded = recorded;
        Verdict = verdict;
        Place = place;
    }

    /// <summary>The decision as it was.</summary>
    public RecordedDecision Recorded { get; }

    /// <summary>What the other policies answer; null when that is not known.</summary>
    public Verdict? Verdict { get; }

    /// <summary>Where it stands in its store: the number of the file, of the block and within the block. What was asked first comes first.</summary>
    internal (long File, long Block, int Index) Place { get; }
}
