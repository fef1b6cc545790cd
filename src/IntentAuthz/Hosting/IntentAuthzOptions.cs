using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>What a host can set. Checked when the host starts; each message names the setting and the fix.</summary>
public sealed class IntentAuthzOptions
{
    /// <summary>The most bytes of arguments a call may have, 1 KiB to 64 MiB.</summary>
    public int MaxArgumentBytes { get; set; } = 1024 * 1024;

    /// <summary>How deep arguments may nest, 1 to 64.</summary>
    public int MaxArgumentDepth { get; set; } = 32;

    /// <summary>How many values the arguments of one call may hold in all, 1 to 1,000,000.</summary>
    public int MaxArgumentValues { get; set; } = 10_000;

    /// <summary>The most characters a result may have; a larger one is withheld. 1,024 to 256 Mi.</summary>
    public int MaxResultCharacters { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// How long a policy engine may take for one answer. The native engine answers at once; others may not. 1 ms to 1 minute. It ends the wait for an
    /// answer that is asynchronous. A call's engine, or a store of entities that it asks, must not block its thread: such a call waits with it, without a
    /// limit. Only revoking, suspending and freezing are decided on threads of their own and are done when the time is up.
    /// </summary>
    public TimeSpan EngineTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a proposer of mandates may take when a task is opened. 1 ms to 5 minutes.</summary>
    public TimeSpan ProposerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an issuer may take to make or unmake a credential. 10 ms to 5 minutes.</summary>
    public TimeSpan IssuerTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long making a call's containment ready may take, 10 ms to 5 minutes; then the call is denied. 10 seconds by default.</summary>
    public TimeSpan ContainmentTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call, an answer to an approval request or the opening of a task waits for the store that keeps tasks. 10 ms to 5 minutes.</summary>
    public TimeSpan TaskStoreTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many leases one task may have at a time, 1 to 10,000.</summary>
    public int MaxLeasesPerTask { get; set; } = 64;

    /// <summary>After how many failures to unmake its credential a lease is reported as irrevocable, 1 to 1,000. It is tried on all the same.</summary>
    public int IrrevocableAfter { get; set; } = 6;

    /// <summary>
    /// How old this process's knowledge of what is revoked may be where the store is shared. A process that could not read it for so long denies
    /// every call (<c>revocation-unknown</c>) until it can. 100 ms to 1 minute.
    /// </summary>
    public TimeSpan MaxRevocationStaleness { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a shared revocation store is read. 5 ms to 10 seconds, and at most half of <see cref="MaxRevocationStaleness"/>.</summary>
    public TimeSpan RevocationPollInterval { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// Whether a reload decides again, for every live task, whether it would be opened under the new policies, and revokes those that would not
    /// be. Off, a task that is open goes on, each of its calls under the new policies.
    /// </summary>
    public bool RecheckTasksOnReload { get; set; }

    /// <summary>How long a call of a high-risk tool waits for its audit record to be written. 10 ms to 5 minutes.</summary>
    public TimeSpan DurableAuditTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many audit records may wait for the sink in all, 16 to 10,000,000.</summary>
    public int AuditQueueCapacity { get; set; } = 65_536;

    /// <summary>How many of them one tenant may have waiting; at most <see cref="AuditQueueCapacity"/>.</summary>
    public int AuditQueuePerTenant { get; set; } = 16_384;

    /// <summary>How many of them one task may have waiting; at most <see cref="AuditQueuePerTenant"/>.</summary>
    public int AuditQueuePerTask { get; set; } = 4_096;

    /// <summary>How long shutting down waits for the sink to take what is queued. Zero to 5 minutes.</summary>
    public TimeSpan AuditShutdownTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many bytes the decisions that wait for a decision store may take, roughly, 1 MiB to 16 GiB; one tenant's may take a fourth. What finds no
    /// room is not kept, and counted by the metric <c>intentauthz.decisions.lost</c>.
    /// </summary>
    public long DecisionQueueBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Whether a call whose decision finds no room on its way to the decision store is denied (<c>decision-unrecorded</c>). Off, it runs and cannot be replayed.</summary>
    public bool DenyUnrecordedDecisions { get; set; }

    /// <summary>
    /// Whether a decision is kept with the history, the risk and the provenance of its call even where no policy asked for them, so that policies
    /// which do can be replayed on it. It costs what finding them out costs, on every call. Off, they are kept where some policy about the action reads them.
    /// </summary>
    public bool RecordWholeContext { get; set; }

    /// <summary>How long an approval request can be answered and used. 1 second to 7 days.</summary>
    public TimeSpan ApprovalLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How many approval requests of one task may wait, 1 to 10,000.</summary>
    public int MaxPendingApprovalsPerTask { get; set; } = 32;

    /// <summary>How many approval requests of one tenant may wait, 1 to 100,000.</summary>
    public int MaxPendingApprovalsPerTenant { get; set; } = 1_000;

    /// <summary>
    /// The key for the argument digests in audit records, at least 32 bytes. With a key of the host's own, records of several processes can be
    /// compared; without one a random key is made at start and records can be compared within this process only. It also keys the digests of the
    /// requests that kept tasks were opened by: with another key those tasks cannot be restored.
    /// </summary>
    public byte[]? AuditDigestKey { get; set; }

    /// <summary>
    /// How much the check of policies against the tools asks. <see cref="ValidationMode.Strict"/> is what Cedar recommends: it also refuses
    /// comparisons of different types, which are never true. Policies are checked in either mode.
    /// </summary>
    public ValidationMode PolicyValidation { get; set; } = ValidationMode.Strict;

    /// <summary>How many events a task's log keeps, 16 to 65,536. Counters and marks are kept whatever the log forgets.</summary>
    public int MaxTaskEvents { get; set; } = TaskHistory.DefaultEvents;

    /// <summary>What the detectors watch for, and what a signal leads to.</summary>
    public SignalOptions Signals { get; } = new();

    /// <summary>Which signals open an incident, and how many there may be.</summary>
    public IncidentOptions Incidents { get; } = new();

    /// <summary>What the risk score is made of.</summary>
    public RiskWeights RiskWeights { get; } = new();

    /// <summary>Whether policies are only observed from the start, until <see cref="PolicyAdministration.SetModeAsync"/> says otherwise.</summary>
    public EnforcementMode PolicyMode { get; set; } = EnforcementMode.Enforce;

    /// <summary>The tools whose policies are only observed from the start, by name.</summary>
    public ISet<string> ObservedTools { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>What operators stop things with when nothing else works; without it only policy-authorised principals can.</summary>
    public OperatorKey? OperatorKey { get; set; }
}
