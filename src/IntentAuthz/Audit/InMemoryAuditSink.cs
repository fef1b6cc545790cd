using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>Keeps the newest records in memory, for tests and for hosts that show them. Safe for use by many threads.</summary>
/// <param name="capacity">How many records are kept; older ones are dropped.</param>
public sealed class InMemoryAuditSink(int capacity = 10_000) : IAuditSink
{
    private readonly Lock _writing = new(); // protects _records
    private readonly AuditRecord[] _records = new AuditRecord[capacity > 0
        ? capacity
        : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "Keep at least one record.")];
    private int _next;
    private int _count;

    /// <summary>The records at this moment, oldest first.</summary>
    public ImmutableArray<AuditRecord> Records
    {
        get
        {
            lock (_writing)
            {
                ImmutableArray<AuditRecord>.Builder records = ImmutableArray.CreateBuilder<AuditRecord>(_count);
                int first = (_next - _count + _records.Length) % _records.Length;
                for (int i = 0; i < _count; i++)
                {
                    records.Add(_records[(first + i) % _records.Length]);
                }

                return records.MoveToImmutable();
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
    {
        lock (_writing)
        {
            foreach (AuditRecord record in records.Span)
            {
                _records[_next] = record;
                _next = (_next + 1) % _records.Length;
                _count = Math.Min(_count + 1, _records.Length);
            }
        }

        return ValueTask.CompletedTask;
    }
}
