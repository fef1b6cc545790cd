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
        for (int i = 0; i < s_names.Length; i++)
        {
            if (word.SequenceEqual(s_names[i]) || (word.Length == 3 && s_names[i].AsSpan(0, 3).SequenceEqual(word)) || (i == 8 && word.SequenceEqual("sept")))
            {
                return i + 1;
            }
        }

        return 0;
    }

    /// <summary>A small number in words, else -1.</summary>
    internal static int Small(ReadOnlySpan<char> word)
    {
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
