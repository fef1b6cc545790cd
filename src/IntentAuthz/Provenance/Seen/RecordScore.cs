using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// How well a request describes a record: by the words of its short texts, by an amount, by a day. A name may be a stranger's word, since users
/// call things by it; amounts and days count where they are trusted only.
/// </summary>
internal readonly record struct RecordScore(double Value, string Name)
{
    private const int MaxText = 96; // a longer text is a content, not what somebody would call the record by
    private const double WholeName = 1.2;
    private const double ByNumber = 0.8;
    private const double ByDay = 0.2;

    /// <summary>The score of an object; its key where names of members are data.</summary>
    internal static RecordScore Of(JsonElement record, string? key, RequestReading request, ResultLabels labels, Label cap)
    {
        double best = 0;
        double others = 0;
        string name = "";
        bool number = false;
        bool day = false;
        if (key is not null && !IsCounter(key))
        {
            Consider(key, request, ref best, ref others, ref name);
        }

        foreach (JsonProperty member in record.EnumerateObject())
        {
            if (IsId(member.Name))
            {
                continue;
            }

            switch (member.Value.ValueKind)
            {
                case JsonValueKind.String when IsDay(member.Value.GetString()!, out int date):
                    day |= date > 0 && request.MentionsDate(date) && IsTrusted(labels, member.Name, cap);
                    break;
                case JsonValueKind.String:
                    Consider(member.Value.GetString(), request, ref best, ref others, ref name);
                    break;
                case JsonValueKind.Number when !number && member.Value.TryGetDecimal(out decimal value):
                    // Small whole numbers are in most texts for other reasons.
                    number = (value >= 10 || value != decimal.Truncate(value)) && request.Has(MentionKind.Number, value) && IsTrusted(labels, member.Name, cap);
                    break;
            }
        }

        double score = best + (others / 4) + (number ? ByNumber : 0);
        return new RecordScore(score > 0 && day ? score + ByDay : score, name);
    }

    /// <summary>The score of a name in a list of names.</summary>
    internal static RecordScore OfName(string name, RequestReading request)
    {
        double best = 0;
        double others = 0;
        string folded = "";
        Consider(name, request, ref best, ref others, ref folded);
        return new RecordScore(best, folded);
    }

    /// <summary>Whether a member names the record for machines rather than for people.</summary>
    internal static bool IsId(string name) =>
        name.Equals("id", StringComparison.OrdinalIgnoreCase)
        || (name.EndsWith("id", StringComparison.Ordinal) && name.Length > 3 && name[^3] is '_' or '-')
        || name.EndsWith("Id", StringComparison.Ordinal)
        || name.EndsWith("id_", StringComparison.Ordinal)
        || name.EndsWith("number", StringComparison.OrdinalIgnoreCase);

    internal static bool IsTrusted(ResultLabels labels, string member, Label cap)
    {
        ResultLabels of = labels.Member(member);
        return (of.IsAssigned ? of.Label : of.Label.Combine(cap)).Integrity == Integrity.Trusted;
    }

    /// <summary>A key such as <c>Item 1</c> counts its rows and names none of them.</summary>
    private static bool IsCounter(string key)
    {
        int space = key.LastIndexOf(' ');
        return space > 0 && space < key.Length - 1 && key.AsSpan(space + 1).IndexOfAnyExceptInRange('0', '9') < 0 && !key.AsSpan(0, space).Contains(' ');
    }

    private static bool IsDay(string text, out int date)
    {
        date = 0;
        return text.Length is > 5 and <= 40 && text.AsSpan().IndexOfAnyInRange('0', '9') >= 0 && DateScanner.TryReadValue(FoldedText.Of(text), out date, out _);
    }

    private static void Consider(string? text, RequestReading request, ref double best, ref double others, ref string name)
    {
        if (text is null || text.Length is 0 or > MaxText)
        {
            return;
        }

        string folded = FoldedText.Of(text);
        int words = 0;
        int matched = 0;
        foreach (string word in Words.Of(folded))
        {
            words++;
            matched += request.Vocabulary.Contains(word) ? 1 : 0;
        }

        if (matched == 0)
        {
            return;
        }

        long effort = SeenValues.MaxEffort;
        double score = FoldedText.Holds(request.Text, folded, ref effort) ? WholeName + (words * 0.01) : (double)matched / words;
        others += Math.Min(best, score);
        if (score > best)
        {
            best = score;
            name = folded;
        }
    }
}
