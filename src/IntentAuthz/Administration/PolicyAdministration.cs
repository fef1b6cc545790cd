using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Reloads policies for a named principal whom today's policies authorise. Safe for use by many threads.</summary>
public sealed class PolicyAdministration
{
    private readonly AdministrativeGate _gate;
    private readonly CedarPolicyEngine? _engine; // null when the host brought an engine of its own
    private readonly SchemaInForce _schema;
    private readonly AuditTrail _audit;
    private readonly EnforcementModes _modes;
    private readonly ToolCatalog _tools;
    private readonly TaskRecheck? _recheck; // null unless so configured

    internal PolicyAdministration(AdministrativeGate gate, CedarPolicyEngine? engine, SchemaInForce schema, EnforcementModes modes, ToolCatalog tools, AuditTrail audit, TaskRecheck? recheck)
    {
        _recheck = recheck;
        _schema = schema;
        _gate = gate;
        _engine = engine;
        _audit = audit;
        _modes = modes;
        _tools = tools;
    }

    /// <summary>The schema that policies are checked against, of the tools there are now.</summary>
    public PolicySchema Schema => _schema.Current;

    /// <summary>What is odd about the policies in force. Empty for an engine of the host's own.</summary>
    public IReadOnlyList<string> Warnings => _engine?.Warnings ?? [];

    /// <summary>Why the last reload was refused, or null when the last one succeeded: what a health check shows.</summary>
    public string? LastReloadError => _engine?.LastReloadError;

    /// <summary>How many reloads have been refused since the start.</summary>
    public int RefusedReloads => _engine?.RefusedReloads ?? 0;

    /// <summary>Whether what policies say of a tool takes effect.</summary>
    /// <param name="tenant">Whose policies.</param>
    /// <param name="tool">The tool's name.</param>
    public EnforcementMode GetMode(TenantId tenant, string tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return _modes.Of(tenant, tool);
    }

    /// <summary>
    /// Enforces what policies say, or only observes it, for a tenant's whole policy set or for one tool of it. What was said of a tool holds
    /// before what was said of the set. Calls that are being decided are decided again. It lasts until this process ends; the options say how
    /// the next one starts.
    /// </summary>
    /// <param name="by">Who asks, of the tenant whose policies are meant. An agent never may.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="tool">The tool, or null for all.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    public async ValueTask<Decision> SetModeAsync(Principal by, EnforcementMode mode, string? tool = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (!Enum.IsDefined(mode))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "Use one of the named modes.");
        }

        string name = mode.ToString().ToLowerInvariant();
        Decision decision;
        if (by.Kind == PrincipalKind.Agent)
        {
            decision = Decision.Deny(ReasonCodes.AgentNotAllowed, "An agent never changes whether policies are enforced.");
        }
        else if (tool is not null && !_tools.TryGet(tool, out _))
        {
            decision = Decision.Deny(ReasonCodes.UnknownTool, $"No tool of exactly this name is described{Nearest.Hint(tool, _tools.Tools.Select(static t => t.Name))}");
        }
        else
        {
            Entity resource = new(
                tool is null ? new EntityUid(EntityTypes.PolicySet, by.Tenant.Value) : new EntityUid(EntityTypes.Tool, tool), CedarRecord.Empty, []);
            (decision, Obligations obligations) = await _gate.DecideAsync(
                AdministrativeGate.EntityOf(by), by.Tenant, AdministrativeActions.SetMode, by.Tenant, resource,
                new AdministrativeContext(_gate.Time, input: new CedarRecord.Builder { { "mode", name } }.Build()), cancellationToken).ConfigureAwait(false);
            if (decision.IsPermitted && !obligations.IsNone)
            {
                decision = Decision.Deny(
                    ReasonCodes.ConflictingObligations, "The permit for SetMode carries obligations, which it cannot meet; take them off.");
            }
        }

        if (decision.IsPermitted)
        {
            _modes.Set(by.Tenant, tool, mode);
        }

        _audit.Administration(by, AdministrativeActions.SetMode, $"{name} {tool ?? $"the policies of {by.Tenant}"}", by.Tenant, decision);
        return decision;
    }

    /// <summary>Reads the policy sources again. A set that fails is refused as a whole and the last good one stays. With <see cref="IntentAuthzOptions.RecheckTasksOnReload"/> the live tasks are decided again.</summary>
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
        if (result.Succeeded && _recheck is not null)
        {
            (int revoked, int undecided) = await _recheck.RunAsync(by).ConfigureAwait(false);
            result = result with { TasksRevoked = revoked, TasksUndecided = undecided };
        }

        return result;
    }
}
