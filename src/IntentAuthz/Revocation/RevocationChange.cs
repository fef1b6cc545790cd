namespace IntentAuthz;

/// <summary>One change of what is revoked.</summary>
/// <param name="Target">What.</param>
/// <param name="Entry">The revocation, or null when it was lifted.</param>
public readonly record struct RevocationChange(RevocationTarget Target, RevocationEntry? Entry);
