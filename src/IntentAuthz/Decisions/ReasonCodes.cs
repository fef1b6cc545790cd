namespace IntentAuthz;

/// <summary>
/// Why a decision is what it is. The codes are stable: hosts branch on them, audits are searched by them, and the model may see them.
/// The explanation beside a code is for people and can change. What enforces a containment has codes of its own beside these; see
/// <see cref="Guard.RefuseContained"/>.
/// </summary>
public static class ReasonCodes
{
    /// <summary>Every permit that is needed was found and all its obligations are met.</summary>
    public const string Permitted = "permitted";

    /// <summary>Policies deny the call or ask for an approval, and it runs since they are only observed.</summary>
    public const string Observed = "observed";

    /// <summary>No policy permits the call.</summary>
    public const string NoPermit = "no-permit";

    /// <summary>A policy forbids the call.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>A forbid, or a permit that carries obligations, could not be evaluated: it might have denied, so it does.</summary>
    public const string PolicyError = "policy-error";

    /// <summary>The policy engine failed or did not answer in time.</summary>
    public const string EngineFailed = "engine-failed";

    /// <summary>The mandate of the task, or of a task above it, does not cover the call.</summary>
    public const string OutsideMandate = "outside-mandate";

    /// <summary>The mandate covers the call, and what was proposed for the task from the user's request does not.</summary>
    public const string OutsideProposal = "outside-proposal";

    /// <summary>The proposer failed, did not answer in time, or proposed what no tool can do; the task was not opened.</summary>
    public const string ProposalFailed = "proposal-failed";

    /// <summary>The mandate of a task to be opened names an action, resource or argument that no tool has, or constrains an argument of another type.</summary>
    public const string InvalidMandate = "invalid-mandate";

    /// <summary>The tool's risk class is above the task's ceiling.</summary>
    public const string RiskAboveCeiling = "risk-above-ceiling";

    /// <summary>The permits that apply ask for different credentials, or for what cannot be combined exactly.</summary>
    public const string ConflictingObligations = "conflicting-obligations";

    /// <summary>The policies changed again and again while the call was being decided.</summary>
    public const string PolicyChanged = "policy-changed";

    /// <summary>The call came with no task.</summary>
    public const string MissingTask = "missing-task";

    /// <summary>Two tasks claim the call.</summary>
    public const string ConflictingTasks = "conflicting-tasks";

    /// <summary>The task is of another tenant, or was not opened by this guard.</summary>
    public const string ForeignTask = "foreign-task";

    /// <summary>The task is not active yet: it waits for its own approval.</summary>
    public const string TaskPending = "task-pending";

    /// <summary>The task, or one above it, is suspended.</summary>
    public const string TaskSuspended = "task-suspended";

    /// <summary>The task, or one above it, has run out of time.</summary>
    public const string TaskExpired = "task-expired";

    /// <summary>The task, or one above it, has ended.</summary>
    public const string TaskEnded = "task-ended";

    /// <summary>The task, its agent, a link of its delegation, the tool, the policy version, the lease, its issuer, the tenant or everything was revoked; the explanation says which, by whom and why.</summary>
    public const string Revoked = "revoked";

    /// <summary>What is revoked is not known: the store has not been read yet, or not within <see cref="IntentAuthzOptions.MaxRevocationStaleness"/>.</summary>
    public const string RevocationUnknown = "revocation-unknown";

    /// <summary>The call says it is made within another call that is not in flight in the same task.</summary>
    public const string ParentNotInFlight = "parent-not-in-flight";

    /// <summary>No tool of this exact name is described.</summary>
    public const string UnknownTool = "unknown-tool";

    /// <summary>A function is reached that was not wrapped by the adapter.</summary>
    public const string UnguardedFunction = "unguarded-function";

    /// <summary>The arguments are no JSON object, are too large or too deep, or do not fit the tool's schema.</summary>
    public const string InvalidArguments = "invalid-arguments";

    /// <summary>An argument has a name the tool does not have, or one that differs by case or looks alike.</summary>
    public const string UnknownArgument = "unknown-argument";

    /// <summary>The call names an argument that only the host may supply.</summary>
    public const string HostOnlyArgument = "host-only-argument";

    /// <summary>A value is ambiguous or cannot be held exactly by policy.</summary>
    public const string UnrepresentableArgument = "unrepresentable-argument";

    /// <summary>The function that maps arguments to resources threw or named none.</summary>
    public const string ResourceMappingFailed = "resource-mapping-failed";

    /// <summary>The function that finds out facts from arguments for policies threw, or what it found is not what the descriptor says.</summary>
    public const string DerivedInputFailed = "derived-input-failed";

