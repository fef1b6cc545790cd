using System.Globalization;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Finds out where single values came from, each in the way its role asks for. Used for one call, by one thread.</summary>
internal sealed class ValueFinder(SeenValues seen, string action)
{
    private const int MaxValue = 4096; // a longer one is a text of the model's own making, or a copy that nothing short can vouch for

    private static readonly string[] s_numbering = ["id ", "id: ", "id '", "number ", "no. ", "nr. ", "#", "# "];

    private long _effort = SeenValues.MaxEffort;

    internal SeenValues Seen => seen;

    internal ref long Effort => ref _effort;

    /// <summary>Finds a string, a number or, for the names of unknown members, a name.</summary>
    internal Finding Find(JsonElement value, ArgumentRole role, string? kind = null) => value.ValueKind switch
    {
        JsonValueKind.String => Find(value.GetString()!, role, kind),
        JsonValueKind.Number => FindNumber(value, role, kind),
        _ => new Finding(ValueSource.Model, ValueLink.None, false), // true, false: one bit is the model's own word, whatever was seen
    };

    internal Finding Find(string value, ArgumentRole role, string? kind = null)
    {
        string folded = FoldedText.Of(value);
        if (folded.Length is 0 or > MaxValue)
        {
            return new Finding(ValueSource.Model, ValueLink.None, false);
        }

        if (role == ArgumentRole.Time && DateScanner.TryReadValue(folded, out int day, out int minutes))
        {
            return OrEndorsed(FindMoment(day, minutes), folded, role);
        }

        if (role == ArgumentRole.Magnitude && decimal.TryParse(folded, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal amount))
        {
            return OrEndorsed(FindAmount(amount), folded, role);
        }

        return FindText(folded, role, kind);
    }

    internal Finding FindText(string folded, ArgumentRole role, string? kind = null)
    {
        if (IsNamed(folded, role))
        {
            return new Finding(ValueSource.UserRequest, ValueLink.None, false);
        }

        Finding found = seen.FindText(folded, action, role, kind, ref _effort);
        if (!AddressScanner.IsWebAddress(folded))
        {
            return found;
        }

        string bare = BareAddress(folded);
        if (bare != folded)
        {
            if (FoldedText.Holds(seen.Request.Text, bare, ref _effort))
            {
                return new Finding(ValueSource.UserRequest, ValueLink.None, false);
            }

            Finding other = seen.FindText(bare, action, role, kind, ref _effort);
            found = other.Source > found.Source ? other : found;
        }

        return found.Source < ValueSource.Endorsed && IsHostNamed(folded) ? found with { Link = ValueLink.Host } : found;
    }

    private Finding FindNumber(JsonElement value, ArgumentRole role, string? kind)
    {
        string raw = value.GetRawText();
        if (role == ArgumentRole.Magnitude && value.TryGetDecimal(out decimal amount))
        {
            return OrEndorsed(FindAmount(amount), FoldedText.Of(raw), role);
        }

        // Elsewhere a number is a name: the id of something.
        return FindText(FoldedText.Of(raw), role, kind);
    }

    private Finding OrEndorsed(Finding found, string folded, ArgumentRole role) =>
        found.Source < ValueSource.Endorsed && seen.IsEndorsed(action, role, folded) ? new Finding(ValueSource.Endorsed, ValueLink.None, false) : found;

    private Finding FindAmount(decimal amount)
    {
        Finding found = seen.FindNumber(amount);
        return found.Source >= ValueSource.Endorsed || !Arithmetic.Yields(amount, seen.Request, seen.TrustedNumbers())
            ? found
            : new Finding(ValueSource.TrustedResult, ValueLink.Derived, found.IsContested || found.Source == ValueSource.UntrustedResult);
    }

    /// <summary>A day and a time are found each on its own. A time of day that nobody spoke of completes the day: only a stranger's makes it worse.</summary>
    private Finding FindMoment(int day, int minutes)
    {
        if (day < 0)
        {
            return FindClock(minutes);
        }

        Finding found = seen.FindDay(day) with { IsContested = false };
        if (minutes < 0 || minutes is 0 or (23 * 60) + 59 or 24 * 60)
        {
            return found;
        }

        Finding clock = FindClock(minutes);
        return clock.Source == ValueSource.Model ? found : found.Worse(clock);
    }

    private Finding FindClock(int minutes)
    {
        Finding found = seen.FindTime(minutes) with { IsContested = false };
        return found.Source >= ValueSource.Endorsed || !IsAfterDuration(minutes)
            ? found
            : new Finding(ValueSource.TrustedResult, ValueLink.Derived, false);
    }

    /// <summary>Whether it is as long after a time that is trusted as the request says.</summary>
    private bool IsAfterDuration(int minutes)
    {
        foreach (Mention mention in seen.Request.Mentions)
        {
            if (mention.Kind == MentionKind.Duration && mention.Value < 24 * 60
                && ArgumentProvenance.IsTrusted(seen.FindTime((minutes - (int)mention.Value + (24 * 60)) % (24 * 60)).Source))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the request has the value in so many words. A short number is named only where the request calls it an id or a number: "5" stands in many.</summary>
    private bool IsNamed(string folded, ArgumentRole role)
    {
        if (role is ArgumentRole.Target or ArgumentRole.Command && Words.IsCommon(folded))
        {
            return false;
        }

        if (role is ArgumentRole.Target or ArgumentRole.Command && folded.Length < 4 && folded.All(char.IsAsciiDigit))
        {
            foreach (string word in s_numbering)
            {
                if (FoldedText.Holds(seen.Request.Text, word + folded, ref _effort))
                {
                    return true;
                }
            }

            return false;
        }

        return FoldedText.Holds(seen.Request.Text, folded, ref _effort);
    }

    /// <summary>Whether the address is on a host that the request names. What follows a question mark can carry anything there, so such an address is tied to nothing.</summary>
    private bool IsHostNamed(string folded)
    {
        if (folded.Contains('?', StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> host = AddressScanner.HostOf(folded);
        foreach (Mention mention in seen.Request.Mentions)
        {
            if (mention.Kind == MentionKind.WebAddress
                && AddressScanner.HostOf(seen.Request.Text.AsSpan(mention.Start, mention.Length)).SequenceEqual(host))
            {
                return true;
            }
        }

        return false;
    }

    private static string BareAddress(string folded)
    {
        int scheme = folded.IndexOf("://", StringComparison.Ordinal);
        return (scheme >= 0 ? folded[(scheme + 3)..] : folded).TrimEnd('/');
    }
}
