using System.Globalization;
using System.Text;

namespace IntentAuthz.Containment;

internal sealed partial class ShellParser
{
    private void SkipAnsiQuotes()
    {
        var open = _position - 1;
        while (true)
        {
            if (_position >= _limit)
            {
                throw NoEnd('\'', open);
            }

            var c = _text[_position++];
            if (c == '\'')
            {
                return;
            }

            if (c == '\\')
            {
                _position++;
            }
        }
    }

    /// <summary>Reads <c>$'…'</c> from behind the quote. Its escapes name bytes, so the text is put together as bytes.</summary>
    private void ReadAnsiQuotes(PartsBuilder builder)
    {
        var from = _position;
        SkipAnsiQuotes();
        var text = _text.AsSpan(from, _position - from - 1);
        if (!text.Contains('\\'))
        {
            if (text.Length == 0)
            {
                builder.EmptyQuotes();
            }
            else
            {
                builder.Text(text, isQuoted: true);
            }

            return;
        }

        if (AnsiText.Decode(text) is { } decoded)
        {
            if (decoded.Length == 0)
            {
                builder.EmptyQuotes();
            }
            else
            {
                builder.Text(decoded, isQuoted: true);
            }
        }
        else
        {
            _budget.Unreadable(Place(from));
            builder.Part(new UnreadablePart("An escape between $' and ' does not make text.", Place(from)));
        }
    }
}
