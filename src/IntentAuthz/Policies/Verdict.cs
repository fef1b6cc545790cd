using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>A policy engine's answer to one request. Only the guard makes a decision of it. Immutable.</summary>
public sealed class Verdict
{
    /// <summary>Makes an answer.</summary>
    /// <param name="effect">Permit or Deny.</param>
    /// <param name="reasonCode">One of <see cref="ReasonCodes"/>.</param>
    /// <param name="policies">The policies that determined it.</param>
    /// <param name="errors">Policies that could not be evaluated, each with its reason.</param>
    /// <param name="obligations">What must hold for a permit; none when null.</param>
    public Verdict(
        VerdictEffect effect,
        string reasonCode,
        ImmutableArray<string> policies,
        ImmutableArray<string> errors = default,
        Obligations? obligations = null)
    {
        Effect = effect;
        ReasonCode = reasonCode;
        Policies = policies.IsDefault ? [] : policies;
        Errors = errors.IsDefault ? [] : errors;
        Obligations = obligations ?? Obligations.None;
    }

    /// <summary>Permit or Deny.</summary>
    public VerdictEffect Effect { get; }

    /// <summary>One of <see cref="ReasonCodes"/>.</summary>
    public string ReasonCode { get; }

    /// <summary>The ids of the policies that determined it.</summary>
    public ImmutableArray<string> Policies { get; }

    /// <summary>Policies that could not be evaluated, each with its reason.</summary>
    public ImmutableArray<string> Errors { get; }

    /// <summary>What must hold for a permit.</summary>
    public Obligations Obligations { get; }
}
