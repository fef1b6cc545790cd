namespace IntentAuthz.Cedar;

/// <summary>
/// One of the policy sets that a request has to pass, for an explanation. Most callers have one; a caller that asks several sets, all of
/// which must allow, explains them together. Immutable.
/// </summary>
public sealed class PolicyLayer
{
    /// <summary>Describes a layer.</summary>
    /// <param name="name">What people call it, such as <c>policies</c>; not empty.</param>
    /// <param name="policies">The policies.</param>
    /// <param name="accepts">Whether an answer lets the request through, for callers with rules beyond Cedar's; null for
    /// <see cref="CedarDecision.Allow"/>. Pure, and never true for a Deny.</param>
    /// <param name="waiver">What would have to be so for this layer to let the request through whatever it asks now, as the end of a
    /// sentence that begins with "if", such as <c>the mandate granted the action</c>; null when nothing.</param>
    public PolicyLayer(string name, PolicySet policies, Func<CedarResponse, bool>? accepts = null, string? waiver = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(policies);
        Name = name;
        Policies = policies;
        Waiver = waiver;
        Accept = accepts ?? (static response => response.Decision == CedarDecision.Allow);
    }

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>The policies.</summary>
    public PolicySet Policies { get; }

    /// <summary>What would have to be so for the layer to let the request through whatever it asks now; null when nothing.</summary>
    public string? Waiver { get; }

    internal Func<CedarResponse, bool> Accept { get; }
}
