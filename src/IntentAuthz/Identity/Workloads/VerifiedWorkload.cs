namespace IntentAuthz;

/// <summary>
/// What a verifier concluded: this workload, proved by this kind of document, until then. It comes from <see cref="X509SvidVerifier"/>, from a
/// JWT-SVID verifier or from a verifier of the host's, and is what <see cref="AgentIdentity.Verified"/> is made of. Immutable.
/// </summary>
public sealed class VerifiedWorkload
{
    private VerifiedWorkload(SpiffeId id, WorkloadDocument document, DateTimeOffset expiresAt)
    {
        Id = id;
        Document = document;
        ExpiresAt = expiresAt;
    }

    /// <summary>The workload.</summary>
    public SpiffeId Id { get; }

    /// <summary>What proved it.</summary>
    public WorkloadDocument Document { get; }

    /// <summary>When the document ends, in wall-clock time. From then on no task is opened with it.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>
    /// For verifiers only: states that a document was verified, its signature, time and intended receiver included. The library cannot check
    /// that, and <c>principal.attested</c> is true in policy because of it; a host that has verified nothing uses
    /// <see cref="AgentIdentity.HostAsserted"/>.
    /// </summary>
    /// <param name="id">The workload that the document names.</param>
    /// <param name="document">The kind of document.</param>
    /// <param name="expiresAt">When the document ends.</param>
    /// <exception cref="ArgumentException">The id is the default value, or the kind is not defined.</exception>
    public static VerifiedWorkload ConcludedByVerifier(SpiffeId id, WorkloadDocument document, DateTimeOffset expiresAt)
    {
        _ = TrustDomain.Checked(id.TrustDomain, nameof(id));
        return Enum.IsDefined(document)
            ? new VerifiedWorkload(id, document, expiresAt.ToUniversalTime())
            : throw new ArgumentException($"There is no kind of document {(int)document}; take Other for a document of the host's.", nameof(document));
    }

    /// <summary>Id, kind and expiry, for logs.</summary>
    public override string ToString() => $"{Id} ({Document} until {ExpiresAt:u})";
}
