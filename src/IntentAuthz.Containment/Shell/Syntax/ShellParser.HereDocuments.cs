using System.Text;

namespace IntentAuthz.Containment;

internal sealed partial class ShellParser
{
    /// <summary>Reads the texts of the here-documents of the line that has just ended.</summary>
    private void ReadHereDocuments()
    {
        // A here-document's own text is read by another parser, so the list does not change meanwhile.
        foreach (var (redirection, delimiter, stripTabs, isQuoted) in _hereDocuments)
        {
            var text = ReadHereText(delimiter, stripTabs, isQuoted);
            redirection.Target = isQuoted
                ? new Word(redirection.Position, [new LiteralPart(text, isQuoted: true)]) { IsQuoted = true }
                : ReadPartsOf(text, PartsMode.HereDocument, redirection.Position);
        }

        _hereDocuments.Clear();
    }

    // A text that ends before its here-documents do is taken by bash with a warning.
    private void EndHereDocuments()
    {
        foreach (var (redirection, _, _, _) in _hereDocuments)
        {
            redirection.Target = new Word(redirection.Position, [new LiteralPart("", isQuoted: true)]);
        }

        _hereDocuments.Clear();
    }

    private string ReadHereText(string delimiter, bool stripTabs, bool isQuoted)
    {
        var text = new StringBuilder();
        while (_position < _limit)
        {
            var start = _position;
            var line = ReadHereLine(isQuoted);
            if (stripTabs)
            {
                line = line.TrimStart('\t');
            }

            if (line.SequenceEqual(delimiter))
            {
                break;
            }

            // Bash lets the delimiter be followed by what closes the substitution that the here-document stands in.
            if (_closers > 0 && line.StartsWith(delimiter, StringComparison.Ordinal) && line[delimiter.Length..].Contains(')'))
            {
                while (stripTabs && CharAt(start) == '\t')
                {
                    start++;
                }

                _position = start + delimiter.Length;
                break;
            }

            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One line, without its end; outside of quotes a backslash joins it with the next.</summary>
    private ReadOnlySpan<char> ReadHereLine(bool isQuoted)
    {
        StringBuilder? joined = null;
        while (true)
        {
            var rest = _text.AsSpan(_position, _limit - _position);
            var length = rest.IndexOf('\n');
            var line = length < 0 ? rest : rest[..length];
            _position += length < 0 ? rest.Length : length + 1;
            if (isQuoted || length < 0 || !EndsInBackslash(line))
            {
                return joined is null ? line : joined.Append(line).ToString();
            }

            (joined ??= new StringBuilder()).Append(line[..^1]);
        }
    }

    private static bool EndsInBackslash(ReadOnlySpan<char> line)
    {
        var count = 0;
        while (count < line.Length && line[^(count + 1)] == '\\')
        {
            count++;
        }

        return count % 2 == 1;
    }
}
