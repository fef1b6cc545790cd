using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// One declared unit of work of one agent: the authority a tool call is made under. The facts never change; the state does. It is made
/// by <see cref="TaskRegistry"/> only, and bound to the thing that calls. Safe for use by many threads.
/// </summary>
public sealed class AgentTask
{
    private readonly Lock _moving = new(); // protects _state and _children, so that no child joins a task that has ended
    private readonly List<AgentTask> _children = [];
    private readonly long _openedAt;
    private readonly long _livesFrom; // when it was opened, or restored
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _time;
    private readonly CedarRecord[] _contextRecords; // of tool calls, by how the proposal covers the call
    private volatile TaskState _state;
    private volatile bool _isSuspendedOtherwise;
    private PolicyVersionTarget? _policyTarget;

    /// <summary>How many of the task's audit records wait for the sink.</summary>
    internal int AuditRecordsWaiting;

    /// <summary>How many of its tenant's wait: the count that the audit's queue keeps, once it was looked up.</summary>
    internal StrongBox<int>? AuditRecordsOfTenant;

    internal AgentTask(
        TaskRequest request, MandateProposal? proposal, AgentTask? parent, Principal openedBy, Obligations openingObligations, TimeProvider time, GuardIdentity guardIdentity, TaskSettings settings,
        RestoredTask? restored = null)
    {
        Request = request;
        OpeningObligations = openingObligations;
        Id = restored?.Record.Id ?? TaskId.New();
        Agent = request.Agent;
        Tenant = request.Agent.Tenant;
        Purpose = request.Purpose;
        Mandate = request.Mandate;
        Proposal = proposal;
        Outside = request.Outside;
        Parent = parent;
        OpenedBy = openedBy;
        Delegation = restored is null
            ? (parent?.Delegation ?? request.Delegation).Then(request.Agent)
            : request.Delegation.Then(request.Agent, restored.Record.Links[^1].Id);
        UserRequest = parent is null ? request.UserRequest : null;
        Parameters = request.Parameters?.Clone();
        GuardIdentity = guardIdentity;
        _time = time;
        _isSuspendedOtherwise = restored?.IsSuspendedOtherwise == true;
        _state = restored?.Record.State ?? (openingObligations.Approvals.IsEmpty ? TaskState.Active : TaskState.Pending);
        _livesFrom = time.GetTimestamp();
        _openedAt = restored is null ? _livesFrom : TaskStanding.Timestamp(time, restored.Record.OpenedAt.UtcTicks);
        OpenedAt = restored?.Record.OpenedAt ?? time.GetUtcNow();
        _lifetime = request.Mandate.Budget.Time is { } most && most < request.Lifetime ? most : request.Lifetime;
        if (Delegation.Until is { } until && until - OpenedAt < _lifetime)
        {
            _lifetime = until - OpenedAt; // by both clocks: a delegation does not last longer because the wall clock was set back
        }

        ExpiresAt = OpenedAt + _lifetime;
        if (parent is not null && parent.ExpiresAt < ExpiresAt)
        {
            ExpiresAt = parent.ExpiresAt;
        }

        if (restored is not null)
        {
            // What is left, also where the wall clock has been set back meanwhile.
            ExpiresAt = restored.Record.ExpiresAt;
            DateTimeOffset now = time.GetUtcNow();
            _lifetime = ExpiresAt - (now > restored.KeptAt ? now : restored.KeptAt);
        }

        Depth = parent is null ? 0 : parent.Depth + 1;
        History = new TaskHistory(parent?.History, time, settings.Events);
        Signals = new TaskSignals(parent?.Signals, time, settings.Signals);
        Values = new SeenValues(parent?.Values);
        Calls = new InFlightCalls();
        Budget = new BudgetLedger(request.Mandate.Budget, parent?.Budget, Id);
        Journal = parent?.Journal;
        RestsOn = RestsOnOf(this);
        TenantHash = RevocationTarget.HashOf(Tenant.Value);
        Audited = new AuditedTask(Tenant, new AuditSubject(this));
        ContextRecord = ContextRecords.Task(this);
        _contextRecords = [.. Enum.GetValues<ProposalCoverage>().Select(c => ContextRecords.Task(this, c))];
        DelegationRecord = ContextRecords.Delegation(Delegation);
        if (restored is not null)
        {
            OpeningApproval = restored.OpeningApproval;
            History.Restore(restored);
            Signals.Restore(restored);
            Budget.Restore(restored);
        }
    }

    /// <summary>The task's id.</summary>
    public TaskId Id { get; }

    /// <summary>The tenant.</summary>
    public TenantId Tenant { get; }

