namespace IntentAuthz;

/// <summary>
/// The values of trusted fields, each found as a whole only: a field vouches for its value, not for what can be read inside of it. With the
/// records they stand in. Guarded by its owner.
/// </summary>
internal sealed class SeenItems
{
    private const int MaxRecordsOfOne = 64;

    private const int MostWords = 32 * 1024;

    private readonly Dictionary<string, List<SeenRecord>?> _items = new(StringComparer.Ordinal);
    private readonly HashSet<string> _words = new(StringComparer.Ordinal);

    internal bool HasWord(string stem) => _words.Contains(stem);

    internal void Add(string folded, SeenRecord? record)
    {
        if (_words.Count < MostWords && !_items.ContainsKey(folded))
        {
            _words.UnionWith(Words.Of(folded));
        }

        if (record is null)
        {
            _items.TryAdd(folded, null);
            return;
        }

        if (!_items.TryGetValue(folded, out List<SeenRecord>? records) || records is null)
        {
            _items[folded] = records = [];
        }

        if (records.Count < MaxRecordsOfOne)
        {
            records.Add(record);
        }
    }

    internal bool TryGet(string folded, RequestReading request, out ValueLink link)
    {
        link = ValueLink.None;
        if (!_items.TryGetValue(folded, out List<SeenRecord>? records))
        {
            return false;
        }

        foreach (SeenRecord record in records ?? [])
        {
            if (record.IsDescribed(request))
            {
                link = ValueLink.Linked;
                return true;
            }

            if (request.AsksForExtreme && record.Result.IsExtreme(record))
            {
                link = ValueLink.Extreme;
            }
        }

        return true;
    }
}
