using System.Diagnostics.Metrics;

namespace IntentAuthz;

/// <summary>
/// The meter <c>IntentAuthz</c>. Tags are words of small sets, and names of issuers, never ids or texts of people. The instruments are
/// listed in docs/revocation.md.
/// </summary>
internal sealed class GuardMetrics : IDisposable
{
    internal const string MeterName = "IntentAuthz";

    private readonly Meter _meter;
    private readonly bool _isOwned;
    private readonly Histogram<double> _delay;
    private readonly Counter<long> _cancelled;
    private readonly Counter<long> _failedWrites;
    private readonly Counter<long> _failedReads;
    private readonly Counter<long> _lostDecisions;

    /// <summary>Takes the meter from the host's factory, which then owns it, or makes one.</summary>
    internal GuardMetrics(IMeterFactory? factory)
    {
        _isOwned = factory is null;
        _meter = factory?.Create(new MeterOptions(MeterName)) ?? new Meter(MeterName);
        _delay = _meter.CreateHistogram<double>("intentauthz.revocation.delay", "s", "From the call to revoke until all that it stops in this process was stopped.");
        _cancelled = _meter.CreateCounter<long>("intentauthz.revocation.cancelled_calls", "{call}", "Calls in flight that a revocation cancelled.");
        _failedWrites = _meter.CreateCounter<long>("intentauthz.revocation.store.failed_writes", "{write}", "Writes to the revocation store that failed; each is tried again.");
        _lostDecisions = _meter.CreateCounter<long>("intentauthz.decisions.lost", "{decision}", "Decisions that were not kept for replay, since there was no room or the store did not take them.");
        _failedReads = _meter.CreateCounter<long>("intentauthz.revocation.store.failed_reads", "{read}", "Reads of the revocation store that failed.");
    }

    internal void Revoked(RevocationEntry entry, TimeSpan delay, int calls)
    {
        _delay.Record(delay.TotalSeconds, Kind(entry), Cause(entry));
        Cancelled(entry, calls);
    }

    internal void Cancelled(RevocationEntry entry, int calls)
    {
        if (calls > 0)
        {
            _cancelled.Add(calls, Kind(entry), Cause(entry));
        }
    }

    internal void WriteFailed() => _failedWrites.Add(1);

    internal void ReadFailed() => _failedReads.Add(1);

    internal void DecisionsLost(long count) => _lostDecisions.Add(count);

    /// <summary>What is asked for when somebody collects.</summary>
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
                .Select(static c => new Measurement<long>(c.Value, new KeyValuePair<string, object?>("intentauthz.issuer", c.Key))),
            "{lease}", "Leases that live, by issuer.");
        _meter.CreateObservableUpDownCounter(
            "intentauthz.lease.irrevocable", () => (long)leases().Count(static l => l.IsIrrevocable), "{lease}", "Leases that could not be unmade in many tries.");
    }

    public void Dispose()
    {
        if (_isOwned)
        {
            _meter.Dispose();
        }
    }

    private static KeyValuePair<string, object?> Kind(RevocationEntry entry) => new("intentauthz.revocation.kind", entry.Target.Kind.ToString());

    private static KeyValuePair<string, object?> Cause(RevocationEntry entry) => new("intentauthz.revocation.cause", entry.Cause.ToString());
}
