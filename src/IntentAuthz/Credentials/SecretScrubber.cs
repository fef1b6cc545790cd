using System.Collections.Immutable;
using System.Text;

namespace IntentAuthz;

/// <summary>
/// Takes live secrets out of text that goes back to the model: as they are, URL-encoded, as they stand inside JSON, and base64-encoded at
/// any alignment. It knows a secret until its residual validity has ended, which can be after its lease's. A call that finds no secret
/// allocates nothing. Safe for use by many threads.
/// </summary>
internal sealed class SecretScrubber(TimeProvider time)
{
    internal const string Replacement = "[secret]";

    /// <summary>Shorter secrets, or pieces of base64, would match by accident.</summary>
    private const int MinLength = 8;

    private ImmutableArray<Known> _known = [];

    internal bool KnowsAny => !_known.IsEmpty;

    internal void Remember(LeaseId lease, Secret secret, DateTimeOffset until)
    {
        ImmutableArray<string> forms = FormsOf(secret.Reveal());
        ImmutableInterlocked.Update(
            ref _known,
            static (known, added) => [.. known.Where(k => k.Until > added.Now && k.Lease != added.New.Lease), added.New],
            (New: new Known(lease, until, forms), Now: time.GetUtcNow()));
    }

    /// <summary>Forgets a secret whose back end has confirmed that it is worth nothing any more, or whose validity has ended.</summary>
    internal void Forget(LeaseId lease) =>
        ImmutableInterlocked.Update(ref _known, static (known, gone) => known.RemoveAll(k => k.Lease == gone), lease);

    internal string Scrub(string text, out bool found)
    {
        found = false;
        foreach (Known known in _known)
        {
            foreach (string form in known.Forms)
            {
                if (text.Contains(form, StringComparison.Ordinal))
                {
                    text = text.Replace(form, Replacement, StringComparison.Ordinal);
                    found = true;
                }
            }
        }

        return text;
    }

    private static ImmutableArray<string> FormsOf(string secret)
    {
        HashSet<string> forms = new(StringComparer.Ordinal) { secret, Uri.EscapeDataString(secret) };
        forms.Add(System.Text.Json.JsonEncodedText.Encode(secret).Value);
        byte[] utf8 = Encoding.UTF8.GetBytes(secret);
        for (int offset = 0; offset < 3; offset++)
        {
            string core = Base64Core(utf8, offset);
            forms.Add(core);
            forms.Add(core.Replace('+', '-').Replace('/', '_'));
        }

        // Longest first: a form that contains another is replaced whole.
        return [.. forms.Where(static f => f.Length >= MinLength).OrderByDescending(static f => f.Length)];
    }

    /// <summary>The characters that the secret has in any base64 text in which it begins at this offset of a three-byte group.</summary>
    private static string Base64Core(byte[] utf8, int offset)
    {
        byte[] shifted = new byte[offset + utf8.Length];
        utf8.CopyTo(shifted, offset);
        string text = Convert.ToBase64String(shifted).TrimEnd('=');
        int firstWhole = offset == 0 ? 0 : offset + 1;
        int wholeBits = shifted.Length * 8 / 6;
        return firstWhole < wholeBits ? text[firstWhole..wholeBits] : "";
    }

    private sealed record Known(LeaseId Lease, DateTimeOffset Until, ImmutableArray<string> Forms);
}
