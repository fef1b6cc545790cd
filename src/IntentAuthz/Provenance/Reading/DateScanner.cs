using System.Globalization;

namespace IntentAuthz;

/// <summary>Reads dates, times of day and durations at a place in a folded text.</summary>
internal static class DateScanner
{
    private const int MaxGap = 32; // characters between a day and the month that a later day names

    internal static bool TryRead(
        string text, int start, ReadOnlySpan<char> token, ref int next, ref int pendingDay, ref int pendingAt, List<Mention> found)
    {
        if (TryReadStamp(start, token, found))
        {
            return true;
        }

        if (Months.Number(token) is var month and > 0)
        {
            // "May 26th, 2024", and "May 10 to 13"
            if (TryReadWord(text, next, out int dayEnd, out ReadOnlySpan<char> first) && TryReadDay(first, out int day))
            {
                int end = dayEnd;
                int year = TryReadYear(text, ref end);
                found.Add(new Mention(MentionKind.Date, start, end - start, Key(year, month, day)));
                ReadSecondDay(text, ref end, month, year, first, found);
                next = end;
                return true;
            }

            return false;
        }

        if (TryReadDay(token, out int before))
        {
            // "26th of May 2024", "26 May"; or "the 11th", which may wait for its month
            int end = next;
            if (TryReadWord(text, end, out int wordEnd, out ReadOnlySpan<char> word) && word.SequenceEqual("of"))
            {
                end = wordEnd;
            }

            if (TryReadWord(text, end, out int monthEnd, out ReadOnlySpan<char> name) && Months.Number(name) is var named and > 0)
            {
                end = monthEnd;
                int year = TryReadYear(text, ref end);
                found.Add(new Mention(MentionKind.Date, start, end - start, Key(year, named, before)));
                if (pendingDay > 0 && start - pendingAt < MaxGap)
                {
                    found.Add(new Mention(MentionKind.Date, pendingAt, 2, Key(year, named, pendingDay)));
                }

                pendingDay = 0;
                next = end;
                return true;
            }

            if (char.IsLetter(token[^1]) && !token.Contains('-'))
            {
                (pendingDay, pendingAt) = (before, start);
                return true; // an ordinal is no amount
            }
        }

        return TryReadClock(text, start, token, ref next, found) || TryReadDuration(text, start, token, ref next, found);
    }

    /// <summary>A date or time that is a whole value, such as <c>2024-05-19 12:00</c> or <c>2024-05-19T12:00:00</c>; -1 for the part that is not there.</summary>
    internal static bool TryReadValue(string folded, out int date, out int minutes)
    {
        (date, minutes) = (-1, -1);
        List<Mention> found = MentionScanner.Scan(folded);
        int covered = 0;
        foreach (Mention mention in found)
        {
            if (mention.Kind == MentionKind.Date && date < 0)
            {
                date = (int)mention.Value;
            }
            else if (mention.Kind == MentionKind.TimeOfDay && minutes < 0)
            {
                minutes = (int)mention.Value;
            }
            else
            {
                return false;
            }

            covered += mention.Length;
        }

        return covered > 0 && covered >= folded.Length - 6; // what is left: a "T", a space, seconds or "at"
    }

    private static bool TryReadStamp(int start, ReadOnlySpan<char> token, List<Mention> found)
    {
        ReadOnlySpan<char> date = token;
        int split = token.IndexOf('t');
        if (split > 0)
        {
            date = token[..split];
        }

        if (!TryReadDate(date, out int key))
        {
            return false;
        }

        found.Add(new Mention(MentionKind.Date, start, date.Length, key));
        if (split > 0 && TryReadClockTime(token[(split + 1)..], out int minutes))
        {
            found.Add(new Mention(MentionKind.TimeOfDay, start + split + 1, token.Length - split - 1, minutes));
        }

        return true;
    }

