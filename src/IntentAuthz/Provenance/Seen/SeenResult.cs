using System.Text.Json;

namespace IntentAuthz;

/// <summary>One tool result, as far as it matters for what is found in it later: which of its records the request describes best, and which are its extremes.</summary>
internal sealed class SeenResult
{
    private const int MaxColumns = 32;

    private Dictionary<string, Column>? _columns;

    /// <summary>What lists such records: things of one kind, or the results of one tool.</summary>
    internal string Listing { get; set; } = "";

    /// <summary>How well the request describes the best of its records.</summary>
    internal double BestScore { get; private set; }

    /// <summary>How many records it describes as well as that.</summary>
    internal int BestCount { get; private set; }

    internal void Count(double score)
    {
        if (score > BestScore + 0.001)
        {
            (BestScore, BestCount) = (score, 1);
        }
        else if (score > BestScore - 0.001)
        {
            BestCount++;
        }
    }

    /// <summary>Holds a record against those before it, by each of its trusted numbers and times.</summary>
    internal void Rank(SeenRecord record, JsonElement value, ResultLabels labels, Label cap)
    {
        _columns ??= new Dictionary<string, Column>(StringComparer.Ordinal);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (RecordScore.IsId(member.Name) || !RecordScore.IsTrusted(labels, member.Name, cap) || !TryRank(member.Value, out decimal rank, out bool isTime))
            {
                continue;
            }

            if (_columns.TryGetValue(member.Name, out Column? column))
            {
                column.Add(record, rank);
            }
            else if (_columns.Count < MaxColumns)
            {
                _columns.Add(member.Name, new Column(record, rank, isTime));
            }
        }
    }

    /// <summary>Whether a record alone is at one of these ends, by some column of several rows.</summary>
    internal bool IsExtreme(SeenRecord record, Extremes ends) =>
        _columns is not null && ends != Extremes.None && _columns.Values.Any(c => c.Rows > 1
            && (((ends & (c.IsTime ? Extremes.First : Extremes.Least)) != 0 && ReferenceEquals(c.First, record))
                || ((ends & (c.IsTime ? Extremes.Last : Extremes.Most)) != 0 && ReferenceEquals(c.Last, record))));

    private static bool TryRank(JsonElement value, out decimal rank, out bool isTime)
    {
        rank = 0;
        isTime = value.ValueKind != JsonValueKind.Number;
        if (value.ValueKind == JsonValueKind.Number)
        {
            return value.TryGetDecimal(out rank);
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= 40 } text
            && DateScanner.TryReadValue(FoldedText.Of(text), out int date, out int minutes) && date >= 10_000)
        {
            rank = (date * 10_000m) + Math.Max(minutes, 0);
            return true;
        }

        return false;
    }

    private sealed class Column(SeenRecord first, decimal value, bool isTime)
    {
        private decimal _lowest = value;
        private decimal _highest = value;

        internal bool IsTime => isTime;

        internal int Rows { get; private set; } = 1;

        internal SeenRecord? First { get; private set; } = first;

        internal SeenRecord? Last { get; private set; } = first;

        internal void Add(SeenRecord record, decimal rank)
        {
            Rows++;
            if (rank < _lowest)
            {
                (First, _lowest) = (record, rank);
            }
            else if (rank == _lowest)
            {
                First = null; // several are the least: none of them is the one
            }

            if (rank > _highest)
            {
                (Last, _highest) = (record, rank);
            }
            else if (rank == _highest)
            {
                Last = null;
            }
        }
    }
}
