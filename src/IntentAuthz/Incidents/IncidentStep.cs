using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What became of one step of answering an incident: whether it was done, what it stopped, and what remains.</summary>
public sealed record IncidentStep
{
    /// <summary>Whether the caller might do it. What was permitted is done.</summary>
    public required Decision Decision { get; init; }

    /// <summary>Whether it was done.</summary>
    public bool IsDone => Decision.IsPermitted;

    /// <summary>The incident after it; null when there is none of that id.</summary>
    public Incident? Incident { get; init; }

    /// <summary>Whether it is written in a store that outlives the process. When false it holds in this process all the same.</summary>
    public bool IsDurable { get; init; }

    /// <summary>How many calls in flight were cancelled.</summary>
    public int CallsCancelled { get; init; }

    /// <summary>One entry for each lease that was unmade, by this step and by those before it, with the window in which its credential may still be honoured.</summary>
    public ImmutableArray<ResidualWindow> Residuals { get; init; } = [];

    /// <summary>What became of the long-lived secrets that had been lent.</summary>
    public ImmutableArray<SecretRotation> Rotations { get; init; } = [];

    /// <summary>What was exported, or null.</summary>
    public IncidentExport? Export { get; init; }

    /// <summary>What is left to see to, one sentence each; empty when nothing is.</summary>
    public ImmutableArray<string> Remaining { get; init; } = [];

    internal static IncidentStep Refused(Decision decision, Incident? incident = null) => new() { Decision = decision, Incident = incident };
}
