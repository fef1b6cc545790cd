using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz;

/// <summary>
/// Takes live secrets out of text that goes back to the model, whatever the number of secrets in time that follows the text's length alone:
/// as they are, under the escapes of JSON, URLs and HTML in up to <see cref="MaxLayers"/> layers, base64-encoded at any alignment, in hex,
/// folded or wrapped over lines, in two quoted pieces, and a signed token's signature alone. It keeps hashes of secrets, no secret. A secret
/// is known until its residual validity has ended, which can be after its lease's. A call that finds none allocates nothing. Safe for use by
/// many threads.
/// </summary>
internal sealed class SecretScrubber(TimeProvider time)
{
    internal const string Replacement = "[secret]";

    /// <summary>Shorter secrets, or pieces of base64, would match by accident.</summary>
    internal const int MinLength = FormIndex.Window;

    /// <summary>How many escapes may lie upon each other, such as JSON in a JSON string in a URL.</summary>
    internal const int MaxLayers = 3;

    private readonly Lock _changing = new(); // writers of everything below; the index is read without
    private readonly FormIndex _index = new();
    private readonly byte[] _fingerprintKey = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<UInt128, KnownSecret> _secrets = [];
    private readonly Dictionary<LeaseId, List<(KnownSecret Secret, DateTimeOffset Until)>> _ofLease = [];
    private readonly PriorityQueue<LeaseId, DateTimeOffset> _ending = new();
    private int _learned;

    internal bool KnowsAny => !_index.IsEmpty;

    /// <summary>Differs each time that another secret has become known: what was searched before may hold that one. A secret is told to nobody before this has changed.</summary>
    internal int Learned => Volatile.Read(ref _learned);

    /// <summary>The most characters that a form of any secret has had so far.</summary>
    internal int LongestForm => _index.LongestForm;

    /// <summary>How many different secrets are known.</summary>
    internal int Count
    {
        get
        {
            lock (_changing)
            {
                return _secrets.Count;
            }
        }
    }

    /// <summary>
    /// Takes a secret up, or says that it is too short to be told from other text, or would be once escapes are undone that it seems to hold. Where <paramref name="until"/> is
    /// <see cref="DateTimeOffset.MaxValue"/>, nobody ever stops honouring it: it is known for good, once, and no lease is kept with it.
    /// </summary>
    internal bool TryRemember(LeaseId lease, Secret secret, DateTimeOffset until)
    {
        bool isLongEnough = false;
        secret.Use((This: this, lease, until), (utf8, state) => isLongEnough = state.This.TryRemember(state.lease, utf8, state.until));
        return isLongEnough;
    }

    /// <summary>Forgets the secrets of a lease whose back end has confirmed that they are worth nothing any more, or whose validity has ended.</summary>
    internal void Forget(LeaseId lease)
    {
        lock (_changing)
        {
            if (_ofLease.Remove(lease, out List<(KnownSecret Secret, DateTimeOffset Until)>? secrets))
            {
                foreach ((KnownSecret secret, _) in secrets)
                {
                    Release(secret);
                }
            }
        }
    }

    /// <summary>The text without secrets. What remains stands as it stood, escapes included.</summary>
    internal string Scrub(string text, out bool found)
    {
        List<(int Start, int End)>? hits = null;
        if (KnowsAny)
        {
            Search(text, layer: 0, ref hits);
        }

        found = hits is not null;
        return hits is null ? text : TakeOut(text, hits);
    }

    /// <summary>Puts a mask over the secrets in bytes, whose number stays the same, given their view as characters of eight bits.</summary>
    internal bool MaskIn(Span<byte> bytes, ReadOnlySpan<char> view, byte mask)
    {
        List<(int Start, int End)>? hits = null;
        if (KnowsAny)
        {
            Search(view, layer: 0, ref hits);
        }

        foreach ((int start, int end) in hits ?? [])
        {
            bytes[start..end].Fill(mask);
        }

        return hits is not null;
    }

    /// <summary>Searches a text, the same with its pieces joined, and the same with its escapes undone.</summary>
    private void Search(ReadOnlySpan<char> text, int layer, ref List<(int Start, int End)>? hits)
    {
        Find(text, ref hits);
        if (FoldedLines.MayHold(text))
        {
            int before = hits?.Count ?? 0;
            TextView joined = new(text.Length);
            if (FoldedLines.Join(text, ref joined))
            {
                Find(joined.Text, ref hits);
                joined.Map(hits, before);
            }

            joined.Dispose();
        }

        if (layer < MaxLayers && EscapedText.MayHold(text))
        {
            int before = hits?.Count ?? 0;
            TextView undone = new(text.Length);
            if (EscapedText.Undo(text, ref undone))
            {
                Search(undone.Text, layer + 1, ref hits);
                undone.Map(hits, before);
            }

            undone.Dispose();
        }
    }

