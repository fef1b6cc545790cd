namespace IntentAuthz;

/// <summary>An issuer whose back end can say what it holds, so that credentials without a lease are found and unmade.</summary>
public interface IListingIssuer : ICredentialIssuer
{
    /// <summary>The credentials of this issuer's making that the back end holds at this moment. Those that no lease knows are unmade.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    IAsyncEnumerable<FoundCredential> ListAsync(CancellationToken cancellationToken);
}