    /// <summary>Who works.</summary>
    public AgentIdentity Agent { get; }

    /// <summary>Who answers for it.</summary>
    public string Owner => Agent.Owner;

    /// <summary>What for.</summary>
    public string Purpose { get; }

    /// <summary>What it may do.</summary>
    public Mandate Mandate { get; }

    /// <summary>What was proposed for it from the user's request, or null.</summary>
    public MandateProposal? Proposal { get; }

    /// <summary>What becomes of a call outside of the proposal.</summary>
    public OutsideProposal Outside { get; }

    /// <summary>On whose behalf, down to its own agent.</summary>
    public Delegation Delegation { get; }

    /// <summary>The task this one is part of, or null.</summary>
    public AgentTask? Parent { get; }

    /// <summary>The task at the top.</summary>
    internal AgentTask Root
    {
        get
        {
            AgentTask root = this;
            while (root.Parent is { } above)
            {
                root = above;
            }

            return root;
        }
    }

    /// <summary>How many tasks are above it.</summary>
    public int Depth { get; }

    /// <summary>Who opened it.</summary>
    public Principal OpenedBy { get; }

    /// <summary>What the user asked for, word for word; only a root task has it.</summary>
    public string? UserRequest { get; }

    /// <summary>The values it was opened with, or null.</summary>
    public JsonElement? Parameters { get; }

    /// <summary>When it was opened, in wall-clock time.</summary>
    public DateTimeOffset OpenedAt { get; }

    /// <summary>When it ends by itself, in wall-clock time; the monotonic clock can end it earlier, never later.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>The approval that opening it waits for, while it is pending.</summary>
    public ApprovalId? OpeningApproval { get; internal set; }

