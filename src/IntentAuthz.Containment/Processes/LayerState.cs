namespace IntentAuthz.Containment;

/// <summary>What one layer is found to do on this machine.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="IsEnforced">Whether it was tried and held.</param>
/// <param name="Detail">What it covers here, or why it is not there and what would help.</param>
public sealed record LayerState(ContainmentLayer Layer, bool IsEnforced, string Detail)
{
    /// <summary>The state in words.</summary>
    public override string ToString() => $"{Layer}: {(IsEnforced ? "yes" : "no")}, {Detail}";
}
