using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Takes what the host's extractors vouch for: an action of a named principal, authorised by policy and audited. Safe for use by many threads.</summary>
public sealed class Endorsements
{
    private readonly AdministrativeGate _gate;
    private readonly AuditTrail _audit;
    private readonly GuardIdentity _guardIdentity;

    internal Endorsements(AdministrativeGate gate, AuditTrail audit, GuardIdentity guardIdentity)
    {
        _gate = gate;
        _audit = audit;
        _guardIdentity = guardIdentity;
    }

    /// <summary>Vouches for a value in one task. It then counts as <see cref="ValueSource.Endorsed"/>, for its role of its action only.</summary>
    /// <param name="task">The task.</param>
    /// <param name="endorsement">The value, and what it is for.</param>
    /// <param name="by">Who vouches: a person or the host's service, never an agent.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    public async ValueTask<Decision> EndorseAsync(AgentTask task, Endorsement endorsement, Principal by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(endorsement);
        ArgumentNullException.ThrowIfNull(by);
        Decision decision;
        if (!ReferenceEquals(task.GuardIdentity, _guardIdentity))
        {
            decision = Decision.Deny(ReasonCodes.ForeignTask, "The task was opened by another guard; use the guard that opened it.");
        }
        else if (by.Kind == PrincipalKind.Agent)
        {
            decision = Decision.Deny(ReasonCodes.AgentNotAllowed, "An agent never vouches for a value.");
        }
        else if (task.WhyNotActive() is { } reason)
        {
            decision = Decision.Deny(reason, $"The task {task.Id} does not run.");
        }
        else
        {
            CedarRecord input = new CedarRecord.Builder
            {
                { "extractor", endorsement.Extractor },
                { "action", endorsement.Action },
                { "role", endorsement.Role.Name() },
            }.Build();
            (decision, Obligations obligations) = await _gate.DecideAsync(
                AdministrativeGate.EntityOf(by), by.Tenant, AdministrativeActions.Endorse, task.Tenant, task.Agent.Entity,
                new AdministrativeContext(_gate.Time, task, input: input), cancellationToken).ConfigureAwait(false);
            if (decision.IsPermitted && !obligations.IsNone)
            {
                decision = Decision.Deny(ReasonCodes.ConflictingObligations, "The permit for Endorse carries obligations, which it cannot meet; take them off.");
            }
        }

        if (decision.IsPermitted)
        {
            task.Values.Endorse(endorsement.Action, endorsement.Role, endorsement.Value);
        }

        _audit.Administration(
            by, AdministrativeActions.Endorse, $"a {endorsement.Role.Name()} of {endorsement.Action} found by {endorsement.Extractor}, in {task}", task.Tenant, decision);
        return decision;
    }
}
