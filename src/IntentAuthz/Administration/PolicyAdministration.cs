using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Reloads policies for a named principal whom today's policies authorise. Safe for use by many threads.</summary>
public sealed class PolicyAdministration
{
    private readonly AdministrativeGate _gate;
    private readonly CedarPolicyEngine? _engine; // null when the host brought an engine of its own
    private readonly AuditTrail _audit;

    internal PolicyAdministration(AdministrativeGate gate, CedarPolicyEngine? engine, AuditTrail audit)
    {
        _gate = gate;
        _engine = engine;
        _audit = audit;
    }

    /// <summary>Reads the policy sources again. A set that fails is refused as a whole and the last good one stays.</summary>
    /// <param name="by">Who asks. An agent never may.</param>
    /// <param name="cancellationToken">Ends the decision; the reload itself is not interrupted.</param>
    public async ValueTask<PolicyReloadResult> ReloadAsync(Principal by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        Decision decision;
        if (by.Kind == PrincipalKind.Agent)
        {
            decision = Decision.Deny(ReasonCodes.AgentNotAllowed, "An agent never reloads policies.");
        }
        else
        {
            Entity resource = new(new EntityUid(EntityTypes.PolicySet, by.Tenant.Value), CedarRecord.Empty, []);
            (decision, Obligations obligations) = await _gate.DecideAsync(
                AdministrativeGate.EntityOf(by), by.Tenant, AdministrativeActions.ReloadPolicies, by.Tenant, resource,
                new AdministrativeContext(_gate.Time), cancellationToken).ConfigureAwait(false);
            if (decision.IsPermitted && !obligations.IsNone)
            {
                decision = Decision.Deny(
                    ReasonCodes.ConflictingObligations, "The permit for ReloadPolicies carries obligations, which a reload cannot meet; take them off.");
            }
        }

        PolicyReloadResult result = !decision.IsPermitted ? new PolicyReloadResult(false, decision.ToString())
            : _engine is null ? new PolicyReloadResult(false, "The host uses a policy engine of its own; reload it there.")
            : _engine.Reload();
        _audit.Administration(by, AdministrativeActions.ReloadPolicies, $"policies of {by.Tenant}: {(result.Succeeded ? "loaded" : "refused")}", by.Tenant, decision);
        return result;
    }
}
