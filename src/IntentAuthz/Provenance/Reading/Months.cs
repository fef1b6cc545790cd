namespace IntentAuthz;

/// <summary>The English names of months, and the words for small numbers.</summary>
internal static class Months
{
    private static readonly string[] s_names =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] s_numbers =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    /// <summary>1 to 12 for a name or its first three letters (and <c>sept</c>), else 0.</summary>
    internal static int Number(ReadOnlySpan<char> word)
    {
        if (word.Length is < 3 or > 9 || !char.IsAsciiLetter(word[0]))
        {
            return 0;
        }

        for (int i = 0; i < s_names.Length; i++)
        {
            if (word[0] == s_names[i][0] && IsName(word, i))
            {
                return i + 1;
            }
        }

        return 0;

        static bool IsName(ReadOnlySpan<char> word, int i) =>
            word.SequenceEqual(s_names[i]) || (word.Length == 3 && s_names[i].AsSpan(0, 3).SequenceEqual(word)) || (i == 8 && word.SequenceEqual("sept"));
    }

    /// <summary>A small number in words, else -1.</summary>
    internal static int Small(ReadOnlySpan<char> word)
    {
        if (word.Length > 6 || word.Length == 0 || !char.IsAsciiLetter(word[0]))
        {
            return -1;
        }

        for (int i = 0; i < s_numbers.Length; i++)
        {
            if (word.SequenceEqual(s_numbers[i]))
            {
                return i;
            }
        }

        return word.SequenceEqual("an") || word.SequenceEqual("a") ? 1 : -1;
    }
}
