using System.Buffers;

namespace IntentAuthz;

/// <summary>
/// A text as it reads with escapes undone or line breaks taken out, and where each of its characters stood before. Its buffers are borrowed,
/// and cleared when given back, since they can hold a secret.
/// </summary>
internal ref struct TextView
{
    private const int FirstSegments = 256;

    private readonly char[] _text;
    private Segment[] _segments;
    private int _count;

    internal TextView(int capacity)
    {
        _text = ArrayPool<char>.Shared.Rent(capacity);
        _segments = ArrayPool<Segment>.Shared.Rent(FirstSegments);
    }

    internal int Length { get; private set; }

    internal readonly ReadOnlySpan<char> Text => _text.AsSpan(0, Length);

    /// <summary>Takes characters over as they stood.</summary>
    internal void AppendRun(ReadOnlySpan<char> run, int start)
    {
        if (!run.IsEmpty)
        {
            Add(new Segment(Length, start, 0));
            run.CopyTo(_text.AsSpan(Length));
            Length += run.Length;
        }
    }

    /// <summary>Puts characters in for an escape.</summary>
    internal void AppendEscape(scoped ReadOnlySpan<char> units, int start, int length)
    {
        Add(new Segment(Length, start, length));
        units.CopyTo(_text.AsSpan(Length));
        Length += units.Length;
    }

    /// <summary>Has places in this view, from one of the list on, mean those of the text it was made from.</summary>
    internal readonly void Map(List<(int Start, int End)>? places, int from)
    {
        for (int i = from; i < places?.Count; i++)
        {
            (int start, int end) = places[i];
            Segment first = SegmentOf(start);
            Segment last = SegmentOf(end - 1);
            places[i] = (
                first.Escape > 0 ? first.Source : first.Source + start - first.View,
                last.Escape > 0 ? last.Source + last.Escape : last.Source + end - last.View);
        }
    }

    public readonly void Dispose()
    {
        _text.AsSpan(0, Length).Clear();
        ArrayPool<char>.Shared.Return(_text);
        ArrayPool<Segment>.Shared.Return(_segments);
    }

    private void Add(Segment segment)
    {
        if (_count == _segments.Length)
        {
            Segment[] more = ArrayPool<Segment>.Shared.Rent(_count * 2);
            _segments.CopyTo(more, 0);
            ArrayPool<Segment>.Shared.Return(_segments);
            _segments = more;
        }

        _segments[_count++] = segment;
    }

    private readonly Segment SegmentOf(int at)
    {
        int low = 0;
        int high = _count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_segments[middle].View <= at)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _segments[low];
    }

    /// <summary>Where a stretch of the view begins, where it began before, and how long its escape was; zero for characters taken over.</summary>
    private readonly record struct Segment(int View, int Source, int Escape);
}
