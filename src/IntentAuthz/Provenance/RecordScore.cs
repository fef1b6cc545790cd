using System.Text.Json;

namespace IntentAuthz;

/// <summary>How well a request describes a record: by the words of its short texts, by an amount, by a day.</summary>
internal static class RecordScore
{
    private const int MaxText = 96; // a longer text is a content, not what somebody would call the record by
    private const double WholeName = 1.2;
    private const double ByNumber = 0.8;
    private const double ByDay = 0.2;

    internal static double Of(JsonElement record, string? key, RequestReading request)
    {
        double best = 0;
        double others = 0;
        bool number = false;
        bool day = false;
        Consider(key, request, ref best, ref others, ref day);
        foreach (JsonProperty member in record.EnumerateObject())
        {
            if (IsId(member.Name))
            {
                continue;
            }

            switch (member.Value.ValueKind)
            {
                case JsonValueKind.String:
                    Consider(member.Value.GetString(), request, ref best, ref others, ref day);
                    break;
                case JsonValueKind.Number when !number && member.Value.TryGetDecimal(out decimal value):
                    // Small whole numbers are in most texts for other reasons.
                    number = (value >= 10 || value != decimal.Truncate(value)) && request.Has(MentionKind.Number, value);
                    break;
            }
        }

        double score = best + (others / 4) + (number ? ByNumber : 0);
        return score > 0 && day ? score + ByDay : score;
    }

    internal static double OfName(string name, RequestReading request)
    {
        double best = 0;
        double others = 0;
        bool day = false;
        Consider(name, request, ref best, ref others, ref day);
        return best;
    }

    /// <summary>Whether a member names the record for machines rather than for people.</summary>
    internal static bool IsId(string name) =>
        name.Equals("id", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("id", StringComparison.Ordinal) && (name.Length > 3 && name[^3] is '_' or '-')
        || name.EndsWith("Id", StringComparison.Ordinal)
        || name.EndsWith("id_", StringComparison.Ordinal)
        || name.EndsWith("number", StringComparison.OrdinalIgnoreCase);

    private static void Consider(string? text, RequestReading request, ref double best, ref double others, ref bool day)
    {
        if (text is null || text.Length is 0 or > MaxText)
        {
            return;
        }

        string folded = FoldedText.Of(text);
        if (DateScanner.TryReadValue(folded, out int date, out _))
        {
            day |= date > 0 && request.MentionsDate(date);
            return;
        }

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
        best = Math.Max(best, score);
    }
}
