using System.Text;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>
/// A policy source and the tables that turn offsets into lines, columns and UTF-8 offsets. The tables are made on the first
/// request, since most sources never ask for a position; a look-up then costs the same wherever the offset lies, also in a source
/// of one long line. Safe for concurrent use.
/// </summary>
internal sealed class SourceText(string text, string? name)
{
    // A UTF-8 offset is remembered for every so many characters; the rest is counted.
    private const int ChunkLength = 4096;

    private readonly Lazy<int[]> _lineStarts = new(() => FindLineStarts(text));
    private readonly Lazy<int[]?> _utf8Chunks = new(() => CountChunks(text));

    public string Text { get; } = text;

    public string? Name { get; } = name;

    public SourceSpan GetSpan(TextRange range)
    {
        var starts = _lineStarts.Value;
        var found = Array.BinarySearch(starts, range.Start);
        var line = found >= 0 ? found : ~found - 1;
        return new(Name, Utf8Offset(range.Start), Utf8Offset(range.End), line + 1, range.Start - starts[line] + 1);
    }

    private int Utf8Offset(int offset)
    {
        // Without a table the text is ASCII.
        if (_utf8Chunks.Value is not { } chunks)
        {
            return offset;
        }

        var chunk = offset / ChunkLength;
        return chunks[chunk] + CountUtf8(Text.AsSpan(chunk * ChunkLength, offset - (chunk * ChunkLength)));
    }

    private static int[]? CountChunks(string text)
    {
        if (Ascii.IsValid(text))
        {
            return null;
        }

        var chunks = new int[(text.Length / ChunkLength) + 1];
        for (var i = 1; i < chunks.Length; i++)
        {
            chunks[i] = chunks[i - 1] + CountUtf8(text.AsSpan((i - 1) * ChunkLength, ChunkLength));
        }

        return chunks;
    }

    // Character by character, because a chunk may begin between the halves of a surrogate pair: each half stands for two bytes.
    private static int CountUtf8(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var c in text)
        {
            count += c < 0x80 ? 1 : c < 0x800 || char.IsSurrogate(c) ? 2 : 3;
        }

        return count;
    }

    private static int[] FindLineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var start = 0; ;)
        {
            var length = text.AsSpan(start).IndexOfAny('\n', '\r');
            if (length < 0)
            {
                return [.. starts];
            }

            var end = start + length;
            start = text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            starts.Add(start);
        }
    }
}