    /// <summary><c>2024-05-26</c>, <c>2024/05/26</c>, <c>26.05.2024</c> and, as written in the United States, <c>05/26/2024</c>.</summary>
    private static bool TryReadDate(ReadOnlySpan<char> token, out int key)
    {
        key = 0;
        char separator = token.IndexOfAny('-', '/', '.') is var at and > 0 ? token[at] : '\0';
        if (separator == '\0' || token.Length > 10)
        {
            return false;
        }

        Span<Range> parts = stackalloc Range[4];
        if (token.Split(parts, separator) != 3
            || !TryReadInt(token[parts[0]], out int a) || !TryReadInt(token[parts[1]], out int b) || !TryReadInt(token[parts[2]], out int c))
        {
            return false;
        }

        key = (token[parts[0]].Length, separator) switch
        {
            (4, _) => Key(a, b, c),
            (_, '.') when token[parts[2]].Length == 4 => Key(c, b, a),
            (_, '/') when token[parts[2]].Length == 4 => Key(c, a, b),
            _ => 0,
        };
        return key % 10_000 / 100 is >= 1 and <= 12 && key % 100 is >= 1 and <= 31;
    }

    private static bool TryReadClock(string text, int start, ReadOnlySpan<char> token, ref int next, List<Mention> found)
    {
        bool joined = token.EndsWith("am") || token.EndsWith("pm");
        ReadOnlySpan<char> clock = joined ? token[..^2] : token;
        ReadOnlySpan<char> half = joined ? token[^2..] : [];
        int end = joined ? start + token.Length : next;
        if (!joined && TryReadWord(text, next, out int halfEnd, out ReadOnlySpan<char> word) && word is "am" or "pm" or "a.m" or "p.m")
        {
            half = word;
            end = halfEnd;
        }

        int minutes;
        if (token is "noon" or "midday")
        {
            (minutes, end) = (12 * 60, start + token.Length);
        }
        else if (!TryReadClockTime(clock, out minutes))
        {
            if (half.IsEmpty || !TryReadInt(clock, out int hour) || hour is < 1 or > 12)
            {
                return false;
            }

            minutes = hour * 60;
        }

        if (!half.IsEmpty)
        {
            minutes = (minutes % (12 * 60)) + (half[0] == 'p' ? 12 * 60 : 0);
        }

        found.Add(new Mention(MentionKind.TimeOfDay, start, Math.Max(end, start + token.Length) - start, minutes));
        next = Math.Max(next, end);
        return true;
    }

    /// <summary><c>9:30</c>, <c>09:30:00</c>, <c>09:30:00.000Z</c>.</summary>
    private static bool TryReadClockTime(ReadOnlySpan<char> token, out int minutes)
    {
        minutes = 0;
        int colon = token.IndexOf(':');
        if (colon is not (1 or 2) || token.Length < colon + 3
            || !TryReadInt(token[..colon], out int hour) || !TryReadInt(token.Slice(colon + 1, 2), out int minute) || hour > 24 || minute > 59)
        {
            return false;
        }

        ReadOnlySpan<char> rest = token[(colon + 3)..];
        minutes = (hour * 60) + minute;
        return rest.IsEmpty || rest[0] is ':' or 'z' or '+' or '-';
    }

