namespace IntentAuthz;

/// <summary>Entries that are written together. The writing loop's own.</summary>
internal sealed class AuditBatch(int capacity)
{
    /// <summary>So many characters fill a batch, however few its records are: what is written at once has to stay far below what can be held at once.</summary>
    internal const long MostCharacters = 8 * 1024 * 1024;

    private readonly List<AuditEntry> _entries = new(Math.Min(capacity, 256));
    private readonly List<AuditRecord> _records = new(Math.Min(capacity, 256));
    private long _characters;

    internal List<AuditEntry> Entries => _entries;

    /// <summary>What the sink gets: the markers of a flush are none of it.</summary>
    internal List<AuditRecord> Records => _records;

    internal int Count => _entries.Count;

    internal bool IsFull => _entries.Count >= capacity || _characters >= MostCharacters;

    /// <summary>A time before which none of its entries was accepted.</summary>
    internal long Since { get; set; }

    /// <summary>Adds an entry and its record as it is to be written.</summary>
    internal void Add(in AuditEntry entry, AuditRecord completed)
    {
        _entries.Add(entry);
        if (!ReferenceEquals(entry.Record, AuditFlushMarker.Record))
        {
            _records.Add(completed);
            _characters += AuditBounds.LengthOf(completed);
        }
    }

    internal void Clear()
    {
        _entries.Clear();
        _records.Clear();
        _characters = 0;
    }
}
