using System.Collections.Immutable;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Everything the pipeline knows of one call, filled in step by step; to the tool it is the invocation. It builds the members of the policy
/// context when they are read, so that what no policy looks at costs nothing.
/// </summary>
/// <remarks>
/// A call makes one, and a decision that is kept keeps it, so it is small: what few calls need lies apart, and what all calls of a guard have in
/// common is found through the task. The call's own thread fills it in; others read it while the call is in flight, and change nothing.
/// </remarks>
internal sealed class CallContext(CallId id, ToolCall call, AgentTask task, ToolDescriptor tool) : ToolInvocation, IContextSource
{
    private const long NotAsked = -1;

    private ToolDescriptor _tool = tool;
    private LeasedCredential? _credential;
    private CallExtras? _extras;
    private long _engineTicks = NotAsked;

    public override CallId Id { get; } = id;

    internal ToolCall Call { get; } = call;

    public override AgentTask Task { get; } = task;

    /// <summary>The tool; for calls that are an action of their own, as it is described for these.</summary>
    public override ToolDescriptor Tool => _tool;

    /// <summary>Watches the call; null while nobody listens.</summary>
    internal CallTelemetry? Telemetry
    {
        get => _extras?.Telemetry;
        init => _extras = value is null ? null : new CallExtras { Telemetry = value };
    }

    /// <summary>The arguments; none before the intent step has read them.</summary>
    internal CallArguments Given { get; set; } = CallArguments.None;

    public override JsonElement Arguments => Given.Json;

    public override IReadOnlyDictionary<string, HostValue>? HostArguments => Call.HostArguments;

    internal ImmutableArray<Entity> Resources { get; set; } = [];

    /// <summary>The resources as audit records name them: the same array for both records, and for all calls where the tool itself is the resource.</summary>
    internal ImmutableArray<string> ResourceTexts
    {
        get
        {
            if (Resources == _tool.ToolAsResource)
            {
                return _tool.ToolAsResourceText;
            }

            CallExtras extras = Extras;
            return extras.ResourceTexts.IsDefault ? extras.ResourceTexts = [.. Resources.Select(static r => r.Uid.ToString())] : extras.ResourceTexts;
        }
    }

    /// <summary>The policies it was last decided under; empty before it was.</summary>
    internal string PolicyVersion { get; set; } = "";

    /// <summary>The approval this call resumes under, once one was found; policy then sees it.</summary>
    internal ApprovalRequest? Approval
    {
        get => _extras?.Approval;
        set
        {
            if (value is not null || _extras is not null)
            {
                Extras.Approval = value;
            }
        }
    }

    public override CallContainment? Containment => _extras?.Containment;

    public override LeasedCredential? Credential => _credential;

    /// <summary>What the newest record of a decision says of the call, for that of its outcome; null before the first.</summary>
    internal AuditFacts? Audited { get; set; }

    /// <summary>How long the policy engine has taken to answer so far; null while it was not asked.</summary>
    internal TimeSpan? EngineTime => _engineTicks == NotAsked ? null : new TimeSpan(_engineTicks);

    /// <summary>How the proposals of the task and of those above it cover the call.</summary>
    internal ProposalCoverage Coverage { get; set; }

    /// <summary>Where the values came from. Found once a call, since it searches what was seen.</summary>
    internal CallProvenance Provenance => Extras.Provenance ??= CallProvenance.Of(_tool, Arguments, Task.Values);

    /// <summary>Whether it was found where the values came from.</summary>
    internal bool HasProvenance => _extras?.Provenance is not null;

    /// <summary>How risky the call is. Reckoned once a call, when a policy or a ceiling asks for it.</summary>
    internal RiskScore Risk => Extras.Risk ??= RiskAssessment.Of(this, Task.GuardIdentity.Weights);

    /// <summary>The score, if somebody asked for it.</summary>
    internal RiskScore? RiskIfKnown => _extras?.Risk;

    /// <summary>Held while an explanation reads the call, which finds out what had not been asked for. Not the call itself, which tools can reach.</summary>
    internal object Reading => Extras;

    private CallExtras Extras => LazyInitializer.EnsureInitialized(ref _extras, static () => new CallExtras());

    /// <summary>The lowest ceiling for the score over the task and those above it; null when none has one.</summary>
    internal int? RiskCeiling
    {
        get
        {
            int? lowest = null;
            for (AgentTask? above = Task; above is not null; above = above.Parent)
            {
                lowest = above.Mandate.ScoreCeiling is { } ceiling && !(lowest < ceiling) ? ceiling : lowest;
            }

            return lowest;
        }
    }

    internal CallDigest Digest => Extras.Digest ??= Task.GuardIdentity.Digester.DigestOf(this);

    /// <summary>Whether every host-only argument has an id, so that the digest says what is approved.</summary>
    internal bool IsApprovable => Call.HostArguments is null || Call.HostArguments.Values.All(static v => v.Id is not null);

    internal void AddEngineTime(TimeSpan time) => _engineTicks = Math.Max(_engineTicks, 0) + time.Ticks;

    /// <summary>Takes the call for an action of its own. Before anything is decided.</summary>
    internal void Become(ToolDescriptor apart) => _tool = apart;

    internal void Lend(LeasedCredential? credential) => _credential = credential;

    internal void Contain(CallContainment containment) => Extras.Containment = containment;

