using System.Globalization;

namespace IntentAuthz;

/// <summary>One part of a risk score. Immutable.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Weight">The most it can add.</param>
/// <param name="Level">How much of that it does, from 0 to 1.</param>
public readonly record struct RiskFactor(string Name, int Weight, double Level)
{
    /// <summary>What it adds to the score.</summary>
    public double Contribution => Weight * Level;

    /// <summary>Such as <c>provenance 0.5 of 30</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Level:0.##} of {Weight}");
}
