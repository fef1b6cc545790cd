using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Values as they may be shown: without live secrets. A secret is taken out of the whole value, before anything cuts it.</summary>
internal static class SafeValues
{
    /// <summary>The record with its secrets replaced. False where that cannot be done, such as for a secret in a name.</summary>
    internal static bool TryWithoutSecrets(CedarRecord record, SecretScrubber? scrubber, out CedarRecord safe, out bool found)
    {
        found = false;
        safe = record;
        if (scrubber is not { KnowsAny: true })
        {
            return true;
        }

        if (Without(record, scrubber, ref found) is not CedarRecord cleaned)
        {
            found = true;
            return false;
        }

        safe = found ? cleaned : record;
        return true;
    }

    internal static bool HoldsSecret(string text, SecretScrubber? scrubber)
    {
        bool found = false;
        scrubber?.Scrub(text, out found);
        return found;
    }

    /// <summary>A text of several lines with everything invisible in it as an escape.</summary>
    internal static string Escape(string text)
    {
        StringBuilder shown = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isHidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
            _ = isHidden ? shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}") : shown.Append(rune);
        }

        return shown.ToString();
    }

    private static CedarValue? Without(CedarValue value, SecretScrubber scrubber, ref bool found)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack(); // values nest 128 deep at most
        switch (value)
        {
            case CedarString text:
                string clean = scrubber.Scrub(text.Value, out bool hit);
                found |= hit;
                return hit ? clean : text;
            case CedarEntity entity:
                return HoldsSecret(entity.Uid.Id, scrubber) ? null : entity;
            case CedarSet set:
                List<CedarValue> items = new(set.Count);
                foreach (CedarValue item in set)
                {
                    if (Without(item, scrubber, ref found) is not { } cleaned)
                    {
                        return null;
                    }

                    items.Add(cleaned);
                }

                return found ? CedarSet.Create(items) : set;
            case CedarRecord record:
                CedarRecord.Builder builder = new(record.Count);
                foreach ((string name, CedarValue item) in record)
                {
                    if (HoldsSecret(name, scrubber) || Without(item, scrubber, ref found) is not { } cleaned)
                    {
                        return null;
                    }

                    builder.Add(name, cleaned);
                }

                return found ? builder.Build() : record;
            case CedarBool:
                return value;
            default:
                return HoldsSecret(value.ToString(), scrubber) ? null : value; // a number in which a secret of digits stands; a text in its place would be no number
        }
    }
}
