using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz;

/// <summary>What a provider answers: a containment, or what is missing.</summary>
public sealed class ContainmentResult
{
    private ContainmentResult(CallContainment? containment, string? missing)
    {
        Containment = containment;
        Missing = missing;
    }

    /// <summary>The containment, or null.</summary>
    public CallContainment? Containment { get; }

    /// <summary>What this machine cannot enforce and what would help, in words for an operator; null when the containment is there.</summary>
    public string? Missing { get; }

    /// <summary>Whether the containment is there.</summary>
    [MemberNotNullWhen(true, nameof(Containment))]
    [MemberNotNullWhen(false, nameof(Missing))]
    public bool IsReady => Containment is not null;

    /// <summary>The containment is ready.</summary>
    /// <param name="containment">It; the guard disposes it when the call has ended.</param>
    public static ContainmentResult Ready(CallContainment containment)
    {
        ArgumentNullException.ThrowIfNull(containment);
        return new ContainmentResult(containment, null);
    }

    /// <summary>This machine cannot enforce what was asked for.</summary>
    /// <param name="missing">The layer that is missing, and what would help.</param>
    public static ContainmentResult Unavailable(string missing)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(missing);
        return new ContainmentResult(null, missing);
    }
}
