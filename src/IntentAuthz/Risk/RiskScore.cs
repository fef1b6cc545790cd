using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>How risky a call is, from 0 to 100, and what that is made of. Immutable.</summary>
public sealed class RiskScore
{
    internal RiskScore(ImmutableArray<RiskFactor> factors)
    {
        Factors = factors;
        Value = (int)Math.Round(Math.Clamp(factors.Sum(static f => f.Contribution), 0, 100), MidpointRounding.AwayFromZero);
    }

    /// <summary>The sum of what the factors add, from 0 to 100.</summary>
    public int Value { get; }

    /// <summary>Every factor, also those that add nothing.</summary>
    public ImmutableArray<RiskFactor> Factors { get; }

    /// <summary>The score and its factors.</summary>
    public override string ToString() => $"{Value} ({string.Join(", ", Factors)})";
}
