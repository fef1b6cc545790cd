using System.Runtime.CompilerServices;

namespace IntentAuthz;

/// <summary>
/// Searches texts for secrets, and remembers of some that they hold none as long as no other secret becomes known: one and the same purpose, tool's
/// name, resource or explanation stands in a great many records. Used by one thread.
/// </summary>
internal sealed class CleanTexts(SecretScrubber scrubber)
{
    private const int Places = 64;
    private const int MaxLength = 1024; // so many characters are kept a place

    private readonly string?[] _clean = new string?[Places];
    private int _learned;

    /// <summary>The text without secrets.</summary>
    internal string Scrub(string text, out bool found)
    {
        int learned = scrubber.Learned; // before the search: what becomes known meanwhile makes it be searched again
        if (learned != _learned)
        {
            Array.Clear(_clean);
            _learned = learned;
        }

        ref string? place = ref _clean[RuntimeHelpers.GetHashCode(text) & (Places - 1)];
        if (ReferenceEquals(place, text))
        {
            found = false;
            return text;
        }

        string scrubbed = scrubber.Scrub(text, out found);
        if (!found && text.Length <= MaxLength)
        {
            place = text;
        }

        return scrubbed;
    }
}
