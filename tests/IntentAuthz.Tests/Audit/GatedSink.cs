namespace IntentAuthz.Tests.Audit;

/// <summary>A sink that writes, fails or waits, as the test says, and keeps the batches it wrote.</summary>
internal sealed class GatedSink : IAuditSink
{
    private readonly List<AuditRecord[]> _batches = [];
    private volatile TaskCompletionSource? _gate;
    private volatile bool _failing;

    internal bool Failing
    {
        set => _failing = value;
    }

    internal IReadOnlyList<AuditRecord[]> Batches
    {
        get
        {
            lock (_batches)
            {
                return [.. _batches];
            }
        }
    }

    internal IEnumerable<AuditRecord> Records => Batches.SelectMany(static b => b);

    internal int Attempts { get; private set; }

    internal void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets the write that waits go on, and has the next one wait.</summary>
    internal void Next()
    {
        TaskCompletionSource? gate = _gate;
        Close();
        gate?.SetResult();
    }

    internal void Open()
    {
        TaskCompletionSource? gate = _gate;
        _gate = null;
        gate?.SetResult();
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
    {
        Attempts++;
        if (_gate is { } gate)
        {
            await gate.Task; // on purpose without the token: a sink may hang for good
        }

        if (_failing)
        {
            throw new IOException("disk full");
        }

        lock (_batches)
        {
            _batches.Add(records.ToArray());
        }
    }
}