    /// <summary>A person must approve the call first.</summary>
    public const string ApprovalRequired = "approval-required";

    /// <summary>The same call was refused by an approver in this task; it cannot be asked again.</summary>
    public const string ApprovalRefused = "approval-refused";

    /// <summary>The call needs an approval but cannot be approved: a host-only argument has no id.</summary>
    public const string NotApprovable = "not-approvable";

    /// <summary>There is no room for another open approval request of this task or tenant.</summary>
    public const string ApprovalQuota = "approval-quota";

    /// <summary>The same call ran before and how it ended is not known, or its result was withheld; running it again needs an approval.</summary>
    public const string RepeatOfUnknownOutcome = "repeat-of-unknown-outcome";

    /// <summary>More calls than the lowest applicable <c>@rate</c> allows.</summary>
    public const string RateExceeded = "rate-exceeded";

    /// <summary>The budget of the task, or of a task above it, has not enough left for the call.</summary>
    public const string BudgetExceeded = "budget-exceeded";

    /// <summary>The credential's profile or issuer is not declared.</summary>
    public const string UnknownCredential = "unknown-credential";

    /// <summary>The issuer refused, threw or did not answer in time.</summary>
    public const string CredentialFailed = "credential-failed";

    /// <summary>The mandate of the task, or of one above it, leaves no scope of the credential.</summary>
    public const string CredentialOutsideMandate = "credential-outside-mandate";

    /// <summary>The task has as many leases as it may have at a time.</summary>
    public const string CredentialQuota = "credential-quota";

    /// <summary>Nothing here can enforce the containment that is asked for.</summary>
    public const string ContainmentUnavailable = "containment-unavailable";

    /// <summary>What runs contained asked for what its containment does not grant, such as a host.</summary>
    public const string OutsideContainment = "outside-containment";

    /// <summary>The decision's record was not accepted, or not written where it must be durable.</summary>
    public const string AuditUnavailable = "audit-unavailable";

    /// <summary>The decision could not be kept for replay, and the host asked for such calls to be denied.</summary>
    public const string DecisionUnrecorded = "decision-unrecorded";

    /// <summary>The state of the task could not be written to the store that keeps it, or not in time: what is not written down does not count.</summary>
    public const string TaskStoreUnavailable = "task-store-unavailable";

    /// <summary>A task cannot be restored with this request: it is not the one the task was opened by.</summary>
    public const string RequestChanged = "request-changed";

    /// <summary>An unexpected fault inside the guard. The call did not run.</summary>
    public const string InternalError = "internal-error";

    /// <summary>The tool ran and returned.</summary>
    public const string Completed = "completed";

    /// <summary>The tool ran and threw.</summary>
    public const string ToolFailed = "tool-failed";

    /// <summary>The tool was stopped because its authority was taken away while it ran.</summary>
    public const string CancelledByRevocation = "cancelled-by-revocation";

    /// <summary>The tool was stopped because the caller cancelled.</summary>
    public const string CancelledByCaller = "cancelled-by-caller";

    /// <summary>The tool ran, but its result may not be shown: a redaction or scrub could not be applied, or it is too large.</summary>
    public const string ResultWithheld = "result-withheld";

    /// <summary>An administrative action was refused since the principal may not perform it.</summary>
    public const string NotAuthorized = "not-authorized";

    /// <summary>An agent tried what agents may never do, such as opening a root task or approving a call.</summary>
    public const string AgentNotAllowed = "agent-not-allowed";

    /// <summary>The document that proved the agent's identity has expired, so no task is opened with it.</summary>
    public const string IdentityExpired = "identity-expired";

    /// <summary>The delegation that a task would rest on has ended.</summary>
    public const string DelegationEnded = "delegation-ended";

    /// <summary>The thing acted upon is of another tenant.</summary>
    public const string ForeignTenant = "foreign-tenant";

    /// <summary>The thing is not in a state in which this can be done.</summary>
    public const string WrongState = "wrong-state";

    private const int MaxLength = 64;

    /// <summary>A code that somebody else than the guard refuses with. Codes are tags of metrics and are searched for, so they are short words.</summary>
    internal static string OfRefusal(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        bool isWord = code.Length is > 0 and <= MaxLength && char.IsAsciiLetterLower(code[0])
            && code.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        return isWord && code is not (Permitted or Observed or Completed)
            ? code
            : throw new ArgumentException($"A refusal's code is a word of lower-case letters, digits and hyphens, at most {MaxLength}, and none that says that a call ran.", nameof(code));
    }
}
