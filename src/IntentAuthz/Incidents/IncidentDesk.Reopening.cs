using System.Collections.Immutable;
using System.Globalization;

namespace IntentAuthz;

/// <summary>
/// Gives back. What an incident has laid it lifts, and nothing else: a stop that was there before, or that somebody else wants too, stays and is named.
/// </summary>
internal sealed partial class IncidentDesk
{
    internal async ValueTask<IncidentStep> ReopenAsync(
        IncidentActor by, TenantId tenant, IncidentId id, string reason, string? regarding, CancellationToken cancellationToken)
    {
        if (Find(tenant, id) is not { } incident)
        {
            return Unknown(by, tenant, id, AdministrativeActions.Reopen);
        }

        Decision decision = by.Principal is not { Kind: PrincipalKind.Person }
            ? Decision.Deny(ReasonCodes.NotAuthorized, "Authority is given back by a person whom policy lets; the operator key, a service and an agent cannot. The key lifts single stops with LiftAsync.")
            : !revoked.IsKnown ? Decision.Deny(ReasonCodes.RevocationUnknown, "What is revoked is not known: the revocation store has not been read, or not lately enough.")
            : await DecideAsync(by, incident.Subject, AdministrativeActions.Reopen, isTakingAway: false, cancellationToken).ConfigureAwait(false);
        if (!decision.IsPermitted)
        {
            return Refused(by, incident, AdministrativeActions.Reopen, "reopen", decision);
        }

        if (Lift(ref incident, by, reason, regarding) is not var (holders, lifting, writing))
        {
            return Refused(by, incident, AdministrativeActions.Reopen, "reopen", Decision.Deny(ReasonCodes.WrongState, "The incident is closed."));
        }

        List<string> remaining = [.. WhatStands(incident, holders)];
        if (lifting is not null && !await stopping.IsDurableAsync(lifting).ConfigureAwait(false) && book.IsDurable)
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

        Note(by, incident, AdministrativeActions.Reopen, "reopen", reason, decision);
        return new IncidentStep
        {
            Decision = decision, Incident = book.Find(id) ?? incident, IsDurable = await book.IsWrittenAsync(writing).ConfigureAwait(false), Remaining = [.. remaining],
        };
    }

    /// <summary>Lifts what the incident has laid, unless another incident that is not over holds the same thing, and notes it. Null when the incident is closed.</summary>
    private (ImmutableArray<Incident> Holders, Task<bool>? Lifting, Task<bool> Writing)? Lift(
        ref Incident incident, IncidentActor by, string reason, string? regarding)
    {
        RevocationTarget stop = incident.Stop;
        IncidentId id = incident.Id;
        lock (_stepping)
        {
            if (book.Find(id) is not { IsOpen: true } now)
            {
                return null;
            }

            incident = now;
            ImmutableArray<Incident> same = book.Read(i => i.IsOpen && i.Id != id && i.Stop == stop); // opened in two processes at once
            ImmutableArray<Incident> holders = [.. same.Where(static i => i.State is IncidentState.Contained or IncidentState.Eradicated)];

            // One that was reopened while this one held has given its stop up.
            HashSet<IncidentId> laidBy = [id, .. same.Where(static i => i.State == IncidentState.Recovered).Select(static i => i.Id)];
            Task<bool>? lifting = holders.IsEmpty ? revocations.LiftDecided(stop, e => e.Incident is { } laid && laidBy.Contains(laid)) : null;
            Task<bool> writing = now.State != IncidentState.Recovered || lifting is not null
                ? book.Add(book.Entry(now, IncidentEntryKind.Reopened, by.Text, reason, null, regarding)).Writing
                : Task.FromResult(true);
            return (holders, lifting, writing);
        }
    }

    /// <summary>What keeps the subject stopped after its incident was reopened, and how that is lifted.</summary>
    private IEnumerable<string> WhatStands(Incident incident, ImmutableArray<Incident> holders)
    {
        foreach (RevocationTarget target in new HashSet<RevocationTarget> { incident.Stop, RevocationTarget.WholeTenant(incident.Tenant), RevocationTarget.Everything })
        {
            if (revoked.Find(target) is not { } stop)
            {
                continue;
            }

            string by = stop.Incident is { } laid ? $"incident {laid}" : stop.By is { } who ? who.ToString() : stop.Cause switch
            {
                RevocationCause.OperatorKey => "the operator key",
                RevocationCause.Signal => "a signal",
                RevocationCause.PolicyChange => "a change of policy",
                _ => "somebody else",
            };
            IncidentId? holder = target == incident.Stop && !holders.IsEmpty ? holders[0].Id
                : stop.Incident is { } other && book.Find(other) is { IsOpen: true } ? other
                : null;
            yield return ShownText.Of(
                string.Create(CultureInfo.InvariantCulture, $"{target} stays stopped by {by} since {stop.At:u}: {(holder is null ? "it is lifted with LiftAsync and the operator key" : $"reopen {holder}, which holds it too")} ({stop.Reason})"),
                IncidentEntry.MaxText);
        }
    }

    private async ValueTask<IEnumerable<string>> ResumeAsync(Incident incident, Principal by, CancellationToken cancellationToken)
    {
        if (tasks.Find(incident.Tenant, new TaskId(incident.Subject.Id)) is not { } task)
        {
            return revoked.Contains(incident.Subject)
                ? ["the task was revoked and stays ended; open a new one"]
                : ["the task does not run in this process: if it has not ended, restore or resume it where it does"];
        }

        if (task.State != TaskState.Suspended || revoked.Holds(task))
        {
            return [];
        }

        if (task.IsSuspendedOtherwise || !incident.Entries.Any(static e => e.Kind == IncidentEntryKind.Frozen))
        {
            return ["the task stays suspended: something else than this incident suspended it, as the audit says; ResumeAsync lets it run"];
        }

        Decision resumed = await registry.ResumeAsync(task, by, cancellationToken).ConfigureAwait(false);
        return resumed.IsPermitted ? [] : [$"the task stays suspended: {resumed.Explanation}"];
    }
}