    private void Find(ReadOnlySpan<char> text, ref List<(int Start, int End)>? hits)
    {
        ulong[]? prefixes = null;
        FormIndex.Filter filter = _index.CurrentFilter;
        ulong window = 0;
        for (int i = 0; i < text.Length; i++)
        {
            window = FormIndex.Shift(window, text[i]);
            if (filter.MayHold(window) && i >= FormIndex.Window - 1)
            {
                AddHits(text, window, i - (FormIndex.Window - 1), ref prefixes, ref hits);
            }
        }

        if (prefixes is not null)
        {
            ArrayPool<ulong>.Shared.Return(prefixes);
        }
    }

    private void AddHits(ReadOnlySpan<char> text, ulong window, int at, ref ulong[]? prefixes, ref List<(int Start, int End)>? hits)
    {
        for (SecretForm? form = _index.Find(window); form is not null; form = form.Next)
        {
            int start = at - form.Offset;
            int end = start + form.Length;
            if (start >= 0 && end <= text.Length)
            {
                prefixes ??= Prefixes(text);
                if (PrefixHash.Between(prefixes[start], prefixes[end], form.Power) == form.Hash)
                {
                    (hits ??= []).Add((start, end));
                }
            }
        }
    }

    private ulong[] Prefixes(ReadOnlySpan<char> text)
    {
        ulong[] prefixes = ArrayPool<ulong>.Shared.Rent(text.Length + 1);
        ulong hash = prefixes[0] = 0;
        for (int i = 0; i < text.Length; i++)
        {
            prefixes[i + 1] = hash = _index.Hash.Append(hash, text[i]);
        }

        return prefixes;
    }

    /// <summary>Takes the hits out. Those that overlap go as one, so that the rest of none of them stays.</summary>
    private static string TakeOut(string text, List<(int Start, int End)> hits)
    {
        hits.Sort();
        StringBuilder clean = new(text.Length);
        int copied = 0;
        foreach ((int start, int end) in hits)
        {
            if (start >= copied)
            {
                clean.Append(text, copied, start - copied).Append(Replacement);
            }

            copied = Math.Max(copied, end);
        }

        return clean.Append(text, copied, text.Length - copied).ToString();
    }

    private bool TryRemember(LeaseId lease, ReadOnlySpan<byte> utf8, DateTimeOffset until)
    {
        using FormWriter writer = new(utf8);
        if (writer.LeastLength < MinLength)
        {
            return false;
        }

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_fingerprintKey, utf8, mac);
        UInt128 fingerprint = MemoryMarshal.Read<UInt128>(mac);
        lock (_changing)
        {
            ForgetEnded();
            if (!_secrets.TryGetValue(fingerprint, out KnownSecret? known))
            {
                known = new KnownSecret(fingerprint);
                writer.WriteAll((This: this, known), static (state, form) => state.This.AddForm(state.known, form));
                _secrets.Add(fingerprint, known);
                Volatile.Write(ref _learned, _learned + 1); // once it is found
            }

            if (until == DateTimeOffset.MaxValue)
            {
                known.IsForGood = true;
            }
            else
            {
                Hold(lease, known, until);
            }
        }

        return true;
    }

    private void Hold(LeaseId lease, KnownSecret known, DateTimeOffset until)
    {
        List<(KnownSecret Secret, DateTimeOffset Until)> held = CollectionsMarshal.GetValueRefOrAddDefault(_ofLease, lease, out _) ??= new(1);
        int at = held.FindIndex(h => h.Secret == known);
        if (at < 0)
        {
            known.Leases++;
            held.Add((known, until));
        }
        else if (until > held[at].Until)
        {
            held[at] = (known, until);
        }

        _ending.Enqueue(lease, until);
    }

    /// <summary>Forgets what no back end honours any more and nobody has said so, such as after a shutdown that was cut short.</summary>
    private void ForgetEnded()
    {
        DateTimeOffset now = time.GetUtcNow();
        while (_ending.TryPeek(out LeaseId lease, out DateTimeOffset end) && (end <= now || !_ofLease.ContainsKey(lease)))
        {
            _ending.Dequeue();
            if (_ofLease.TryGetValue(lease, out List<(KnownSecret Secret, DateTimeOffset Until)>? held) && held.TrueForAll(h => h.Until <= now))
            {
                Forget(lease);
            }
        }

        if (_ending.Count > (2 * _ofLease.Count) + 64)
        {
            _ending.Clear(); // of leases that were forgotten before their end
            _ending.EnqueueRange(_ofLease.SelectMany(static l => l.Value.Select(h => (l.Key, h.Until))));
        }
    }

    private void AddForm(KnownSecret known, ReadOnlySpan<char> form)
    {
        if (form.Length < MinLength)
        {
            return;
        }

        ulong hash = _index.Hash.Of(form);
        foreach (SecretForm before in known.Forms)
        {
            if (before.Hash == hash && before.Length == form.Length)
            {
                return;
            }
        }

        known.Forms.Add(_index.Add(form));
    }

    private void Release(KnownSecret secret)
    {
        if (--secret.Leases == 0 && !secret.IsForGood)
        {
            _secrets.Remove(secret.Fingerprint);
            foreach (SecretForm form in secret.Forms)
            {
                _index.Remove(form);
            }
        }
    }
}
