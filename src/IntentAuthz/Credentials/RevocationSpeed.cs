namespace IntentAuthz;

/// <summary>How fast an issuer can unmake what it made. It decides the residual window that is reported when a task ends.</summary>
public enum RevocationSpeed
{
    /// <summary>Nothing stops it before it expires.</summary>
    ExpiryOnly = 0,

    /// <summary>It stops where the target asks whether it still holds, and lives on until expiry where the target does not ask.</summary>
    Introspected,

    /// <summary>It stops everywhere when <see cref="ICredentialIssuer.RevokeAsync"/> returns.</summary>
    Immediate,
}
