using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Decides whether a named principal may open, approve, revoke or reload: the same engine and the same rules as for a tool call.</summary>
internal sealed class AdministrativeGate(IPolicyEngine engine, IEntityProvider hostEntities, TimeProvider time, TimeSpan engineTimeout)
{
    private readonly OwnThreads _ownThreads = new();

    internal TimeProvider Time => time;

    /// <summary>Asks the engine. Whatever goes wrong is a denial with its own reason; only cancelling throws.</summary>
    internal ValueTask<(Decision Decision, Obligations Obligations)> DecideAsync(
        Entity principal, TenantId principalTenant, string action, TenantId tenant, Entity resource, IContextSource context, CancellationToken cancellationToken) =>
        DecideAsync(principal, principalTenant, action, tenant, resource, context, onOwnThread: false, cancellationToken);

    /// <summary>
    /// The same for what must not wait: an engine, or a store of entities that it asks, which blocks its thread blocks one of its own, and counts as
    /// failed when its time is up.
    /// </summary>
    internal ValueTask<(Decision Decision, Obligations Obligations)> DecideInTimeAsync(
        Entity principal, TenantId principalTenant, string action, TenantId tenant, Entity resource, IContextSource context, CancellationToken cancellationToken) =>
        DecideAsync(principal, principalTenant, action, tenant, resource, context, onOwnThread: true, cancellationToken);

    private async ValueTask<(Decision Decision, Obligations Obligations)> DecideAsync(
        Entity principal, TenantId principalTenant, string action, TenantId tenant, Entity resource, IContextSource context, bool onOwnThread,
        CancellationToken cancellationToken)
    {
        if (principalTenant != tenant)
        {
            return (Decision.Deny(ReasonCodes.ForeignTenant, $"{principal.Uid} belongs to another tenant than {resource.Uid}."), Obligations.None);
        }

        Entity actionEntity = new(new EntityUid(EntityTypes.AdministrativeAction, action), CedarRecord.Empty, []);
        PolicyRequest request = PolicyRequest.Of(tenant, principal, actionEntity, resource, hostEntities, context);
        Verdict verdict;
        try
        {
            verdict = onOwnThread
                ? await _ownThreads.AskAsync(
                    token => EngineCall.EvaluateAsync(engine, request, engineTimeout, time, token), engineTimeout, time, cancellationToken).ConfigureAwait(false)
                : await EngineCall.EvaluateAsync(engine, request, engineTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return (Decision.Deny(ReasonCodes.EngineFailed, $"The policy engine failed on {action}: {e.GetType().Name}."), Obligations.None);
        }

        if (verdict.Effect == VerdictEffect.Permit)
        {
            return (
                new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, $"{principal.Uid} may {action} on {resource.Uid}.", verdict.Policies, verdict.Errors) { Request = request },
                verdict.Obligations);
        }

        string why = verdict.ReasonCode == ReasonCodes.NoPermit
            ? $"No policy permits {principal.Uid} to {action} on {resource.Uid}; add a permit with action == IntentAuthz::Action::\"{action}\"."
            : $"{principal.Uid} may not {action} on {resource.Uid} ({verdict.ReasonCode}).";
        return (new Decision(DecisionOutcome.Deny, ReasonCodes.NotAuthorized, why, verdict.Policies, verdict.Errors) { Request = request }, Obligations.None);
    }

    internal static Entity EntityOf(Principal principal)
    {
        CedarRecord.Builder record = new();
        record.Add("tenant", principal.Tenant.Value);
        return new Entity(principal.Uid, record.Build(), principal.Roles.Select(static r => new EntityUid(EntityTypes.Role, r)));
    }
}
