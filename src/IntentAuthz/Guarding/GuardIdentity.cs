namespace IntentAuthz;

/// <summary>Which guard a task belongs to, compared by reference, and what all of its calls have in common, so that no call holds it.</summary>
internal sealed class GuardIdentity(SecretScrubber scrubber, TimeProvider time, RiskWeights weights)
{
    /// <summary>Takes live secrets out of explanations, and out of what tools stream.</summary>
    internal SecretScrubber Scrubber { get; } = scrubber;

    /// <summary>Tells policies the time.</summary>
    internal TimeProvider Time { get; } = time;

    /// <summary>What the factors of a risk score weigh.</summary>
    internal RiskWeights Weights { get; } = weights;

    /// <summary>Makes the digests of calls.</summary>
    internal CallDigester Digester { get; } = new();
}
