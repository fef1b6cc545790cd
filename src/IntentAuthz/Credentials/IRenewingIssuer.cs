namespace IntentAuthz;

/// <summary>An issuer that can lengthen the life of a credential without making another.</summary>
public interface IRenewingIssuer : ICredentialIssuer
{
    /// <summary>
    /// Lengthens the credential's life, no further than asked. The longer life is in the lease's record before this is called. Throws where the
    /// credential is gone: it may have been unmade meanwhile, and must not come back.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="until">When it is to end, in wall-clock time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the back end now stops honouring it.</returns>
    ValueTask<DateTimeOffset> RenewAsync(Lease lease, DateTimeOffset until, CancellationToken cancellationToken);
}
