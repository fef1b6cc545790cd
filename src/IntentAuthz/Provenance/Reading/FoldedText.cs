using System.Buffers;
using System.Globalization;
using System.Text;

namespace IntentAuthz;

/// <summary>
/// Text in the form in which values are compared: compatibility characters, case and white space folded, invisible characters left out. What
/// looks the same to a reader should be found again; look-alikes of other scripts are not folded, so they are found nowhere. Compatibility
/// characters need the globalisation data of the host; where it runs without, they are found nowhere either.
/// </summary>
internal static class FoldedText
{
    internal static string Of(string text)
    {
        if (!Ascii.IsValid(text))
        {
            text = TryNormalise(text);
        }

        char[] buffer = ArrayPool<char>.Shared.Rent(text.Length);
        int length = 0;
        bool space = false;
        foreach (char c in text)
        {
            if (c < 0x80)
            {
                if (c > ' ' && c != 0x7F)
                {
                    if (space)
                    {
                        buffer[length++] = ' ';
                        space = false;
                    }

                    buffer[length++] = (uint)(c - 'A') <= 'Z' - 'A' ? (char)(c | 0x20) : c;
                }
                else
                {
                    space |= length > 0 && c is ' ' or '\t' or '\n' or '\r' or '\v' or '\f';
                }

                continue;
            }

            if (char.IsWhiteSpace(c))
            {
                space = length > 0;
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.Control))
            {
                if (space)
                {
                    buffer[length++] = ' ';
                    space = false;
                }

                buffer[length++] = char.ToLowerInvariant(c);
            }
        }

        string folded = new(buffer, 0, length);
        ArrayPool<char>.Shared.Return(buffer);
        return folded;
    }

    /// <summary>
    /// Finds a value where it does not continue a longer word, number or address: <c>12</c> is not in <c>1200</c>, and <c>bank.example</c> is
    /// neither in <c>bank.example.evil.example</c> nor in <c>my-bank.example</c>.
    /// </summary>
    /// <param name="text">Folded text.</param>
    /// <param name="value">A folded value.</param>
    /// <param name="effort">What is left of the work that one call is worth; below zero the answer is no.</param>
    internal static bool Holds(string text, string value, ref long effort)
    {
        int from = 0;
        bool isAddress = value.AsSpan().IndexOfAny('.', '@', '/') >= 0;
        effort -= 16 + (text.Length / 16 * (1 + (value.Length / 64)));
        while (from <= text.Length - value.Length)
        {
            effort -= 16;
            int at = text.IndexOf(value, from, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            if (StartsThere(text, value, at, isAddress) && EndsThere(text, value, at + value.Length, isAddress))
            {
                return true;
            }

            if (effort <= 0)
            {
                return false;
            }

            from = at + 1;
        }

        return false;
    }

    private static bool StartsThere(string text, string value, int at, bool isAddress)
    {
        if (at == 0 || !char.IsLetterOrDigit(value[0]))
        {
            return true;
        }

        char before = text[at - 1];
        return !char.IsLetterOrDigit(before) && !(isAddress && before is '.' or '-' or '_' or '@' or '+' or '%');
    }

    private static bool EndsThere(string text, string value, int end, bool isAddress)
    {
        if (end == text.Length || !char.IsLetterOrDigit(value[^1]))
        {
            return true;
        }

        char after = text[end];
        if (char.IsLetterOrDigit(after))
        {
            return false;
        }

        bool goesOn = end + 1 < text.Length && char.IsLetterOrDigit(text[end + 1]);
        return !goesOn
            || !((char.IsDigit(value[^1]) && after is '.' or ',' && char.IsDigit(text[end + 1]))
                || (isAddress && after is '.' or '-' or '_' or '@'));
    }

    /// <summary>Text with unpaired surrogates cannot be normalised; it is compared as it is.</summary>
    private static string TryNormalise(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }
}
