using System.Text;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>A policy source and the table that turns offsets into lines, columns and UTF-8 offsets. Immutable after the first use.</summary>
internal sealed class SourceText
{
    private readonly Lazy<Line[]> _lines;

    public SourceText(string text, string? name)
    {
        Text = text;
        Name = name;
        // Most sources never ask for a position; the table is made on the first request.
        _lines = new(BuildLines);
    }

    public string Text { get; }

    public string? Name { get; }

    private readonly record struct Line(int Start, int Utf8Start);

    public SourceSpan GetSpan(TextRange range)
    {
        var (line, column, start) = Locate(range.Start);
        var (_, _, end) = Locate(range.End);
        return new(Name, start, end, line, column);
    }

    private (int Line, int Column, int Utf8Offset) Locate(int offset)
    {
        var lines = _lines.Value;
        var (low, high) = (0, lines.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = lines[middle].Start <= offset ? (middle, high) : (low, middle - 1);
        }

        var line = lines[low];
        var utf8 = line.Utf8Start + Encoding.UTF8.GetByteCount(Text.AsSpan(line.Start, offset - line.Start));
        return (low + 1, offset - line.Start + 1, utf8);
    }

    private Line[] BuildLines()
    {
        var lines = new List<Line> { new(0, 0) };
        var (start, utf8) = (0, 0);
        while (true)
        {
            var end = Text.AsSpan(start).IndexOfAny('\n', '\r');
            if (end < 0)
            {
                return [.. lines];
            }

            end += start;
            var next = Text[end] == '\r' && end + 1 < Text.Length && Text[end + 1] == '\n' ? end + 2 : end + 1;
            utf8 += Encoding.UTF8.GetByteCount(Text.AsSpan(start, next - start));
            start = next;
            lines.Add(new(start, utf8));
        }
    }
}
