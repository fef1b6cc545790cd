namespace IntentAuthz;

/// <summary>The numbers, days and times that were seen, by their source. Guarded by its owner.</summary>
internal sealed class SeenMentions
{
    private const int Most = 64 * 1024;
    private const int MostOperands = 256; // trusted numbers that arithmetic looks at: the latest

    private readonly Dictionary<decimal, Marks> _numbers = [];
    private readonly Dictionary<int, Marks> _times = []; // by minutes
    private readonly Dictionary<int, List<(int Year, Marks Marks)>> _days = []; // by month and day
    private readonly Queue<decimal> _operands = [];
    private int _count;

    internal IReadOnlyCollection<decimal> TrustedNumbers => _operands;

    /// <summary>Adds a mention. False when there is no room: what was not kept may have been a stranger's.</summary>
    internal bool TryAdd(ValueSource source, Mention mention)
    {
        if (_count >= Most)
        {
            return false;
        }

        switch (mention.Kind)
        {
            case MentionKind.Number or MentionKind.Percent:
                AddNumber(source, mention.Value);
                break;
            case MentionKind.TimeOfDay:
                int minutes = (int)mention.Value;
                _times[minutes] = _times.GetValueOrDefault(minutes).With(source);
                _count++;
                break;
            case MentionKind.Date:
                AddDay(source, (int)mention.Value);
                break;
        }

        return true;
    }

    internal Marks FindNumber(decimal value) => _numbers.GetValueOrDefault(value);

    internal Marks FindTime(int minutes) => _times.GetValueOrDefault(minutes);

    /// <summary>Finds a day; where it was seen, or is asked for, without a year, any year fits.</summary>
    internal Marks FindDay(int key)
    {
        Marks best = default;
        foreach ((int year, Marks marks) in _days.GetValueOrDefault(key % 10_000) ?? [])
        {
            if (Mention.IsSameDay((year * 10_000) + (key % 10_000), key))
            {
                best = best.With(marks);
            }
        }

        return best;
    }

    private void AddNumber(ValueSource source, decimal value)
    {
        Marks marks = _numbers.GetValueOrDefault(value);
        if (source == ValueSource.TrustedResult && marks.Best != ValueSource.TrustedResult)
        {
            if (_operands.Count == MostOperands)
            {
                _operands.Dequeue();
            }

            _operands.Enqueue(value);
        }

        _numbers[value] = marks.With(source);
        _count++;
    }

    private void AddDay(ValueSource source, int key)
    {
        if (!_days.TryGetValue(key % 10_000, out List<(int Year, Marks Marks)>? years))
        {
            _days.Add(key % 10_000, years = []);
        }

        int at = years.FindIndex(y => y.Year == key / 10_000);
        if (at >= 0)
        {
            years[at] = (years[at].Year, years[at].Marks.With(source));
        }
        else
        {
            years.Add((key / 10_000, default(Marks).With(source)));
            _count++;
        }
    }

    /// <summary>The best source that mentions a value, and whether strangers do too. <c>default</c> is: nobody.</summary>
    internal readonly record struct Marks
    {
        internal ValueSource? Best { get; private init; }

        internal bool Untrusted { get; private init; }

        internal Marks With(ValueSource source) =>
            new() { Best = Best is { } best && best > source ? best : source, Untrusted = Untrusted || source == ValueSource.UntrustedResult };

        internal Marks With(Marks other) => other.Best is { } best ? With(best) with { Untrusted = Untrusted || other.Untrusted } : this;
    }
}
