namespace IntentAuthz;

/// <summary>An issuer, with the order in which the broker asks it.</summary>
internal sealed class IssuerWork(ICredentialIssuer issuer, UnmakingRetries retries)
{
    /// <summary>How many credentials of one issuer are unmade at a time: enough to keep a back end busy, too few to drown it.</summary>
    private const int AtATime = 32;

    internal ICredentialIssuer Issuer { get; } = issuer;

    internal UnmakingRetries Retries { get; } = retries;

    internal SemaphoreSlim Unmaking { get; } = new(AtATime, AtATime);
}