    /// <summary>Lets go of what was made ready for it, before that is unmade: nobody reaches it from here on, whatever of the call is kept.</summary>
    internal void LetGo()
    {
        _credential = null;
        if (_extras is not null)
        {
            _extras.Containment = null;
        }
    }

    /// <summary>Forgets what was found out under labels or values that have changed since.</summary>
    internal void Refresh()
    {
        if (_extras is not null)
        {
            (_extras.Provenance, _extras.Risk) = (null, null);
        }
    }

    public CedarRecord? Build(ContextParts part) => part switch
    {
        ContextParts.Input => Given.Input,
        ContextParts.Task => Task.ContextRecordFor(Coverage),
        ContextParts.History => History(),
        ContextParts.Risk => RiskRecord(),
        ContextParts.Provenance => ProvenanceRecord(),
        ContextParts.Approval => ApprovalRecord(),
        ContextParts.Delegation => Task.DelegationRecord,
        _ => ContextRecords.System(Task.GuardIdentity.Time.GetUtcNow()),
    };

    public bool TryRead(ContextParts part, ReadOnlySpan<string> path, out CedarScalar value)
    {
        value = CedarScalar.Absent;
        return part == ContextParts.Input && path.Length == 1 && Given.TryRead(path[0], out value);
    }

    private CedarRecord History()
    {
        CedarRecord.Builder record = new();
        record.Add("calls", Task.History.Calls);
        record.Add("denials", Task.History.Denials);
        record.Add("approvalsAsked", Task.History.ApprovalsAsked);
        Label worst = Task.History.WorstLabel;
        record.Add("integrity", worst.Integrity.Name());
        record.Add("confidentiality", worst.Confidentiality.Name());
        record.Add("errors", Task.History.Errors);
        record.Add("services", CedarSet.Create(Task.History.Services.Read().Select(static s => (CedarValue)s)));
        record.Add("resources", (long)Task.History.Resources.Count);
        record.Add("signals", CedarSet.Create(SignalNames.All.Where(k => (Task.Signals.Raised & (1 << (int)k)) != 0).Select(static k => (CedarValue)k.Name())));
        record.Add("sinceOpened", CedarDuration.FromTimeSpan(Task.Elapsed));
        if (Task.History.SinceLastCall is { } call)
        {
            record.Add("sinceLastCall", CedarDuration.FromTimeSpan(call));
        }

        if (Task.History.SinceLastDenial is { } denial)
        {
            record.Add("sinceLastDenial", CedarDuration.FromTimeSpan(denial));
        }

        return record.Build();
    }

    private CedarRecord RiskRecord()
    {
        CedarRecord.Builder record = new();
        record.Add("class", Tool.Risk.Name());
        record.Add("level", (long)Tool.Risk);
        record.Add("score", (long)Risk.Value);
        record.Add("ceiling", (long)(RiskCeiling ?? 100));
        CallProvenance provenance = Provenance;
        RoleSet roles = default, untrusted = default, stranger = default, unnamed = default, unlinked = default, contested = default, carrying = default;
        foreach (ArgumentProvenance part in provenance.Parts)
        {
            roles = roles.With(part.Role);
            untrusted = untrusted.WithIf(!ArgumentProvenance.IsTrusted(part.Source), part.Role);
            stranger = stranger.WithIf(part.Source == ValueSource.UntrustedResult, part.Role);
            unnamed = unnamed.WithIf(!part.IsNamed, part.Role);
            unlinked = unlinked.WithIf(!part.IsLinked, part.Role);
            contested = contested.WithIf(part.Found.IsContested, part.Role);
            carrying = carrying.WithIf(part.Carries, part.Role);
        }

        record.Add("roles", roles.Value);
        record.Add("untrustedRoles", untrusted.Value);
        record.Add("strangerRoles", stranger.Value);
        record.Add("unnamedRoles", unnamed.Value);
        record.Add("unlinkedRoles", unlinked.Value);
        record.Add("contestedRoles", contested.Value);
        record.Add("carryingRoles", carrying.Value);
        record.Add("content", provenance.Content.Name());
        return record.Build();
    }

    private CedarRecord ProvenanceRecord()
    {
        CedarRecord.Builder record = new();
        foreach ((string name, ArgumentProvenance argument) in Provenance.Arguments)
        {
            CedarRecord.Builder entry = new();
            entry.Add("source", argument.Source.Name());
            entry.Add("trusted", ArgumentProvenance.IsTrusted(argument.Source));
            entry.Add("role", argument.Role.Name());
            entry.Add("named", argument.IsNamed);
            entry.Add("linked", argument.IsLinked);
            entry.Add("link", argument.Found.Link.Name());
            entry.Add("contested", argument.Found.IsContested);
            entry.Add("carries", argument.Carries);
            record.Add(name, entry.Build());
        }

        return record.Build();
    }

    private CedarRecord ApprovalRecord()
    {
        CedarRecord.Builder record = new();
        record.Add("approved", Approval is not null);
        ImmutableArray<Principal> approvers = Approval is null ? [] : Approval.ApprovedBy;
        record.Add("approvers", Entities(approvers, PrincipalKind.Person));
        record.Add("approverServices", Entities(approvers, PrincipalKind.Service));
        return record.Build();
    }

    private static CedarSet Entities(ImmutableArray<Principal> principals, PrincipalKind kind) =>
        CedarSet.Create(principals.Where(p => p.Kind == kind).Select(static p => (CedarValue)new CedarEntity(p.Uid)));
}
