using System.Text.RegularExpressions;

namespace IntentAuthz;

/// <summary>Looks into the texts that a call writes: what they lead their readers to, what they state in a stranger's words, whether the user dictated them.</summary>
internal static partial class ContentReading
{
    private const int MaxContent = 64 * 1024;
    private const int MaxWindows = 256;
    private const int Run = 3; // words in a row that are a statement rather than a coincidence

    /// <summary>
    /// Whether a text carries what its readers could act on and nobody trusted has given: an address that only a stranger or the model came up
    /// with, or a run of words with a number in it that stands so in a stranger's text alone.
    /// </summary>
    internal static bool Carries(string text, ValueFinder finder)
    {
        if (text.Length > MaxContent)
        {
            return true;
        }

        string folded = FoldedText.Of(text);
        List<Mention> mentions = MentionScanner.Scan(folded, out bool isComplete);
        foreach (Mention mention in mentions)
        {
            if (mention.IsAddress && finder.FindText(folded.Substring(mention.Start, mention.Length), ArgumentRole.Content).Source < ValueSource.KnownResult)
            {
                return true;
            }
        }

        return !isComplete || (finder.Seen.HasUntrusted && (LeadsAsStrangersDo(folded, finder) || StatesAsStrangersDo(folded, finder)));
    }

    /// <summary>Whether a text follows the request's words, with what trusted results give for the places to fill in.</summary>
    internal static bool IsDictated(string text, ValueFinder finder)
    {
        RequestReading request = finder.Seen.Request;
        int words = 0;
        int own = 0;
        int filled = 0;
        foreach (string word in Words.Of(FoldedText.Of(text.Length > MaxContent ? text[..MaxContent] : text)))
        {
            words++;
            if (request.Vocabulary.Contains(word))
            {
                own++;
            }
            else if (filled < MaxWindows && finder.Seen.HasTrustedWord(word, ref finder.Effort))
            {
                filled++;
            }
        }

        return words > 0 && (own >= words * 0.6 || (own >= words * 0.25 && own + filled >= words * 0.9));
    }

    /// <summary>Whether the request has texts in quotation marks that are no names the task has used, no addresses and no files.</summary>
    internal static bool IsDictating(SeenValues seen, IReadOnlyCollection<string> named)
    {
        foreach (string quote in seen.Request.Quotes)
        {
            if (!named.Contains(quote) && !seen.IsUsedQuote(quote) && Words.Of(quote).Any()
                && (quote.Contains(' ', StringComparison.Ordinal) || quote.AsSpan().IndexOfAny("./@_") < 0))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A stranger's word that could be a host, though by its end alone nobody could tell it from a file or a sentence without a space. Asked
    /// only of words that strangers alone have.
    /// </summary>
    private static bool LeadsAsStrangersDo(string folded, ValueFinder finder)
    {
        int words = 0;
        int at = 0;
        while (at < folded.Length)
        {
            int from = at;
            while (at < folded.Length && (char.IsLetterOrDigit(folded[at]) || folded[at] is '.' or '-' or '_'))
            {
                at++;
            }

            ReadOnlySpan<char> word = folded.AsSpan(from, at - from).Trim('.');
            if (IsDotted(word) && (++words > MaxWindows || finder.Seen.IsOnlyStrangers(word.ToString(), ref finder.Effort)))
            {
                return true;
            }

            at++;
        }

        return false;
    }

    private static bool IsDotted(ReadOnlySpan<char> word)
    {
        int dot = word.LastIndexOf('.');
        if (dot <= 0 || word.Length - dot < 3)
        {
            return false;
        }

        foreach (char c in word[(dot + 1)..])
        {
            if (!char.IsLetter(c))
            {
                return false;
            }
        }

        return true;
    }

    private static bool StatesAsStrangersDo(string folded, ValueFinder finder)
    {
        if (folded.AsSpan().IndexOfAnyInRange('0', '9') < 0)
        {
            return false;
        }

        List<(int Start, int End)> words = [];
        foreach (ValueMatch word in Word().EnumerateMatches(folded))
        {
            words.Add((word.Index, word.Index + word.Length));
            if (words.Count == 4 * MaxWindows)
            {
                return true; // more than anybody checks
            }
        }

        int windows = 0;
        for (int i = 0; i + Run <= words.Count; i++)
        {
            ReadOnlySpan<char> run = folded.AsSpan(words[i].Start, words[i + Run - 1].End - words[i].Start);
            if (run.IndexOfAnyInRange('0', '9') >= 0 && run.IndexOfAnyInRange('a', 'z') >= 0)
            {
                if (++windows > MaxWindows || finder.Seen.IsOnlyStrangers(run.ToString(), ref finder.Effort))
                {
                    return true;
                }
            }
        }

        return false;
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
