using System.Diagnostics.Metrics;

namespace IntentAuthz;

/// <summary>
/// The meter <c>IntentAuthz</c>. Tags are words of small sets, and names of issuers and of described tools, never ids or texts of people or
/// models. The instruments are listed in docs/telemetry.md. What a listener throws goes no further than here: measurements are taken in the middle of
/// calls, revocations and writes, and none of them may end since somebody counts.
/// </summary>
internal sealed class GuardMetrics : IDisposable
{
    private readonly ListenerFaults _faults;
    private readonly Meter _meter;
    private readonly bool _isOwned;
    private readonly Counter<long> _decisions;
    private readonly Histogram<double> _deciding;
    private readonly Histogram<double> _running;
    private readonly Counter<long> _asked;
    private readonly Histogram<double> _waited;
    private readonly Histogram<long> _questions;
    private readonly Counter<long> _signals;
    private readonly Histogram<double> _delay;
    private readonly Counter<long> _cancelled;
    private readonly Counter<long> _failedWrites;
    private readonly Counter<long> _failedReads;
    private readonly Counter<long> _lostDecisions;

    /// <summary>Takes the meter from the host's factory, which then owns it, or makes one.</summary>
    internal GuardMetrics(IMeterFactory? factory, ListenerFaults faults)
    {
        _faults = faults;
        _isOwned = factory is null;
        _meter = factory?.Create(new MeterOptions(IntentAuthzTelemetry.MeterName)) ?? new Meter(IntentAuthzTelemetry.MeterName);
        _decisions = _meter.CreateCounter<long>("intentauthz.decisions", "{decision}", "Tool calls that were decided.");
        _deciding = _meter.CreateHistogram(
            "intentauthz.decision.duration", "s", "From the call until it is denied, asks, or the tool is entered; waiting for stores, issuers and the audit included.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.000_002, 0.000_005, 0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.005, 0.02, 0.1, 1, 5] });
        _running = _meter.CreateHistogram(
            "gen_ai.execute_tool.duration", "s", "How long tools ran.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] }); // the conventions' own
        _asked = _meter.CreateCounter<long>("intentauthz.approval.requests", "{request}", "Questions to people.");
        _waited = _meter.CreateHistogram(
            "intentauthz.approval.wait", "s", "From the question until it is answered or over.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14_400] });
        _questions = _meter.CreateHistogram(
            "intentauthz.task.approval_requests", "{request}", "Questions that a task has asked by its end.", tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = [0, 1, 2, 3, 5, 10, 20, 50] });
        _signals = _meter.CreateCounter<long>("intentauthz.signals", "{signal}", "Signals that detectors have raised.");
        _delay = _meter.CreateHistogram(
            "intentauthz.revocation.delay", "s", "From the call to revoke until all that it stops in this process was stopped.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.000_1, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30] });
        _cancelled = _meter.CreateCounter<long>("intentauthz.revocation.cancelled_calls", "{call}", "Calls in flight that a revocation cancelled.");
        _failedWrites = _meter.CreateCounter<long>("intentauthz.revocation.store.failed_writes", "{write}", "Writes to the revocation store that failed; each is tried again.");
        _failedReads = _meter.CreateCounter<long>("intentauthz.revocation.store.failed_reads", "{read}", "Reads of the revocation store that failed.");
        _lostDecisions = _meter.CreateCounter<long>("intentauthz.decisions.lost", "{decision}", "Decisions that were not kept for replay, since there was no room or the store did not take them.");
    }

    /// <summary>Whether somebody listens to how calls are decided and run.</summary>
    internal bool HearsCalls => _decisions.Enabled || _deciding.Enabled || _running.Enabled;

    internal void Decided(Decision decision, ToolDescriptor? tool, TimeSpan? duration)
    {
        KeyValuePair<string, object?> outcome = new(TelemetryNames.Outcome, Word(decision.Outcome));
        KeyValuePair<string, object?> named = new(TelemetryNames.Tool, tool?.Name ?? TelemetryNames.UnknownTool);
        Add(_decisions, 1, outcome, new KeyValuePair<string, object?>(TelemetryNames.Reason, decision.ReasonCode), named);
        if (duration is { } took)
        {
            Record(_deciding, took.TotalSeconds, outcome);
        }
    }

    internal void Ran(ToolDescriptor tool, string outcomeCode, TimeSpan duration)
    {
        ReadOnlySpan<KeyValuePair<string, object?>> tags =
        [
            new(TelemetryNames.Tool, tool.Name), new(TelemetryNames.ToolType, TelemetryNames.Function), new(TelemetryNames.Error, outcomeCode),
        ];
        Record(_running, duration.TotalSeconds, outcomeCode == ReasonCodes.Completed ? tags[..^1] : tags);
    }

    internal void Asked(ApprovalRequest request, TimeProvider time)
    {
        Add(_asked, 1, new KeyValuePair<string, object?>(TelemetryNames.Tool, request.Tool ?? TelemetryNames.UnknownTool));
        if (_waited.Enabled)
        {
            _ = RecordWaitAsync(request, time);
        }
    }

    internal void TaskEnded(AgentTask task, TaskState state) =>
        Record(_questions, task.History.ApprovalsAsked, new KeyValuePair<string, object?>(TelemetryNames.TaskState, Word(state)));

    internal void Signalled(Signal signal) => Add(
        _signals,
        1,
        new KeyValuePair<string, object?>(TelemetryNames.Signal, signal.Kind.Name()),
        new KeyValuePair<string, object?>(TelemetryNames.SignalResponse, Word(signal.Response)));

    internal void Revoked(RevocationEntry entry, TimeSpan delay, int calls)
    {
        Record(_delay, delay.TotalSeconds, Kind(entry), Cause(entry));
        Cancelled(entry, calls);
    }

    internal void Cancelled(RevocationEntry entry, int calls)
    {
        if (calls > 0)
        {
            Add(_cancelled, calls, Kind(entry), Cause(entry));
        }
    }

    internal void WriteFailed() => Add(_failedWrites, 1);

    internal void ReadFailed() => Add(_failedReads, 1);

    internal void DecisionsLost(long count) => Add(_lostDecisions, count);

    /// <summary>What is asked for of revocations and leases when somebody collects.</summary>
    internal void Observe(RevocationList list, RevocationKnowledge knowledge, RevocationWriter writer, Func<IEnumerable<Lease>> leases)
    {
        _meter.CreateObservableUpDownCounter("intentauthz.revocation.entries", () => list.Count, "{entry}", "Revocations that stand.");
        _meter.CreateObservableUpDownCounter("intentauthz.revocation.store.pending_writes", () => writer.PendingCount, "{write}", "Revocations and liftings that hold here and are not written yet.");
        _meter.CreateObservableGauge(
            "intentauthz.revocation.store.age",
            () => knowledge.Age is { } age ? (IEnumerable<Measurement<double>>)[new Measurement<double>(age.TotalSeconds)] : [],
            "s", "How old the knowledge of what is revoked is; nothing before it has been read.");
        _meter.CreateObservableUpDownCounter(
            "intentauthz.lease.live",
            () => leases().CountBy(static l => l.Issuer, StringComparer.Ordinal)
                .Select(static c => new Measurement<long>(c.Value, new KeyValuePair<string, object?>(TelemetryNames.Issuer, c.Key))),
            "{lease}", "Leases that live, by issuer.");
        _meter.CreateObservableUpDownCounter(
            "intentauthz.lease.irrevocable", () => (long)leases().Count(static l => l.IsIrrevocable), "{lease}", "Leases that could not be unmade in many tries.");
    }

    /// <summary>What is asked for of tasks, questions, audit and policies when somebody collects.</summary>
    internal void Observe(TaskTable tasks, ApprovalRegistry approvals, AuditQueue audit, CedarPolicyEngine? policies)
    {
        _meter.CreateObservableUpDownCounter("intentauthz.task.live", () => (long)tasks.Count, "{task}", "Tasks that have not ended.");
        _meter.CreateObservableUpDownCounter("intentauthz.approval.pending", () => (long)approvals.CountPending(), "{request}", "Questions that nobody has answered yet.");
        _meter.CreateObservableUpDownCounter("intentauthz.audit.waiting", () => (long)audit.GetStatus().Waiting, "{record}", "Records that the audit has accepted and not written yet.");
        _meter.CreateObservableCounter("intentauthz.audit.dropped", () => audit.DroppedCount, "{record}", "Records that the audit did not accept, mostly since too many wait: of calls that do not run then, and of denials and outcomes.");
        _meter.CreateObservableGauge(
            "intentauthz.audit.failing", () => audit.GetStatus().IsKeepingUp ? 0 : 1, "{1}",
            "1 while the audit's sink refuses what it is given, the queue is full, or records wait for longer than DurableAuditTimeout.");
        if (policies is not null)
        {
            _meter.CreateObservableUpDownCounter("intentauthz.policy.count", () => (long)policies.PolicyCount, "{policy}", "Policies in force.");
            _meter.CreateObservableCounter("intentauthz.policy.refused_reloads", () => (long)policies.RefusedReloads, "{reload}", "Reloads that were refused; the last good policies stay.");
        }
    }

    public void Dispose()
    {
        if (!_isOwned)
        {
            return;
        }

        try
        {
            _meter.Dispose();
        }
        catch (Exception e)
        {
            _faults.Note(e); // a listener is told that its measurements are over, and what is left of the audit still has to be written
        }
    }

    /// <summary>The outcome as tags name it.</summary>
    internal static string Word(DecisionOutcome outcome) => outcome switch
    {
        DecisionOutcome.Permit => "permit",
        DecisionOutcome.RequireApproval => "require_approval",
        _ => "deny",
    };

    private static string Word(TaskState state) => state.ToString().ToLowerInvariant();

    private static string Word(SignalResponse response) => response.ToString().ToLowerInvariant();

    private void Add(Counter<long> counter, long count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(count, tags);
        }
        catch (Exception e)
        {
            _faults.Note(e);
        }
    }

    private void Record<T>(Histogram<T> histogram, T value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
    {
        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception e)
        {
            _faults.Note(e);
        }
    }

    private async Task RecordWaitAsync(ApprovalRequest request, TimeProvider time)
    {
        await request.Settled.ConfigureAwait(false);
        TimeSpan waited = time.GetUtcNow() - request.CreatedAt;

        // This may run after the call has used the answer up, or after the task ended.
        ApprovalState answer = request.State is ApprovalState.Consumed ? ApprovalState.Approved : request.State;
        Record(_waited, Math.Max(0, waited.TotalSeconds), new KeyValuePair<string, object?>(TelemetryNames.ApprovalState, answer.ToString().ToLowerInvariant()));
    }

    private static KeyValuePair<string, object?> Kind(RevocationEntry entry) => new(TelemetryNames.RevocationKind, entry.Target.Kind.ToString());

    private static KeyValuePair<string, object?> Cause(RevocationEntry entry) => new(TelemetryNames.RevocationCause, entry.Cause.ToString());
}