    /// <summary>Where it is. A task whose time has run out is reported as expired even before its end was recorded.</summary>
    public TaskState State
    {
        get
        {
            TaskState state = _state;
            return state <= TaskState.Suspended && IsOutOfTime() ? TaskState.Expired : state;
        }
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => State > TaskState.Suspended;

    /// <summary>Marks the library instance that opened the task: another one refuses it.</summary>
    internal GuardIdentity GuardIdentity { get; }

    /// <summary>The latest events, the oldest first: its own calls and those of the tasks below it. They hold arguments and results.</summary>
    public ImmutableArray<TaskEvent> GetEvents() => History.Log.Read();

    /// <summary>What detectors have observed, the oldest first: in it and in the tasks below it.</summary>
    public ImmutableArray<Signal> GetSignals() => Signals.Read();

    internal TaskHistory History { get; }

    internal TaskSignals Signals { get; }

    internal SeenValues Values { get; }

    internal InFlightCalls Calls { get; }

    internal TaskLeases Leases { get; } = new();

    internal BudgetLedger Budget { get; }

    /// <summary>Where the root task, which this is or is below, is kept; null where tasks are not.</summary>
    internal TaskJournal? Journal { get; private set; }

    /// <summary>Where this task itself is kept: only root tasks are. A sub-task ends with its process, and what it used is kept of the root.</summary>
    internal TaskJournal? OwnJournal => Parent is null ? Journal : null;

    /// <summary>The state as it is kept. One that has ended meanwhile is removed next, and must not look alive until then.</summary>
    internal TaskState KeptState => _state is var state && state <= TaskState.Suspended ? state : TaskState.Suspended;

    /// <summary>Whether something else than an incident has suspended it: a person, an operator's hold, an outcome that was lost. Reopening an incident does not resume it then.</summary>
    internal bool IsSuspendedOtherwise => _isSuspendedOtherwise;

    /// <summary>Has the task kept, before anybody else knows of it.</summary>
    internal void KeepIn(TaskJournal journal)
    {
        Journal = journal;
        Signals.Journal = journal;
    }

    /// <summary>The task as all its audit records name it.</summary>
    internal AuditedTask Audited { get; }

    /// <summary>What revoking would stop it, from everything down to itself; made once, since each call looks at it twice.</summary>
    internal RevocationTarget[] RestsOn { get; }

    /// <summary>The hash of the tenant, for targets that are made for one call.</summary>
    internal uint TenantHash { get; }

    /// <summary>The request it was opened by, so that opening it can be decided again.</summary>
    internal TaskRequest Request { get; }

    /// <summary>What opening it had to meet.</summary>
    internal Obligations OpeningObligations { get; }

    /// <summary>The policy version as a target. Kept while the version stays, which is as long as the policies do.</summary>
    internal RevocationTarget[] PolicyTarget(string version)
    {
        PolicyVersionTarget? known = Volatile.Read(ref _policyTarget);
        if (known is null || known.Version != version)
        {
            known = new PolicyVersionTarget(version, [RevocationTarget.PolicyVersion(Tenant, version)]);
            Volatile.Write(ref _policyTarget, known);
        }

        return known.Target;
    }

    /// <summary>The task as <c>context.task</c> of an administrative action, made once since its facts never change.</summary>
    internal CedarRecord ContextRecord { get; }

    /// <summary>The task as <c>context.task</c> of a tool call.</summary>
    internal CedarRecord ContextRecordFor(ProposalCoverage coverage) => _contextRecords[(int)coverage];

    /// <summary>The delegation as <c>context.delegation</c>.</summary>
    internal CedarRecord DelegationRecord { get; }

    internal ITimer? ExpiryTimer { get; set; }

    /// <summary>The children at this moment.</summary>
    internal ImmutableArray<AgentTask> Children
    {
        get
        {
            lock (_moving)
            {
                return [.. _children];
            }
        }
    }

    /// <summary>Moves to another state if the task is in one that leads there.</summary>
    internal bool TryMove(TaskState to)
    {
        lock (_moving)
        {
            bool allowed = to switch
            {
                TaskState.Active => _state is TaskState.Pending or TaskState.Suspended,
                TaskState.Suspended => _state is TaskState.Active,
                TaskState.Pending => false,
                _ => _state <= TaskState.Suspended,
            };
            if (allowed)
            {
                _state = to;
                _isSuspendedOtherwise &= to != TaskState.Active;
            }

            return allowed;
        }
    }

    /// <summary>Moves to suspended if the task is active. If it is suspended already, that somebody else wants it so too is remembered.</summary>
    internal bool TrySuspend(bool isByIncident)
    {
        lock (_moving)
        {
            bool moves = _state == TaskState.Active;
            if (moves)
            {
                _state = TaskState.Suspended;
            }

            _isSuspendedOtherwise |= !isByIncident && _state == TaskState.Suspended;
            return moves;
        }
    }

    internal bool TryAdopt(AgentTask child)
    {
        lock (_moving)
        {
            if (_state != TaskState.Active)
            {
                return false;
            }

            _children.RemoveAll(static c => c._state > TaskState.Suspended);
            _children.Add(child);
            return true;
        }
    }

    /// <summary>Why a call of this task may not run now, judged over the task and all above it; null when it may.</summary>
    internal string? WhyNotActive() => WhyNotActive(Moment.Now(_time));

    /// <summary>The same at a moment that has just been looked at.</summary>
    internal string? WhyNotActive(Moment now)
    {
        for (AgentTask? task = this; task is not null; task = task.Parent)
        {
            switch (task._state)
            {
                case TaskState.Active when !task.IsOutOfTime(now): continue;
                case TaskState.Pending when !task.IsOutOfTime(now): return ReasonCodes.TaskPending;
                case TaskState.Suspended when !task.IsOutOfTime(now): return ReasonCodes.TaskSuspended;
                case TaskState.Revoked: return ReasonCodes.Revoked;
                case TaskState.Completed or TaskState.Failed: return ReasonCodes.TaskEnded;
                default: return ReasonCodes.TaskExpired;
            }
        }

        return null;
    }

    /// <summary>Id and purpose, for logs.</summary>
    public override string ToString() => $"{Id} ({Purpose})";

    /// <summary>How long it has been open, on the monotonic clock.</summary>
    internal TimeSpan Elapsed => _time.GetElapsedTime(_openedAt);

    private static RevocationTarget[] RestsOnOf(AgentTask task)
    {
        List<RevocationTarget> targets = [RevocationTarget.Everything, RevocationTarget.WholeTenant(task.Tenant)];
        HashSet<AgentId> agents = [];
        foreach (DelegationLink link in task.Delegation.Links)
        {
            targets.Add(RevocationTarget.DelegationLink(task.Tenant, link.Id));
            if (agents.Add(link.Agent))
            {
                targets.Add(RevocationTarget.Agent(task.Tenant, link.Agent));
            }
        }

        for (AgentTask? above = task; above is not null; above = above.Parent)
        {
            targets.Add(RevocationTarget.Task(task.Tenant, above.Id));
        }

        return [.. targets];
    }

    /// <summary>The earlier of monotonic and wall time, so that setting a clock back lends no life.</summary>
    private bool IsOutOfTime() => IsOutOfTime(Moment.Now(_time));

    private bool IsOutOfTime(Moment now) => _time.GetElapsedTime(_livesFrom, now.Timestamp) >= _lifetime || now.UtcNow >= ExpiresAt;

    private sealed record PolicyVersionTarget(string Version, RevocationTarget[] Target);
}
