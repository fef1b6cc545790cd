using System.Collections.Frozen;

namespace IntentAuthz;

/// <summary>What a user's request says, read once when the task opens: its words, what it quotes, its numbers, dates and durations. Immutable.</summary>
internal sealed class RequestReading
{
    private const int MaxQuotes = 64;

    private static readonly FrozenDictionary<string, Extremes> s_superlatives = new Dictionary<string, Extremes>
    {
        ["largest"] = Extremes.Most, ["biggest"] = Extremes.Most, ["longest"] = Extremes.Most, ["highest"] = Extremes.Most, ["greatest"] = Extremes.Most,
        ["most"] = Extremes.Most, ["best"] = Extremes.Most, ["top"] = Extremes.Most, ["heaviest"] = Extremes.Most, ["maximum"] = Extremes.Most,
        ["smallest"] = Extremes.Least, ["shortest"] = Extremes.Least, ["lowest"] = Extremes.Least, ["least"] = Extremes.Least, ["cheapest"] = Extremes.Least,
        ["lightest"] = Extremes.Least, ["minimum"] = Extremes.Least, ["worst"] = Extremes.Least,
        ["latest"] = Extremes.Last, ["newest"] = Extremes.Last, ["last"] = Extremes.Last, ["recent"] = Extremes.Last,
        ["oldest"] = Extremes.First, ["earliest"] = Extremes.First, ["first"] = Extremes.First,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_plurals = new[]
    {
        "all", "each", "every", "both", "everyone", "everybody", "anyone", "whole",
    }.ToFrozenSet(StringComparer.Ordinal);

    internal RequestReading(string request)
    {
        Text = FoldedText.Of(request);
        Sequence = [.. Words.Of(Text)];
        Vocabulary = Sequence.ToFrozenSet(StringComparer.Ordinal);
        Mentions = [.. MentionScanner.Scan(Text)];
        Quotes = [.. ReadQuotes(request)];
        foreach (string word in PlainWords(Text))
        {
            Extremes |= s_superlatives.GetValueOrDefault(word);
            AsksForAll |= s_plurals.Contains(word);
        }
    }

    internal static RequestReading Nothing { get; } = new("");

    /// <summary>The request, folded.</summary>
    internal string Text { get; }

    /// <summary>Its words that carry meaning, in order.</summary>
    internal IReadOnlyList<string> Sequence { get; }

    /// <summary>The same as a set.</summary>
    internal FrozenSet<string> Vocabulary { get; }

    internal IReadOnlyList<Mention> Mentions { get; }

    /// <summary>What stands in quotation marks, and texts with places to fill in; folded. Names and dictated texts alike.</summary>
    internal IReadOnlyList<string> Quotes { get; }

    /// <summary>Whether it speaks of a largest, latest, cheapest one, and of which.</summary>
    internal Extremes Extremes { get; }

    /// <summary>Whether it speaks of all or each of something, so that several may be meant.</summary>
    internal bool AsksForAll { get; }

    internal bool MentionsDate(int key)
    {
        foreach (Mention mention in Mentions)
        {
            if (mention.Kind == MentionKind.Date && Mention.IsSameDay((int)mention.Value, key))
            {
                return true;
            }
        }

        return false;
    }

    internal bool Has(MentionKind kind, decimal value)
    {
        foreach (Mention mention in Mentions)
        {
            if (mention.Kind == kind && mention.Value == value)
            {
                return true;
            }
        }

        return false;
    }

    internal static IEnumerable<string> PlainWords(string folded)
    {
        int at = 0;
        while (at < folded.Length)
        {
            int from = at;
            while (at < folded.Length && char.IsLetterOrDigit(folded[at]))
            {
                at++;
            }

            if (at > from)
            {
                yield return folded[from..at];
            }
            else
            {
                at++;
            }
        }
    }

    /// <summary>A mark opens where a word could begin and closes where one could end, so that an apostrophe is none.</summary>
    private static IEnumerable<string> ReadQuotes(string request)
    {
        int count = 0;
        for (int i = 0; i < request.Length && count < MaxQuotes; i++)
        {
            char close = request[i] switch { '\'' => '\'', '"' => '"', '`' => '`', '“' => '”', '‘' => '’', _ => '\0' };
            if (close == '\0' || (i > 0 && char.IsLetterOrDigit(request[i - 1])))
            {
                continue;
            }

            int end = i + 1;
            while (end < request.Length && !(request[end] == close && (end + 1 == request.Length || !char.IsLetterOrDigit(request[end + 1]))))
            {
                end++;
            }

            if (end < request.Length && end > i + 1 && FoldedText.Of(request[(i + 1)..end]).Trim('.', ',', '!', '?', ' ') is { Length: > 0 } quoted)
            {
                count++;
                yield return quoted;
                i = end;
            }
        }
    }
}
