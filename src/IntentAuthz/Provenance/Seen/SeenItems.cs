namespace IntentAuthz;

/// <summary>
/// The values of trusted fields, each found as a whole only: a field vouches for its value, not for what can be read inside of it. With the
/// records they stand in. Guarded by its owner.
/// </summary>
internal sealed class SeenItems
{
    private const int MaxRecordsOfOne = 64;

    private const string AnyKind = ""; // no id, or one whose kind nobody declared
    private const string OfSomeKind = "*"; // for arguments that do not say what they are the id of
    private const int MostWords = 32 * 1024;

    private readonly Dictionary<(string Kind, string Value), List<SeenRecord>?> _items = [];
    private readonly HashSet<string> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Listing, string Name), string?> _namesakes = []; // the identity of the record that has the name; null for several

    internal bool HasWord(string stem) => _words.Contains(stem);

    /// <summary>Adds a value, with the record it stands in, and where it is an id with the kind of thing it is one of.</summary>
    internal void Add(string folded, string? kind, SeenRecord? record)
    {
        if (kind is not null)
        {
            AddTo((kind, folded), record);
        }

        AddTo((kind is null ? AnyKind : OfSomeKind, folded), record);
        if (_words.Count < MostWords)
        {
            _words.UnionWith(Words.Of(folded));
        }
    }

    /// <summary>Notes a record that the request describes, so that another of the same name, in this result or a later one, makes both ambiguous.</summary>
    internal void Describe(string listing, SeenRecord record)
    {
        (string, string) key = (listing, record.Score.Name);
        if (_namesakes.TryGetValue(key, out string? known))
        {
            if (known != record.Identity)
            {
                _namesakes[key] = null;
            }
        }
        else if (_namesakes.Count < MostWords)
        {
            _namesakes.Add(key, record.Identity);
        }

        record.Result.Listing = listing;
    }

    /// <summary>Finds a value. The id of another kind of thing is not it.</summary>
    internal bool TryGet(string folded, string? kind, RequestReading request, out ValueLink link)
    {
        link = ValueLink.None;
        bool found = TryGet((AnyKind, folded), request, ref link);
        return TryGet((kind ?? OfSomeKind, folded), request, ref link) || found;
    }

    private bool TryGet((string Kind, string Value) key, RequestReading request, ref ValueLink link)
    {
        if (!_items.TryGetValue(key, out List<SeenRecord>? records))
        {
            return false;
        }

        foreach (SeenRecord record in records ?? [])
        {
            if (record.IsDescribed(request) && (request.AsksForAll || !HasNamesake(record)))
            {
                link = ValueLink.Linked;
                return true;
            }

            if (link == ValueLink.None && record.Result.IsExtreme(record, request.Extremes))
            {
                link = ValueLink.Extreme;
            }
        }

        return true;
    }

    /// <summary>A record without a name of its own is described by an amount, which its result alone tells apart.</summary>
    private bool HasNamesake(SeenRecord record) =>
        record.Score.Name.Length > 0 && _namesakes.GetValueOrDefault((record.Result.Listing, record.Score.Name)) != record.Identity;

    private void AddTo((string Kind, string Value) key, SeenRecord? record)
    {
        if (record is null)
        {
            _items.TryAdd(key, null);
            return;
        }

        if (!_items.TryGetValue(key, out List<SeenRecord>? records) || records is null)
        {
            _items[key] = records = [];
        }

        if (records.Count < MaxRecordsOfOne)
        {
            records.Add(record);
        }
    }
}
