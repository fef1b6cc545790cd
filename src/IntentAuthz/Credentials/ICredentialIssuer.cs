namespace IntentAuthz;

/// <summary>
/// Makes and unmakes credentials at one kind of back end. Implementations are safe for use by many threads and never log or keep the
/// secret. What they throw counts as a refusal; whatever may have been made is unmade by <see cref="RevokeAsync"/>.
/// </summary>
public interface ICredentialIssuer
{
    /// <summary>The name profiles use, unique among the host's issuers.</summary>
    string Name { get; }

    /// <summary>How fast <see cref="RevokeAsync"/> takes effect.</summary>
    RevocationSpeed RevocationSpeed { get; }

    /// <summary>Makes a credential that lives no longer, and can do no more, than the request says.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends the wait; the broker then unmakes the lease.</param>
    ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken);

    /// <summary>Unmakes a credential. Succeeds also when there is none, so that it can be tried again.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken);
}
