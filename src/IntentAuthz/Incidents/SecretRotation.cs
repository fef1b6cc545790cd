namespace IntentAuthz;

/// <summary>What became of renewing one long-lived secret that an incident's tasks had been lent.</summary>
/// <param name="Issuer">The issuer.</param>
/// <param name="Profile">The profile.</param>
/// <param name="State">What became of it.</param>
/// <param name="Message">In words.</param>
public sealed record SecretRotation(string Issuer, string Profile, RotationState State, string Message)
{
    /// <summary>Whether somebody has to see to it by hand.</summary>
    public bool Remains => State is RotationState.CannotRotate or RotationState.Failed;
}
