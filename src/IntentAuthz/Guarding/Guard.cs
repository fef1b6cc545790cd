using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The one pipeline around every tool call (the PEP). An adapter hands it a task, a call and the way to run the tool, and decides nothing
/// itself. Safe for use by many threads.
/// </summary>
public sealed class Guard
{
    private readonly CallPipeline _pipeline;
    private readonly IPolicyEngine _engine;
    private readonly IEntityProvider _hostEntities;
    private readonly RevocationList _revoked;
    private readonly EnforcementModes _modes;
    private readonly LiveQuery _live;
    private readonly AuditQueue _audit;

    internal Guard(
        CallPipeline pipeline,
        IPolicyEngine engine,
        IEntityProvider hostEntities,
        RevocationList revoked,
        EnforcementModes modes,
        ToolCatalog tools,
        TaskRegistry tasks,
        ApprovalRegistry approvals,
        RevocationRegistry revocations,
        LeaseRegistry leases,
        Endorsements endorsements,
        LiveQuery live,
        AuditQueue audit,
        IncidentRegistry incidents)
    {
        _audit = audit;
        Incidents = incidents;
        _live = live;
        _pipeline = pipeline;
        _engine = engine;
        _hostEntities = hostEntities;
        _revoked = revoked;
        _modes = modes;
        Tools = tools;
        Tasks = tasks;
        Approvals = approvals;
        Revocations = revocations;
        Leases = leases;
        Endorsements = endorsements;
    }

    /// <summary>The tools the host has described.</summary>
    public ToolCatalog Tools { get; }

    /// <summary>Opens and ends tasks.</summary>
    public TaskRegistry Tasks { get; }

    /// <summary>What waits for people.</summary>
    public ApprovalRegistry Approvals { get; }

    /// <summary>What the host vouches for.</summary>
    public Endorsements Endorsements { get; }

    /// <summary>What credentials live, and what could not be unmade.</summary>
    public LeaseRegistry Leases { get; }

    /// <summary>What is revoked, and the way to revoke.</summary>
    public RevocationRegistry Revocations { get; }

    /// <summary>Whether decisions can be recorded, and how many records wait.</summary>
    public AuditStatus GetAuditStatus() => _audit.GetStatus();

    /// <summary>What somebody has to look at, and the steps to answer it.</summary>
    public IncidentRegistry Incidents { get; }

    /// <summary>What is still live, until when, and who owns it: the tasks of this process and those held for a restore, and the leases of all processes that share the lease store.</summary>
    /// <param name="tenant">Whose; null for all tenants, which is for operators.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public ValueTask<LiveAuthority> ReadLiveAsync(TenantId? tenant, CancellationToken cancellationToken = default) => _live.ReadAsync(tenant, cancellationToken);

    /// <summary>
    /// Decides a call and, if it is permitted, runs the tool on exactly what was decided. A call that needs an approval returns at once with
    /// the approval's id; the same call made again resumes it.
    /// </summary>
    /// <param name="task">The task the caller is bound to; without one the call is denied.</param>
    /// <param name="call">The call, as the framework has it.</param>
    /// <param name="dispatch">Runs the tool; called at most once.</param>
    /// <param name="cancellationToken">Cancels the decision, and the tool once it runs.</param>
    /// <returns>The decision, and the result when the tool ran. A denial, a tool's exception and a revocation are results, not exceptions.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public ValueTask<GuardResult> InvokeAsync(
        AgentTask? task, ToolCall call, ToolDispatch dispatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(dispatch);
        return _pipeline.InvokeAsync(task, call, dispatch, cancellationToken);
    }

    /// <summary>Records that a function was reached on a way around the guard, and denies it. For an adapter's net.</summary>
    /// <param name="task">The task the caller is bound to, or null.</param>
    /// <param name="toolName">The function's name.</param>
    public GuardResult RefuseUnguarded(AgentTask? task, string toolName)
    {
        ArgumentNullException.ThrowIfNull(toolName);
        return _pipeline.Refuse(
            task,
            new ToolCall(toolName, default(ReadOnlyMemory<byte>)),
            Decision.Deny(ReasonCodes.UnguardedFunction, $"The function '{toolName}' is not wrapped by the guard; add plugins before the kernel is bound to a task."));
    }

    /// <summary>Records that two tasks claim one call, and denies it. For an adapter whose function is bound to one task and is invoked within another.</summary>
    /// <param name="task">The task the function is bound to; the denial is counted in it.</param>
    /// <param name="other">The task it was invoked within.</param>
    /// <param name="toolName">The tool's name.</param>
    public GuardResult RefuseConflict(AgentTask task, AgentTask other, string toolName)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(toolName);
        return _pipeline.Refuse(
            task,
            new ToolCall(toolName, default(ReadOnlyMemory<byte>)),
            Decision.Deny(ReasonCodes.ConflictingTasks, $"'{toolName}' is bound to task {task.Id} and was called within task {other.Id}; bind what calls to one task."));
    }

    /// <summary>
    /// Records that what runs in a call's containment asked for what it does not get there, and denies it, whatever policies say. For whoever
    /// enforces the containment, such as a network proxy.
    /// </summary>
    /// <param name="task">The task of the contained call; the denial is counted in it.</param>
    /// <param name="call">What was asked for, as a call.</param>
    /// <param name="reasonCode">
    /// <see cref="ReasonCodes.OutsideContainment"/> for what the bounds do not grant; else a stable code of the enforcer's own, in lower-case
    /// letters, digits and hyphens, at most 64.
    /// </param>
    /// <param name="explanation">What was refused, in words for an operator.</param>
    /// <exception cref="ArgumentException">The code is not written so, or is one that says that a call may run or ran.</exception>
    public GuardResult RefuseContained(AgentTask task, ToolCall call, string reasonCode, string explanation)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(call);
        ArgumentException.ThrowIfNullOrWhiteSpace(explanation);
        return _pipeline.Refuse(task, call, Decision.Deny(ReasonCodes.OfRefusal(reasonCode), explanation));
    }

    /// <summary>Whether a call of the tool could be permitted in the task at all: otherwise it need not be shown to the model. A hint, not a decision.</summary>
    /// <param name="task">The task.</param>
    /// <param name="toolName">The tool's name.</param>
    public bool CouldPermit(AgentTask task, string toolName)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(toolName);
        if (!Tools.TryGet(toolName, out ToolDescriptor? tool) || _revoked.Contains(RevocationTarget.Tool(task.Tenant, tool.Name)))
        {
            return false;
        }

        try
        {
            return tool.Forms.Any(form => task.Budget.HasRoomFor(form) && CouldPermit(task, form));
        }
        catch (Exception)
        {
            // What fails here, such as the host's store of entities, fails when the tool is called too, and there it is a denial with its reason.
            return true;
        }
    }

    private bool CouldPermit(AgentTask task, ToolDescriptor tool)
    {
        PartialPolicyRequest request = PartialPolicyRequest.Create(task, tool, _hostEntities);
        if (_modes.Of(task.Tenant, tool.Name) == EnforcementMode.Enforce && !_engine.CouldPermit(request))
        {
            return false;
        }

        for (AgentTask? above = task; above is not null; above = above.Parent)
        {
            if (!above.Mandate.CouldPermit(tool, request)
                || (above is { Proposal: { } proposal, Outside: OutsideProposal.Deny } && !proposal.CouldCover(tool, request)))
            {
                return false;
            }
        }

        return true;
    }
}
