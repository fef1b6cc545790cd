using System.Text;

namespace IntentAuthz.Containment;

/// <summary>Gathers the parts of a word, joining text that is quoted alike.</summary>
internal sealed class PartsBuilder
{
    private readonly List<WordPart> _parts = [];
    private readonly StringBuilder _text = new();
    private bool _isQuoted;

    public bool HasQuotes { get; private set; }

    /// <summary>Whether nothing but the characters of a name has been read.</summary>
    public bool IsName
    {
        get
        {
            if (_parts.Count > 0 || _isQuoted || _text.Length == 0 || char.IsAsciiDigit(_text[0]))
            {
                return false;
            }

            for (var i = 0; i < _text.Length; i++)
            {
                if (!char.IsAsciiLetterOrDigit(_text[i]) && _text[i] != '_')
                {
                    return false;
                }
            }

            return true;
        }
    }

    public void Text(ReadOnlySpan<char> text, bool isQuoted)
    {
        if (_text.Length > 0 && _isQuoted != isQuoted)
        {
            Flush();
        }

        HasQuotes |= isQuoted;
        _isQuoted = isQuoted;
        _text.Append(text);
    }

    public void Text(char c, bool isQuoted) => Text(new ReadOnlySpan<char>(in c), isQuoted);

    /// <summary>Quotes with nothing between them still make a word.</summary>
    public void EmptyQuotes()
    {
        Flush();
        HasQuotes = true;
        _parts.Add(new LiteralPart("", isQuoted: true));
    }

    public void Part(WordPart part)
    {
        Flush();
        HasQuotes |= part is QuotedPart;
        _parts.Add(part);
    }

    public WordPart[] Build()
    {
        Flush();
        return [.. _parts];
    }

    /// <summary>The word, as a literal where nothing happens to it.</summary>
    public Word BuildWord(int position)
    {
        if (_parts.Count == 0 && !_isQuoted && _text.Length > 0)
        {
            var text = _text.ToString();
            if (text.AsSpan().IndexOfAny("*?[~") < 0 && !HasBraces(text))
            {
                return new Word(position, text);
            }
        }

        var parts = Build();
        var braces = false;
        var opened = false;
        foreach (var part in parts)
        {
            if (part is LiteralPart { IsQuoted: false } literal)
            {
                opened |= literal.Text.Contains('{', StringComparison.Ordinal);
                braces |= opened && (literal.Text.Contains(',', StringComparison.Ordinal) || literal.Text.Contains("..", StringComparison.Ordinal));
            }
        }

        return new Word(position, parts, braces) { IsQuoted = HasQuotes };
    }

    private static bool HasBraces(string text)
    {
        var open = text.IndexOf('{', StringComparison.Ordinal);
        return open >= 0 && (text.IndexOf(',', open) > open || text.IndexOf("..", open, StringComparison.Ordinal) > open);
    }

    private void Flush()
    {
        if (_text.Length > 0)
        {
            _parts.Add(new LiteralPart(_text.ToString(), _isQuoted));
            _text.Clear();
        }

        _isQuoted = false;
    }
}
