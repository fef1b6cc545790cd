using System.Collections.Immutable;

namespace IntentAuthz.Testing;

/// <summary>Keeps all audit records of a test host. They arrive a moment after what they tell of: wait for the one you want. Safe for use by many threads.</summary>
public sealed class RecordedAudit : IAuditSink
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Lock _writing = new(); // protects _records and _arrival
    private readonly List<AuditRecord> _records = [];
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal RecordedAudit()
    {
    }

    /// <summary>The records that have arrived, oldest first.</summary>
    public ImmutableArray<AuditRecord> Records
    {
        get
        {
            lock (_writing)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>Waits until a record of this kind has arrived.</summary>
    /// <param name="condition">Which one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The first such record.</returns>
    /// <exception cref="PolicyAssertionException">None arrived within ten seconds of real time; the message lists those that did.</exception>
    public async Task<AuditRecord> WaitForAsync(Func<AuditRecord, bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        int seen = 0;
        while (true)
        {
            Task arrival;
            lock (_writing)
            {
                for (; seen < _records.Count; seen++)
                {
                    if (condition(_records[seen]))
                    {
                        return _records[seen];
                    }
                }

                arrival = _arrival.Task;
            }

            try
            {
                await arrival.WaitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new PolicyAssertionException(
                    $"Expected an audit record, but none of those that arrived is meant:{string.Concat(Records.Select(static r => $"{Environment.NewLine}  {Describe(r)}"))}");
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
    {
        TaskCompletionSource arrived;
        lock (_writing)
        {
            _records.AddRange(records.Span);
            arrived = _arrival;
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        arrived.SetResult();
        return ValueTask.CompletedTask;
    }

    private static string Describe(AuditRecord record) =>
        $"{record.Kind} {record.Tool} {record.Outcome} ({record.ReasonCode}): {record.Explanation}";
}
