namespace IntentAuthz;

/// <summary>Entries that are written together. The writing loop's own.</summary>
internal sealed class AuditBatch(int capacity)
{
    private readonly List<AuditEntry> _entries = new(Math.Min(capacity, 256));
    private readonly List<AuditRecord> _records = new(Math.Min(capacity, 256));

    internal List<AuditEntry> Entries => _entries;

    /// <summary>What the sink gets: the markers of a flush are none of it.</summary>
    internal List<AuditRecord> Records => _records;

    internal int Count => _entries.Count;

    /// <summary>A time before which none of its entries was accepted.</summary>
    internal long Since { get; set; }

    /// <summary>Adds an entry and its record as it is to be written.</summary>
    internal void Add(in AuditEntry entry, AuditRecord completed)
    {
        _entries.Add(entry);
        if (!ReferenceEquals(entry.Record, AuditFlushMarker.Record))
        {
            _records.Add(completed);
        }
    }

    internal void Clear()
    {
        _entries.Clear();
        _records.Clear();
    }
}
