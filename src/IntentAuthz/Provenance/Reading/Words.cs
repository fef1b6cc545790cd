using System.Collections.Frozen;

namespace IntentAuthz;

/// <summary>The words of a folded text that carry meaning: runs of letters and digits, without the commonest English words, in a rough stem.</summary>
internal static class Words
{
    private static readonly FrozenSet<string> s_common = new[]
    {
        "the", "a", "an", "and", "or", "of", "to", "in", "on", "at", "for", "from", "by", "with", "about", "as", "is", "are", "was", "were", "be", "been", "am",
        "i", "you", "he", "she", "it", "we", "they", "me", "my", "your", "his", "her", "its", "our", "their", "them", "us", "this", "that", "these", "those",
        "there", "here", "what", "which", "who", "when", "where", "how", "why", "if", "then", "than", "so", "but", "not", "no", "yes", "do", "does", "did", "can",
        "could", "would", "should", "will", "shall", "may", "might", "must", "have", "has", "had", "just", "also", "only", "please", "hey", "hi", "hello", "thanks",
        "thank", "re", "ll", "ve", "im", "dear", "any", "some", "all", "each", "both", "into", "out", "up", "down", "over", "too", "very", "more", "most", "other",
        "txt", "doc", "docx", "pdf", "xlsx", "csv", "md", "html", "com", "www", "http", "https", "org", "net",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a folded text is one of the commonest words, which stand in most requests and name nothing.</summary>
    internal static bool IsCommon(string folded) => s_common.Contains(folded);

    /// <summary>Every word that carries meaning, in its order and in its rough stem.</summary>
    internal static IEnumerable<string> Of(string folded)
    {
        int at = 0;
        while (at < folded.Length)
        {
            if (!char.IsLetterOrDigit(folded[at]))
            {
                at++;
                continue;
            }

            int from = at;
            while (at < folded.Length && char.IsLetterOrDigit(folded[at]))
            {
                at++;
            }

            if (at - from is >= 2 and <= 64 || char.IsDigit(folded[from]))
            {
                string word = folded[from..at];
                if (!s_common.Contains(word))
                {
                    yield return Stem(word);
                }
            }
        }
    }

    /// <summary>Takes the commonest endings off, so that <c>invites</c>, <c>invited</c> and <c>inviting</c> are one word. Rough on purpose: it only has to be the same for both sides.</summary>
    internal static string Stem(string word)
    {
        if (word.Length <= 4 || char.IsDigit(word[0]))
        {
            return word.Length > 3 && word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i') ? word[..^1] : word;
        }

        string stem = word switch
        {
            _ when word.EndsWith("ies", StringComparison.Ordinal) => word[..^3] + "y",
            _ when word.EndsWith("ing", StringComparison.Ordinal) && word.Length > 5 => word[..^3],
            _ when word.EndsWith("ed", StringComparison.Ordinal) && word.Length > 5 => word[..^2],
            _ when word.EndsWith("es", StringComparison.Ordinal) && word.Length > 5 && word[^3] is 's' or 'x' or 'h' => word[..^2],
            _ when word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i') => word[..^1],
            _ => word,
        };

        // "sending" and "send", "planned" and "plan", "sharing" and "share" meet here.
        if (stem.Length > 3 && stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'e' or 'o'))
        {
            stem = stem[..^1];
        }

        return stem.Length > 4 && stem[^1] == 'e' ? stem[..^1] : stem;
    }
}
