namespace IntentAuthz;

/// <summary>Which guard a task belongs to, compared by reference, and what its decisions are explained with.</summary>
internal sealed class GuardIdentity(SecretScrubber scrubber)
{
    /// <summary>Takes live secrets out of explanations.</summary>
    internal SecretScrubber Scrubber { get; } = scrubber;
}
