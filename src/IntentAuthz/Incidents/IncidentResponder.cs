namespace IntentAuthz;

/// <summary>
/// The steps of answering an incident, as one principal takes them. Each is an administrative action: decided, done, written to the audit. Each can
/// be taken again and then changes nothing. Safe for use by many threads.
/// </summary>
public sealed class IncidentResponder
{
    private readonly IncidentDesk _desk;
    private readonly IncidentActor _by;

    internal IncidentResponder(IncidentDesk desk, IncidentActor by)
    {
        _desk = desk;
        _by = by;
    }

    /// <summary>Opens an incident by hand. One about the same thing that is not closed is given back instead. Policy authorises it as <c>Respond</c>.</summary>
    /// <param name="subject">What it is about: a task, an agent, a tool or a tenant.</param>
    /// <param name="severity">How bad it is.</param>
    /// <param name="reason">Why. For people; put no secret into it.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    /// <exception cref="ArgumentException">The subject is something else, or the reason is empty.</exception>
    public ValueTask<IncidentStep> OpenAsync(RevocationTarget subject, IncidentSeverity severity, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (!IncidentHead.IsSubject(subject.Kind) || subject.Id is null || subject.IsAcrossTenants)
        {
            throw new ArgumentException("An incident is about a task, an agent, a tool or a tenant. What concerns all tenants is revoked with the operator key.", nameof(subject));
        }

        return Enum.IsDefined(severity)
            ? _desk.OpenAsync(_by, subject, severity, reason, cancellationToken)
            : throw new ArgumentOutOfRangeException(nameof(severity), severity, "Use one of the named severities.");
    }

    /// <summary>
    /// Stops what the incident is about, at once. A task is held: suspended, and it cannot be resumed before the incident is reopened. An agent, a
    /// tool or a tenant is revoked until then, which ends its tasks. It needs no store and no room in the audit, and where the policy engine cannot answer it
    /// is done all the same. Policy authorises it as <c>Revoke</c>.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the decision, not what follows it.</param>
    /// <returns>What it stopped, and the windows in which credentials may still be honoured.</returns>
    public ValueTask<IncidentStep> FreezeAsync(TenantId tenant, IncidentId id, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return _desk.FreezeAsync(_by, tenant, id, reason, cancellationToken);
    }

    /// <summary>What is live of what the incident is about, as this process knows it. Policy authorises it as <c>Respond</c>.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What is live; null when there is no such incident, or it was refused.</returns>
    public ValueTask<IncidentLive?> ReadLiveAsync(TenantId tenant, IncidentId id, CancellationToken cancellationToken = default) =>
        _desk.ReadLiveAsync(_by, tenant, id, cancellationToken);

    /// <summary>Writes the evidence into a new directory, as <see cref="EvidenceFolder"/> says. Policy authorises it as <c>Respond</c>.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="directory">The directory to make.</param>
    /// <param name="auditLog">The host's audit log, for an excerpt with proofs; null to leave it out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The directory cannot be written, or holds something.</exception>
    public ValueTask<IncidentStep> ExportAsync(TenantId tenant, IncidentId id, string directory, AuditLog? auditLog = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return _desk.ExportAsync(_by, tenant, id, directory, auditLog, cancellationToken);
    }

    /// <summary>
    /// Ends for good what the incident is about, and has the issuers renew the long-lived secrets that were lent to it, as far as they can
    /// (<see cref="IRotatingIssuer"/>), each once for the incident. Policy authorises it as <c>Revoke</c>; where the engine cannot answer it is done all the same.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the decision, not what follows it.</param>
    /// <returns>What was done, and what remains: credentials that may still be honoured, and until when; secrets that somebody has to replace by hand; and where it is not known completely what was lent.</returns>
    public ValueTask<IncidentStep> RevokeAsync(TenantId tenant, IncidentId id, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return _desk.RevokeAsync(_by, tenant, id, reason, cancellationToken);
    }

    /// <summary>
    /// Lifts the stop. A task that was held and not revoked is resumed if policy lets the caller do that too (<c>OpenTask</c>); what was revoked
    /// stays ended. Only a person may, and policy authorises it as <c>Reopen</c>.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    public ValueTask<IncidentStep> ReopenAsync(TenantId tenant, IncidentId id, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return _desk.ReopenAsync(_by, tenant, id, reason, null, cancellationToken);
    }

    /// <summary>Says that it is over. What is stopped stays stopped. Policy authorises it as <c>Respond</c>.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="reason">What came of it.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    public ValueTask<IncidentStep> CloseAsync(TenantId tenant, IncidentId id, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return _desk.CloseAsync(_by, tenant, id, reason, cancellationToken);
    }
}
