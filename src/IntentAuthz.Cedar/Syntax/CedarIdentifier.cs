using System.Text;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>What Cedar allows as an identifier, a path of them, and an attribute name without quotes.</summary>
internal static class CedarIdentifier
{
    /// <summary>Whether a word cannot be an identifier in names and attribute accesses. Annotations may use them.</summary>
    public static bool IsReserved(ReadOnlySpan<char> word) => word is
        "true" or "false" or "if" or "then" or "else" or "in" or "is" or "like" or "has" or "__cedar";

    /// <summary>Whether a text is one identifier that is not reserved.</summary>
    public static bool IsIdentifier(ReadOnlySpan<char> text) => IsWord(text) && !IsReserved(text);

    /// <summary>Whether a text has the form of an identifier, reserved or not.</summary>
    public static bool IsWord(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !IsStart(text[0]))
        {
            return false;
        }

        foreach (var c in text[1..])
        {
            if (!IsPart(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a text is identifiers joined by <c>::</c>, without white space.</summary>
    public static bool IsPath(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var end = text.IndexOf("::");
            if (end < 0)
            {
                return IsIdentifier(text);
            }

            if (!IsIdentifier(text[..end]))
            {
                return false;
            }

            text = text[(end + 2)..];
        }
    }

    public static bool IsStart(char c) => char.IsAsciiLetter(c) || c == '_';

    public static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    /// <summary>Writes an attribute name the way a record literal takes it: bare where it can be, else quoted.</summary>
    public static void AppendAttribute(StringBuilder builder, string name)
    {
        if (IsIdentifier(name))
        {
            builder.Append(name);
        }
        else
        {
            CedarText.AppendQuoted(builder, name);
        }
    }
}
