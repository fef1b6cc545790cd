namespace IntentAuthz;

/// <summary>What became of renewing the secret behind a profile.</summary>
/// <param name="State">What.</param>
/// <param name="Message">In words, for people. No secret.</param>
public sealed record RotationResult(RotationState State, string Message);
