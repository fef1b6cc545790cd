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

    /// <summary>Where a value came from: for a list or an object, the worst over its parts.</summary>
    internal ValueSource Find(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return Find(value.GetString()!);
            case JsonValueKind.Number:
                return Find(value.GetRawText());
            case JsonValueKind.Array:
                ValueSource worstItem = ValueSource.UserRequest;
                foreach (JsonElement item in value.EnumerateArray())
                {
                    worstItem = Worse(worstItem, Find(item));
                }

                return worstItem;
            case JsonValueKind.Object:
                ValueSource worstMember = ValueSource.UserRequest;
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    worstMember = Worse(worstMember, Find(member.Value));
                }

                return worstMember;
            default:
                return ValueSource.Model; // true, false: one bit is the model's own word, whatever was seen
        }
    }

    private ValueSource Find(string value)
    {
        string needle = Normalise(value);
        if (needle.Length is 0 or > MaxNeedle)
        {
            return ValueSource.Model;
        }

        bool overflowed = false;
        ValueSource? best = null;
        for (SeenValues? values = this; values is not null; values = values.Parent)
        {
            lock (values._adding)
            {
                overflowed |= values._overflowed;
                foreach ((ValueSource source, string text) in values._new)
                {
                    values._texts.Add((source, Normalise(text)));
                }

                values._new.Clear();
                foreach ((ValueSource source, string text) in values._texts)
                {
                    if ((best is null || source > best) && ContainsWord(text, needle))
                    {
                        best = source;
                    }
                }
            }
        }

        return best ?? (overflowed ? ValueSource.UntrustedResult : ValueSource.Model);
    }

    private static ValueSource Worse(ValueSource a, ValueSource b) => a < b ? a : b;

    /// <summary>Finds the needle where it does not continue a longer word or number: <c>12</c> is not in <c>1200</c>.</summary>
    private static bool ContainsWord(string text, string needle)
    {
        int from = 0;
        while (from <= text.Length - needle.Length)
        {
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
