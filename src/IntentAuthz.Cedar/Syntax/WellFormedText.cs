namespace IntentAuthz.Cedar.Syntax;

/// <summary>Tests UTF-16 text for lone surrogates, which have no UTF-8 form and so no place in a policy or a value.</summary>
internal static class WellFormedText
{
    public static bool IsWellFormed(ReadOnlySpan<char> text) => IndexOfLoneSurrogate(text) < 0;

    /// <summary>Offset of the first lone surrogate, or -1.</summary>
    public static int IndexOfLoneSurrogate(ReadOnlySpan<char> text)
    {
        var offset = 0;
        while (true)
        {
            // Vectorised, so that the usual text without any surrogate costs next to nothing.
            var next = text[offset..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
            {
                return -1;
            }

            offset += next;
            if (offset + 1 >= text.Length || !char.IsSurrogatePair(text[offset], text[offset + 1]))
            {
                return offset;
            }

            offset += 2;
        }
    }
}
