using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Decides whether a principal may revoke or suspend. Taking authority away waits for nothing: where the engine cannot answer, or blocks its thread
/// past its time, it is done, since the fault must not keep an agent running; where policy answers no, it is not, since stopping others' agents is an
/// attack too.
/// </summary>
internal static class TakingAway
{
    internal static ValueTask<Decision> DecideAsync(AdministrativeGate gate, Principal by, RevocationTarget target, CancellationToken cancellationToken) =>
        DecideAsync(gate, by, target, AdministrativeActions.Revoke, isTakingAway: true, cancellationToken);

    /// <summary>Decides a step on what could be revoked. One that takes nothing away needs an engine that answers.</summary>
    internal static async ValueTask<Decision> DecideAsync(
        AdministrativeGate gate, Principal by, RevocationTarget target, string action, bool isTakingAway, CancellationToken cancellationToken)
    {
        if (by.Kind == PrincipalKind.Agent)
        {
            return Decision.Deny(ReasonCodes.AgentNotAllowed, "An agent ends its own tasks; it revokes nothing.");
        }

        if (target.IsAcrossTenants)
        {
            return Decision.Deny(ReasonCodes.NotAuthorized, "What concerns all tenants is revoked with the operator key only.");
        }

        CedarRecord.Builder record = new();
        record.Add("kind", target.Kind.ToString());
        record.Add("id", target.Id);
        Entity resource = new(new EntityUid(EntityTypes.RevocationTarget, target.ToString()), record.Build(), []);
        Entity principal = AdministrativeGate.EntityOf(by);
        AdministrativeContext context = new(gate.Time, input: action == AdministrativeActions.Reopen ? Reopening(by) : null);
        (Decision decision, Obligations obligations) = isTakingAway
            ? await gate.DecideInTimeAsync(principal, by.Tenant, action, target.Tenant, resource, context, cancellationToken).ConfigureAwait(false)
            : await gate.DecideAsync(principal, by.Tenant, action, target.Tenant, resource, context, cancellationToken).ConfigureAwait(false);
        if (!isTakingAway && decision.IsPermitted && !obligations.IsNone)
        {
            return Decision.Deny(ReasonCodes.ConflictingObligations, $"The permit for {action} carries obligations, which it cannot meet; take them off.");
        }

        return isTakingAway && decision.ReasonCode == ReasonCodes.EngineFailed
            ? new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, $"Done without a verdict, since the policy engine failed: {decision.Explanation}")
            : decision;
    }

    private static CedarRecord Reopening(Principal by)
    {
        CedarRecord.Builder record = new();
        record.Add("asserted", by.IsAsserted);
        return record.Build();
    }
}
