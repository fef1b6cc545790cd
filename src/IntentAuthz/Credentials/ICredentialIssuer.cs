namespace IntentAuthz;

/// <summary>
/// Makes and unmakes credentials at one kind of back end. Implementations are safe for use by many threads and never log or keep the
/// secret. What they throw counts as a failure; whatever may have been made is unmade by <see cref="RevokeAsync"/>. An issuer that can
/// lengthen a credential's life is an <see cref="IRenewingIssuer"/> too; one whose back end can say what it holds, an
/// <see cref="IListingIssuer"/>. The conformance suite in <c>IntentAuthz.Testing</c> checks what is asked here.
/// </summary>
public interface ICredentialIssuer
{
    /// <summary>The name profiles use, unique among the host's issuers. It is written into every lease: an issuer keeps its name as long as leases of it live.</summary>
    string Name { get; }

    /// <summary>How fast <see cref="RevokeAsync"/> takes effect.</summary>
    RevocationSpeed RevocationSpeed { get; }

    /// <summary>The longest life this issuer gives. What is asked for is never more.</summary>
    TimeSpan MaxLifetime => CredentialProfile.MaxLifetime;

    /// <summary>
    /// What unmaking the credential will need besides the lease's id, said before anything is made and without asking the back end: it is
    /// written down first, so that a crash while making leaves nothing that cannot be undone. Null when the id is enough. No secret.
    /// </summary>
    /// <param name="request">What is going to be asked for.</param>
    string? GetHandle(IssueRequest request) => null;

    /// <summary>Makes a credential that lives no longer, and can do no more, than the request says.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends the wait; the broker then unmakes the lease.</param>
    ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Unmakes a credential, by its id and handle alone: after a restart the profile may be gone. Succeeds also when there is none or only half
    /// of one, so that it can be tried again.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken);
}
