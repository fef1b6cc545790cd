namespace IntentAuthz;

/// <summary>A credential that a back end holds.</summary>
/// <param name="Lease">The lease it was made for.</param>
/// <param name="Handle">What unmaking it needs besides, or null.</param>
public readonly record struct FoundCredential(LeaseId Lease, string? Handle);
