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

    internal async ValueTask<IncidentStep> OpenAsync(
        IncidentActor by, RevocationTarget subject, IncidentSeverity severity, string reason, CancellationToken cancellationToken)
    {
        Decision decision = await DecideAsync(by, subject, AdministrativeActions.Respond, isTakingAway: true, cancellationToken).ConfigureAwait(false);
        Incident? incident = null;
        bool isDurable = false;
        if (decision.IsPermitted)
        {
            incident = book.Read(i => i.IsOpen && i.Subject == subject).FirstOrDefault();
            if (incident is null)
            {
                AgentTask? task = subject.Kind == RevocationKind.Task ? tasks.Find(subject.Tenant, new TaskId(subject.Id)) : null;
                (incident, Task<bool> writing) = book.Add(new IncidentEntry
                {
                    Incident = IncidentId.New(), Tenant = subject.Tenant, Kind = IncidentEntryKind.Opened, At = book.Time.GetUtcNow(), By = by.Text, Text = reason,
                    Data = IncidentHead.Of(subject, severity, task, VersionOf(subject.Tenant)).Write(), Origin = book.Origin,
                });
                book.Watch(incident!.Id, scene.Covered(incident));
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
        ValueTask<RevocationResult> stoppingIt = StopAsync(incident.Stop, by, reason, decision, began);
        (_, Task<bool> writing) = book.Add(book.Entry(incident, IncidentEntryKind.Frozen, by.Text, reason));
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
            return null;
        }

        Decision decision = await DecideAsync(by, incident.Subject, AdministrativeActions.Respond, isTakingAway: false, cancellationToken).ConfigureAwait(false);
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
        ValueTask<RevocationResult> stoppingIt = StopAsync(incident.Subject, by, reason, decision, began);
        (_, Task<bool> writing) = book.Add(book.Entry(incident, IncidentEntryKind.Revoked, by.Text, reason));
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

    internal async ValueTask<IncidentStep> ReopenAsync(
        IncidentActor by, TenantId tenant, IncidentId id, string reason, string? regarding, CancellationToken cancellationToken)
    {
        if (Find(tenant, id) is not { } incident)
        {
            return Unknown(by, tenant, id, AdministrativeActions.Reopen);
        }

        Decision decision = by.Principal is not { Kind: PrincipalKind.Person } person
            ? Decision.Deny(ReasonCodes.NotAuthorized, "Authority is given back by a person whom policy lets; the operator key, a service and an agent cannot. The key lifts single stops with LiftAsync.")
            : !revoked.IsKnown ? Decision.Deny(ReasonCodes.RevocationUnknown, "What is revoked is not known: the revocation store has not been read, or not lately enough.")
            : await DecideAsync(by, incident.Subject, AdministrativeActions.Reopen, isTakingAway: false, cancellationToken).ConfigureAwait(false);
        if (decision.IsPermitted && incident.State == IncidentState.Closed)
        {
            decision = Decision.Deny(ReasonCodes.WrongState, "The incident is closed.");
        }

        if (!decision.IsPermitted)
        {
            return Refused(by, incident, AdministrativeActions.Reopen, "reopen", decision);
        }

        List<string> remaining = [];
        (bool lifted, bool isLiftDurable) = await revocations.LiftDecidedAsync(incident.Stop).ConfigureAwait(false);
        if (lifted && !isLiftDurable && book.IsDurable)
        {
            remaining.Add("the lifting is not written down yet: a process that starts before it is still has the stop");
        }

        if (incident.Subject.Kind == RevocationKind.Task)
        {
            remaining.AddRange(await ResumeAsync(incident, by.Principal!, cancellationToken).ConfigureAwait(false));
        }
        else if (incident.Subject.Kind is RevocationKind.Agent or RevocationKind.Tenant)
        {
            remaining.Add("tasks that the stop has ended stay ended; open new ones");
        }

        Task<bool> writing = Task.FromResult(true);
        if (incident.State != IncidentState.Recovered || lifted)
        {
            (_, writing) = book.Add(book.Entry(incident, IncidentEntryKind.Reopened, by.Text, reason, null, regarding));
        }

        Note(by, incident, AdministrativeActions.Reopen, "reopen", reason, decision);
        return new IncidentStep
        {
            Decision = decision, Incident = book.Find(id) ?? incident, IsDurable = await book.IsWrittenAsync(writing).ConfigureAwait(false), Remaining = [.. remaining],
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

        (_, Task<bool> writing) = book.Add(book.Entry(incident, IncidentEntryKind.Closed, by.Text, reason));
        Note(by, incident, AdministrativeActions.Respond, "close", reason, decision);
        return new IncidentStep
        {
            Decision = decision, Incident = book.Find(id) ?? incident, IsDurable = !incident.IsOpen || await book.IsWrittenAsync(writing).ConfigureAwait(false),
            Remaining = revoked.Contains(incident.Stop) ? ["it stays stopped: reopen lifts that, and a closed incident is not reopened"] : [],
        };
    }

    private async ValueTask<IEnumerable<string>> ResumeAsync(Incident incident, Principal by, CancellationToken cancellationToken)
    {
        if (tasks.Find(incident.Tenant, new TaskId(incident.Subject.Id)) is not { } task)
        {
            return revoked.Contains(incident.Subject)
                ? ["the task was revoked and stays ended; open a new one"]
                : ["the task does not run in this process: if it has not ended, restore or resume it where it does"];
        }

        if (task.State != TaskState.Suspended)
        {
            return [];
        }

        Decision resumed = await registry.ResumeAsync(task, by, cancellationToken).ConfigureAwait(false);
        return resumed.IsPermitted ? [] : [$"the task stays suspended: {resumed.Explanation}"];
    }

    /// <summary>Everything here is stopped before this first waits.</summary>
    private ValueTask<RevocationResult> StopAsync(RevocationTarget target, IncidentActor by, string reason, Decision decision, long began) => stopping.RevokeAsync(
        target, by.Principal, ShownText.Of(reason, IncidentEntry.MaxText), by.Principal is null ? RevocationCause.OperatorKey : RevocationCause.Person, decision, began);

    private async ValueTask<Decision> DecideAsync(IncidentActor by, RevocationTarget subject, string action, bool isTakingAway, CancellationToken cancellationToken)
    {
        if (by.Principal is not { } principal)
        {
            return revocations.Check(by.Key!);
        }

        Decision decision = await TakingAway.DecideAsync(gate, principal, subject, action, isTakingAway, cancellationToken).ConfigureAwait(false);
        return decision;
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