    /// <summary><c>2 hours</c>, <c>1-hour</c>, <c>one hour</c>, <c>90 minutes</c>, <c>half an hour</c>, <c>3 days</c>: only hours, minutes and days are read.</summary>
    private static bool TryReadDuration(string text, int start, ReadOnlySpan<char> token, ref int next, List<Mention> found)
    {
        int dash = token.IndexOf('-');
        ReadOnlySpan<char> amount = dash > 0 ? token[..dash] : token;
        int end = next;
        ReadOnlySpan<char> unit = dash > 0 ? token[(dash + 1)..] : [];
        if (dash <= 0 && !TryReadWord(text, next, out end, out unit))
        {
            return false;
        }

        decimal count;
        if (amount is "half" && unit is "an" or "a" && TryReadWord(text, end, out int later, out ReadOnlySpan<char> halved))
        {
            count = 0.5m;
            unit = halved;
            end = later;
        }
        else if (Months.Small(amount) is var small and >= 0)
        {
            count = small;
        }
        else if (!decimal.TryParse(amount, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out count) || count > 1000)
        {
            return false;
        }

        int factor = unit switch
        {
            "hour" or "hours" or "hr" or "hrs" or "h" => 60,
            "minute" or "minutes" or "min" or "mins" => 1,
            "day" or "days" => 24 * 60,
            _ => 0,
        };
        if (factor == 0)
        {
            return false;
        }

        found.Add(new Mention(MentionKind.Duration, start, end - start, count * factor));
        found.Add(new Mention(MentionKind.Number, start, amount.Length, count));
        next = end;
        return true;
    }

    /// <summary>After "May 10": "to 13", "- 13th".</summary>
    private static void ReadSecondDay(string text, ref int end, int month, int year, ReadOnlySpan<char> first, List<Mention> found)
    {
        int dash = first.IndexOfAny('-', '–');
        if (dash > 0 && TryReadDay(first[(dash + 1)..], out int joined))
        {
            found.Add(new Mention(MentionKind.Date, end, 0, Key(year, month, joined)));
            return;
        }

        if (TryReadWord(text, end, out int wordEnd, out ReadOnlySpan<char> word) && word is "to" or "-" or "–" or "until" or "till" or "through" or "and")
        {
            if (TryReadWord(text, wordEnd, out int afterThe, out ReadOnlySpan<char> the) && the is "the")
            {
                wordEnd = afterThe;
            }

            if (TryReadWord(text, wordEnd, out int dayEnd, out ReadOnlySpan<char> day) && TryReadDay(day, out int second)
                && (char.IsLetter(day[^1]) || word is not "and"))
            {
                int at = dayEnd;
                int later = TryReadYear(text, ref at);
                found.Add(new Mention(MentionKind.Date, wordEnd, at - wordEnd, Key(later == 0 ? year : later, month, second)));
                end = at;
            }
        }
    }

    private static bool TryReadDay(ReadOnlySpan<char> token, out int day)
    {
        int dash = token.IndexOfAny('-', '–');
        if (dash > 0)
        {
            token = token[..dash];
        }

        if (token.Length > 2 && token[^2..] is "st" or "nd" or "rd" or "th")
        {
            token = token[..^2];
        }

        return TryReadInt(token, out day) && token.Length <= 2 && day is >= 1 and <= 31;
    }

    private static int TryReadYear(string text, ref int end)
    {
        int at = end;
        while (at < text.Length && text[at] is ',' or '.')
        {
            at++;
        }

        if (TryReadWord(text, at, out int yearEnd, out ReadOnlySpan<char> word) && word.Length == 4 && TryReadInt(word, out int year) && year is >= 1900 and < 2200)
        {
            end = yearEnd;
            return year;
        }

        return 0;
    }

    private static bool TryReadWord(string text, int from, out int end, out ReadOnlySpan<char> word)
    {
        while (from < text.Length && text[from] is ' ' or ',')
        {
            from++;
        }

        end = from;
        while (end < text.Length && text[end] != ' ' && !MentionScanner.IsDelimiter(text[end]) && end - from < 24)
        {
            end++;
        }

        int trimmed = end;
        while (trimmed > from && text[trimmed - 1] is '.' or ',' or ':' or '!' or '?')
        {
            trimmed--;
        }

        word = text.AsSpan(from, trimmed - from);
        end = trimmed;
        return word.Length > 0;
    }

    private static bool TryReadInt(ReadOnlySpan<char> digits, out int value) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static int Key(int year, int month, int day) => (year * 10_000) + (month * 100) + day;
}
