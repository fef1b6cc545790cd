using System.Collections.Immutable;

using IntentAuthz.Cedar;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>Takes the steps: decides, does, writes down, in this order where something is taken away. Safe for use by many threads.</summary>
internal sealed partial class IncidentDesk(
    IncidentBook book,
    IncidentScene scene,
    IncidentWatch watch,
    AdministrativeGate gate,
    RevocationStopping stopping,
    RevocationRegistry revocations,
    RevocationList revoked,
    TaskTable tasks,
    TaskRegistry registry,
    CredentialBroker broker,
    LentBefore lentBefore,
    AuditTrail audit,
    Func<TenantId, string> policyVersion,
    ILogger<IncidentDesk> logger)
{
    private readonly ILogger<IncidentDesk> _logger = logger;
    private readonly Lock _stepping = new(); // makes a stop or its lifting one step with the note of it; nothing is waited for while it is held

    internal async ValueTask<IncidentStep> OpenAsync(
        IncidentActor by, RevocationTarget subject, IncidentSeverity severity, string reason, CancellationToken cancellationToken)
    {
        Decision decision = await DecideAsync(by, subject, AdministrativeActions.Respond, isTakingAway: true, cancellationToken).ConfigureAwait(false);
        Incident? incident = null;
        bool isDurable = false;
        if (decision.IsPermitted)
        {
            (incident, Task<bool>? writing) = FindOrOpen(by, subject, severity, reason);
            if (writing is not null)
            {
                book.Watch(incident.Id, scene.Covered(incident));
                _ = watch.TellAsync(incident);
                isDurable = await book.IsWrittenAsync(writing).ConfigureAwait(false);
            }
        }

        audit.Administration(by.Principal, AdministrativeActions.Respond, $"open {incident?.Id.Value ?? "an incident"} about {ShownText.Of(subject.ToString(), 300)}: {ShownText.Of(reason, 512)}", subject.Tenant, decision);
        return new IncidentStep { Decision = decision, Incident = incident, IsDurable = isDurable };
    }

    internal async ValueTask<IncidentStep> FreezeAsync(IncidentActor by, TenantId tenant, IncidentId id, string reason, CancellationToken cancellationToken)
    {
        if (Find(tenant, id) is not { } incident)
        {
            return Unknown(by, tenant, id, AdministrativeActions.Revoke);
        }

        long began = book.Time.GetTimestamp();
        Decision decision = await DecideAsync(by, incident.Subject, AdministrativeActions.Revoke, isTakingAway: true, cancellationToken).ConfigureAwait(false);
        if (!decision.IsPermitted)
        {
            return Refused(by, incident, AdministrativeActions.Revoke, "freeze", decision);
        }

        book.Watch(id, scene.Covered(incident)); // their history is looked at later; this only remembers where it is
        if (Begin(incident, incident.Stop, IncidentEntryKind.Frozen, by, reason) is not var (stop, stopWriting, writing))
        {
            return Refused(by, incident, AdministrativeActions.Revoke, "freeze", Closed);
        }

        ValueTask<RevocationResult> stoppingIt = stopping.StopAsync(stop, stopWriting, decision, began);
        Note(by, incident, AdministrativeActions.Revoke, "freeze", reason, decision);
        RevocationResult result = await stoppingIt.ConfigureAwait(false);
        _ = watch.TellAsync(incident);
        bool isDurable = await book.IsWrittenAsync(writing).ConfigureAwait(false) && result.IsDurable;
        Incident now = book.Find(id) ?? incident;
        return new IncidentStep
        {
            Decision = decision, Incident = now, IsDurable = isDurable, CallsCancelled = result.CallsCancelled,
            Residuals = result.Residuals, Remaining = [.. IncidentRemains.Of(result.Residuals, [], book.Time.GetUtcNow()), .. NotDurable(isDurable)],
        };
    }

    internal async ValueTask<IncidentLive?> ReadLiveAsync(IncidentActor by, TenantId tenant, IncidentId id, CancellationToken cancellationToken)
    {
        if (Find(tenant, id) is not { } incident)
        {
            Unknown(by, tenant, id, AdministrativeActions.Respond);
            return null;
        }

        Decision decision = await DecideAsync(by, incident.Subject, AdministrativeActions.Respond, isTakingAway: false, cancellationToken).ConfigureAwait(false);
        Note(by, incident, AdministrativeActions.Respond, "live", decision.IsPermitted ? "what is live is read" : "refused", decision);
        return decision.IsPermitted ? await scene.ReadLiveAsync(incident, cancellationToken).ConfigureAwait(false) : null;
    }

    internal async ValueTask<IncidentStep> ExportAsync(
        IncidentActor by, TenantId tenant, IncidentId id, string directory, AuditLog? auditLog, CancellationToken cancellationToken)
    {
        if (Find(tenant, id) is not { } incident)
        {
            return Unknown(by, tenant, id, AdministrativeActions.Respond);
        }

        Decision decision = await DecideAsync(by, incident.Subject, AdministrativeActions.Respond, isTakingAway: false, cancellationToken).ConfigureAwait(false);
        if (!decision.IsPermitted)
        {
            return Refused(by, incident, AdministrativeActions.Respond, "export", decision);
        }

        await watch.TellAsync(incident).ConfigureAwait(false);
        incident = book.Find(id) ?? incident;
        IncidentExport export = await Task.Run(() => EvidenceFolder.Write(incident, directory, auditLog, cancellationToken), cancellationToken).ConfigureAwait(false);
        (_, Task<bool> writing) = book.Add(book.Entry(incident, IncidentEntryKind.Exported, by.Text, ExportedText(export)));
        Note(by, incident, AdministrativeActions.Respond, "export", ExportedText(export), decision);
        return new IncidentStep
        {
            Decision = decision, Incident = book.Find(id) ?? incident, IsDurable = await book.IsWrittenAsync(writing).ConfigureAwait(false), Export = export, Remaining = export.Missing,
        };
    }

    internal async ValueTask<IncidentStep> RevokeAsync(IncidentActor by, TenantId tenant, IncidentId id, string reason, CancellationToken cancellationToken)
    {
        if (Find(tenant, id) is not { } incident)
        {
            return Unknown(by, tenant, id, AdministrativeActions.Revoke);
        }

        long began = book.Time.GetTimestamp();
        Decision decision = await DecideAsync(by, incident.Subject, AdministrativeActions.Revoke, isTakingAway: true, cancellationToken).ConfigureAwait(false);
        if (!decision.IsPermitted)
        {
            return Refused(by, incident, AdministrativeActions.Revoke, "revoke", decision);
        }

        book.Watch(id, scene.Covered(incident));
        lentBefore.Look(incident.Subject);
        if (Begin(incident, incident.Subject, IncidentEntryKind.Revoked, by, reason) is not var (stop, stopWriting, writing))
        {
            return Refused(by, incident, AdministrativeActions.Revoke, "revoke", Closed);
        }

        ValueTask<RevocationResult> stoppingIt = stopping.StopAsync(stop, stopWriting, decision, began);
        Note(by, incident, AdministrativeActions.Revoke, "revoke", reason, decision);
        Task<RotationReport> rotating = RotateAsync(incident, reason);
        RevocationResult result = await stoppingIt.ConfigureAwait(false);
        RotationReport report = await rotating.ConfigureAwait(false);
        bool isDurable = await book.IsWrittenAsync(writing).ConfigureAwait(false) && result.IsDurable;
        Incident now = book.Find(id) ?? incident;
        ImmutableArray<ResidualWindow> residuals =
            [.. ResidualJson.ReadAll(now).Where(w => result.Residuals.All(r => r.Lease != w.Lease)), .. result.Residuals];
        return new IncidentStep
        {
            Decision = decision, Incident = now, IsDurable = isDurable, CallsCancelled = result.CallsCancelled, Residuals = residuals, Rotations = report.Rotations,
            Remaining = [.. IncidentRemains.Of(residuals, report.Rotations, book.Time.GetUtcNow()), .. report.Unknown, .. NotDurable(isDurable)],
        };
    }

    internal async ValueTask<IncidentStep> CloseAsync(IncidentActor by, TenantId tenant, IncidentId id, string reason, CancellationToken cancellationToken)
    {
        if (Find(tenant, id) is not { } incident)
        {
            return Unknown(by, tenant, id, AdministrativeActions.Respond);
        }

        Decision decision = await DecideAsync(by, incident.Subject, AdministrativeActions.Respond, isTakingAway: false, cancellationToken).ConfigureAwait(false);
        if (!decision.IsPermitted)
        {
            return Refused(by, incident, AdministrativeActions.Respond, "close", decision);
        }

        Task<bool> writing;
        lock (_stepping)
        {
            (_, writing) = book.Add(book.Entry(incident, IncidentEntryKind.Closed, by.Text, reason));
        }

        Note(by, incident, AdministrativeActions.Respond, "close", reason, decision);
        return new IncidentStep
        {
            Decision = decision, Incident = book.Find(id) ?? incident, IsDurable = !incident.IsOpen || await book.IsWrittenAsync(writing).ConfigureAwait(false),
            Remaining = revoked.Contains(incident.Stop) ? ["it stays stopped: reopen lifts that, and a closed incident is not reopened"] : [],
        };
    }

    private (Incident Incident, Task<bool>? Writing) FindOrOpen(IncidentActor by, RevocationTarget subject, IncidentSeverity severity, string reason)
    {
        AgentTask? task = subject.Kind == RevocationKind.Task ? tasks.Find(subject.Tenant, new TaskId(subject.Id)) : null;
        EndedTask? ended = subject.Kind == RevocationKind.Task && task is null ? scene.FindEnded(subject.Tenant, new TaskId(subject.Id)) : null;
        string head = (ended is null
            ? IncidentHead.Of(subject, severity, task, VersionOf(subject.Tenant))
            : IncidentHead.OfEnded(subject, severity, ended, VersionOf(subject.Tenant))).Write();
        lock (book.Opening)
        {
            if (book.Read(i => i.IsOpen && i.Subject == subject).FirstOrDefault() is { } open)
            {
                return (open, null);
            }

            (Incident? opened, Task<bool> writing) = book.Add(new IncidentEntry
            {
                Incident = IncidentId.New(), Tenant = subject.Tenant, Kind = IncidentEntryKind.Opened, At = book.Time.GetUtcNow(), By = by.Text, Text = reason, Data = head, Origin = book.Origin,
            });
            return (opened!, writing);
        }
    }

    /// <summary>Begins to stop, and notes it: from here on no call starts, and the timeline says so. Null when the incident is closed.</summary>
    private (RevocationEntry Stop, Task<bool> StopWriting, Task<bool> NoteWriting)? Begin(
        Incident incident, RevocationTarget target, IncidentEntryKind kind, IncidentActor by, string reason)
    {
        lock (_stepping)
        {
            if (book.Find(incident.Id) is not { IsOpen: true })
            {
                return null;
            }

            (RevocationEntry stop, Task<bool> writing) = stopping.Begin(
                target, by.Principal, ShownText.Of(reason, IncidentEntry.MaxText), by.Principal is null ? RevocationCause.OperatorKey : RevocationCause.Person, incident.Id);
            return (stop, writing, book.Add(book.Entry(incident, kind, by.Text, reason)).Writing);
        }
    }

    private static Decision Closed => Decision.Deny(
        ReasonCodes.WrongState, "The incident is closed, so nobody could reopen what it stops; open another about the same thing, or revoke that with Guard.Revocations.");

    private async ValueTask<Decision> DecideAsync(IncidentActor by, RevocationTarget subject, string action, bool isTakingAway, CancellationToken cancellationToken)
    {
        if (by.Principal is not { } principal)
        {
            return revocations.Check(by.Key!);
        }

        return await TakingAway.DecideAsync(gate, principal, subject, action, isTakingAway, cancellationToken).ConfigureAwait(false);
    }

    private Incident? Find(TenantId tenant, IncidentId id) => book.Find(id) is { } incident && incident.Tenant == tenant ? incident : null;

    private IncidentStep Unknown(IncidentActor by, TenantId tenant, IncidentId id, string action)
    {
        Decision decision = Decision.Deny(ReasonCodes.WrongState, $"There is no incident {id} of {tenant}.");
        audit.Administration(by.Principal, action, $"incident {id}", tenant, decision);
        return IncidentStep.Refused(decision);
    }

    private IncidentStep Refused(IncidentActor by, Incident incident, string action, string step, Decision decision)
    {
        Note(by, incident, action, step, "refused", decision);
        return IncidentStep.Refused(decision, incident);
    }

    private void Note(IncidentActor by, Incident incident, string action, string step, string reason, Decision decision) => audit.Administration(
        by.Principal, action, $"{step} {incident.Id} about {ShownText.Of(incident.Subject.ToString(), 300)}{(by.Name is null ? "" : $" by {ShownText.Of(by.Name, 128)}")}: {ShownText.Of(reason, 512)}",
        incident.Tenant, decision);

    private IEnumerable<string> NotDurable(bool isDurable) => isDurable || !book.IsDurable ? [] : ["it holds here and is not written down yet: other processes do not know it"];

    private string? VersionOf(TenantId tenant)
    {
        try
        {
            return policyVersion(tenant);
        }
        catch (Exception)
        {
            return null; // an engine of the host's that is broken
        }
    }

    private static string ExportedText(IncidentExport export) =>
        $"{export.Files.Length} files, {export.AuditRecords} audit records with {export.AuditProofs} proofs; SHA-256 of manifest.json {export.ManifestSha256}";
}
