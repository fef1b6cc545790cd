using System.Globalization;
using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// What a task has seen, for finding out where an argument's value came from. Text is kept in a normal form (compatibility characters
/// folded, case and white space folded) and searched for the value at word boundaries. Bounded: what does not fit is not kept, and from then
/// on a value that is found nowhere cannot be called harmless. A sub-task looks into the tasks above it. Safe for use by many threads.
/// </summary>
internal sealed class SeenValues(SeenValues? parent)
{
    internal const int MaxCharacters = 1024 * 1024;

    /// <summary>
    /// How much searching one call is worth, in steps of about a nanosecond to a few: text made of one letter, searched for thousands of such
    /// values, would otherwise hold a core for minutes.
    /// </summary>
    internal const long MaxEffort = 32 * 1024 * 1024;

    private const int MaxNeedle = 4096;

    private readonly Lock _adding = new(); // protects the texts
    private readonly List<(ValueSource Source, string Text)> _texts = []; // in normal form
    private readonly List<(ValueSource Source, string Text)> _new = []; // as they came: brought into normal form when somebody first looks
    private int _characters;
    private bool _overflowed;
    private bool _hasUntrusted;

    /// <summary>Whether anything untrusted was seen here or above.</summary>
    internal bool HasUntrusted
    {
        get
        {
            for (SeenValues? values = this; values is not null; values = values.Parent)
            {
                lock (values._adding)
                {
                    if (values._overflowed || values._hasUntrusted)
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    private SeenValues? Parent => parent;

    internal void Add(ValueSource source, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        lock (_adding)
        {
            _hasUntrusted |= source == ValueSource.UntrustedResult;
            if (_characters + text.Length > MaxCharacters)
            {
                _overflowed = true;
                return;
            }

            _characters += text.Length;
            _new.Add((source, text));
        }
    }

    /// <summary>
    /// Where a value came from: for a list or an object, the worst over its parts. Names of members that the schema does not know are values
    /// too, since they were chosen like any other. What holds nothing came from nobody but the model.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="shape">What the tool's schema says of it.</param>
    /// <param name="effort">What is left of <see cref="MaxEffort"/> for the call; once it is used up the answer is unknown.</param>
    internal ValueSource Find(JsonElement value, JsonShape shape, ref long effort)
    {
        ValueSource? worst = null;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return Find(value.GetString()!, ref effort);
            case JsonValueKind.Number:
                return Find(value.GetRawText(), ref effort);
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    worst = Worse(worst, Find(item, shape.Items ?? JsonShape.Untyped, ref effort));
                }

                return worst ?? ValueSource.Model;
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    string name = member.Name;
                    if (!shape.Knows(name))
                    {
                        worst = Worse(worst, Find(name, ref effort));
                    }

                    worst = Worse(worst, Find(member.Value, shape.Property(name), ref effort));
                }

                return worst ?? ValueSource.Model;
            default:
                return ValueSource.Model; // true, false: one bit is the model's own word, whatever was seen
        }
    }

    private ValueSource Find(string value, ref long effort)
    {
        string needle = Normalise(value);
        if (needle.Length is 0 or > MaxNeedle)
        {
            return ValueSource.Model;
        }

        bool unknown = false;
        ValueSource? best = null;
        for (SeenValues? values = this; values is not null; values = values.Parent)
        {
            lock (values._adding)
            {
                unknown |= values._overflowed;
                foreach ((ValueSource source, string text) in values._new)
                {
                    values._texts.Add((source, Normalise(text)));
                }

                values._new.Clear();
                foreach ((ValueSource source, string text) in values._texts)
                {
                    if (best is not null && source <= best)
                    {
                        continue;
                    }

                    if (effort <= 0)
                    {
                        unknown = true;
                    }
                    else if (ContainsWord(text, needle, ref effort))
                    {
                        best = source;
                    }
                }
            }
        }

        return best ?? (unknown ? ValueSource.UntrustedResult : ValueSource.Model);
    }

    private static ValueSource Worse(ValueSource? worst, ValueSource next) => worst < next ? worst.Value : next;

    /// <summary>Finds the needle where it does not continue a longer word or number: <c>12</c> is not in <c>1200</c>.</summary>
    private static bool ContainsWord(string text, string needle, ref long effort)
    {
        int from = 0;
        effort -= 16 + (text.Length / 16 * (1 + (needle.Length / 64)));
        while (from <= text.Length - needle.Length)
        {
            effort -= 16;
            int at = text.IndexOf(needle, from, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            int end = at + needle.Length;
            bool startsClean = at == 0 || !char.IsLetterOrDigit(needle[0]) || !char.IsLetterOrDigit(text[at - 1]);
            bool endsClean = end == text.Length || !char.IsLetterOrDigit(needle[^1])
                || !(char.IsLetterOrDigit(text[end])
                    || (char.IsDigit(needle[^1]) && text[end] is '.' or ',' && end + 1 < text.Length && char.IsDigit(text[end + 1])));
            if (startsClean && endsClean)
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

    private static string Normalise(string text)
    {
        StringBuilder folded = new(text.Length);
        bool space = false;
        foreach (char c in TryNormalise(text))
        {
            if (char.IsWhiteSpace(c))
            {
                space = folded.Length > 0;
                continue;
            }

            if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control)
            {
                continue;
            }

            if (space)
            {
                folded.Append(' ');
                space = false;
            }

            folded.Append(char.ToLowerInvariant(c));
        }

        return folded.ToString();
    }

    /// <summary>Text with unpaired surrogates cannot be normalised; it is searched as it is.</summary>
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
