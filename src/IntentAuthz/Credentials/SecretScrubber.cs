using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

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
    internal const int MinLength = 8;

    private ImmutableArray<Known> _known = [];

    internal bool KnowsAny => !_known.IsEmpty;

    /// <summary>Takes a secret up, or says that it is too short to be told from other text.</summary>
    internal bool TryRemember(LeaseId lease, Secret secret, DateTimeOffset until)
    {
        string text = secret.Reveal();
        if (text.Length < MinLength)
        {
            return false;
        }

        ImmutableInterlocked.Update(
            ref _known,
            static (known, added) => [.. known.Where(k => k.Until > added.Now && k.Lease != added.New.Lease), added.New],
            (New: new Known(lease, until, FormsOf(text)), Now: time.GetUtcNow()));
        return true;
    }

    /// <summary>The back end honours the secret longer than was said.</summary>
    internal void Extend(LeaseId lease, DateTimeOffset until) =>
        ImmutableInterlocked.Update(
            ref _known, static (known, longer) => [.. known.Select(k => k.Lease == longer.Lease ? k with { Until = longer.Until } : k)], (Lease: lease, Until: until));

    /// <summary>Forgets a secret whose back end has confirmed that it is worth nothing any more, or whose validity has ended.</summary>
    internal void Forget(LeaseId lease) =>
        ImmutableInterlocked.Update(ref _known, static (known, gone) => known.RemoveAll(k => k.Lease == gone), lease);

    /// <summary>
    /// The text without secrets. Where a secret shows only once escapes are undone (JSON's \u0041, a URL's %41), the text is handed on with
    /// them undone, since an escape can be put on any character and no list of forms holds them all.
    /// </summary>
    internal string Scrub(string text, out bool found)
    {
        ImmutableArray<Known> known = _known;
        string scrubbed = TakeOut(known, text, out found);
        if (known.IsEmpty)
        {
            return scrubbed;
        }

        foreach (string decoded in EscapedText.Decodings(scrubbed))
        {
            string clean = TakeOut(known, decoded, out bool hidden);
            if (hidden)
            {
                found = true;
                return Scrub(clean, out _); // each turn is shorter, since escapes are longer than what they stand for
            }
        }

        return scrubbed;
    }

    /// <summary>Takes out every occurrence of every form. Those that overlap go as one, so that the rest of none of them stays.</summary>
    private static string TakeOut(ImmutableArray<Known> known, string text, out bool found)
    {
        List<(int Start, int End)>? hits = null;
        foreach (Known secret in known)
        {
            foreach (string form in secret.Forms)
            {
                for (int at = text.IndexOf(form, StringComparison.Ordinal); at >= 0; at = text.IndexOf(form, at + 1, StringComparison.Ordinal))
                {
                    (hits ??= []).Add((at, at + form.Length));
                }
            }
        }

        found = hits is not null;
        if (hits is null)
        {
            return text;
        }

        hits.Sort();
        StringBuilder clean = new(text.Length);
        int copied = 0;
        int end = 0;
        foreach ((int start, int stop) in hits)
        {
            if (start >= end)
            {
                clean.Append(text, copied, start - copied).Append(Replacement);
            }

            end = Math.Max(end, stop);
            copied = end;
        }

        return clean.Append(text, copied, text.Length - copied).ToString();
    }

    private static ImmutableArray<string> FormsOf(string secret)
    {
        HashSet<string> forms = new(StringComparer.Ordinal) { secret, Uri.EscapeDataString(secret) };
        forms.Add(JsonEncodedText.Encode(secret).Value);
        forms.Add(JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value);
        byte[] utf8 = Encoding.UTF8.GetBytes(secret);
        for (int offset = 0; offset < 3; offset++)
        {
            string core = Base64Core(utf8, offset);
            forms.Add(core);
            forms.Add(core.Replace('+', '-').Replace('/', '_'));
        }

        return [.. forms.Where(static f => f.Length >= MinLength)];
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
