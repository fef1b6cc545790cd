using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Reloads policies for a named principal whom today's policies authorise. Safe for use by many threads.</summary>
public sealed class PolicyAdministration
{
    private readonly AdministrativeGate _gate;
    private readonly CedarPolicyEngine? _engine; // null when the host brought an engine of its own
    private readonly SchemaInForce _schema;
    private readonly AuditTrail _audit;

    internal PolicyAdministration(AdministrativeGate gate, CedarPolicyEngine? engine, SchemaInForce schema, AuditTrail audit)
    {
        _schema = schema;
        _gate = gate;
        _engine = engine;
        _audit = audit;
    }

    /// <summary>The schema that policies are checked against, of the tools there are now.</summary>
    public PolicySchema Schema => _schema.Current;

    /// <summary>What is odd about the policies in force. Empty for an engine of the host's own.</summary>
    public IReadOnlyList<string> Warnings => _engine?.Warnings ?? [];

    /// <summary>Why the last reload was refused, or null when the last one succeeded: what a health check shows.</summary>
    public string? LastReloadError => _engine?.LastReloadError;

    /// <summary>How many reloads have been refused since the start.</summary>
    public int RefusedReloads => _engine?.RefusedReloads ?? 0;

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
