using System.Buffers;

namespace IntentAuthz;

/// <summary>
/// A text as it reads with escapes undone or line breaks taken out, and where each of its characters stood before. Its buffers are borrowed,
/// and cleared when given back, since they can hold a secret.
/// </summary>
internal ref struct TextView
{
    private readonly char[] _text;
    private readonly int[] _starts;
    private readonly int[] _ends;

    internal TextView(int capacity)
    {
        _text = ArrayPool<char>.Shared.Rent(capacity);
        _starts = ArrayPool<int>.Shared.Rent(capacity);
        _ends = ArrayPool<int>.Shared.Rent(capacity);
    }

    internal int Length { get; private set; }

    internal readonly ReadOnlySpan<char> Text => _text.AsSpan(0, Length);

    internal void Append(char c, int start, int end)
    {
        _text[Length] = c;
        _starts[Length] = start;
        _ends[Length] = end;
        Length++;
    }

    internal readonly int StartOf(int at) => _starts[at];

    internal readonly int EndOf(int at) => _ends[at];

    /// <summary>Has the places mean those of a text before the one this view was made from.</summary>
    internal readonly void MapThrough(in TextView before)
    {
        for (int i = 0; i < Length; i++)
        {
            _starts[i] = before._starts[_starts[i]];
            _ends[i] = before._ends[_ends[i] - 1];
        }
    }

    public readonly void Dispose()
    {
        if (_text is not null)
        {
            _text.AsSpan(0, Length).Clear();
            ArrayPool<char>.Shared.Return(_text);
            ArrayPool<int>.Shared.Return(_starts);
            ArrayPool<int>.Shared.Return(_ends);
        }
    }
}
