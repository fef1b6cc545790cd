using System.Collections.Concurrent;
using System.Numerics;
using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// The forms of all secrets, found by eight of their characters. Before the table, a filter of bits turns away what is in no form. Reading is
/// lock-free; writers take turns outside.
/// </summary>
internal sealed class FormIndex
{
    internal const int Window = 8;

    private const int BitsPerForm = 16;
    private const int LeastWords = 64;
    private const int MostChecked = 64; // windows of a form that are looked at for the one that fewest others share

    private readonly ConcurrentDictionary<ulong, SecretForm> _forms = new();
    private readonly ulong _factor = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
    private ulong[] _filter = new ulong[LeastWords];
    private int _count;
    private int _removed;
    private int _longest;

    internal bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>The most characters a form has had; it never shrinks.</summary>
    internal int LongestForm => Volatile.Read(ref _longest);

    internal PrefixHash Hash { get; } = PrefixHash.Draw();

    /// <summary>The filter at this moment: it knows every form that was added before.</summary>
    internal Filter CurrentFilter => new(Volatile.Read(ref _filter), _factor);

    internal SecretForm? Find(ulong window) => _forms.GetValueOrDefault(window);

    /// <summary>
    /// Adds a form by the window that fewest others share: all tokens of one kind begin alike, and a text full of such beginnings must not
    /// lead to all of them.
    /// </summary>
    internal SecretForm Add(ReadOnlySpan<char> form)
    {
        Volatile.Write(ref _longest, Math.Max(_longest, form.Length));
        ulong window = 0;
        for (int i = 0; i < Window - 1; i++)
        {
            window = Shift(window, form[i]);
        }

        int windows = form.Length - Window + 1;
        int step = Math.Max(1, windows / MostChecked);
        int fewest = int.MaxValue;
        (ulong Window, int Offset) best = default;
        for (int offset = 0; offset < windows && fewest > 0; offset++)
        {
            window = Shift(window, form[offset + Window - 1]);
            if (offset % step == 0 || offset == windows - 1)
            {
                int shared = Shared(window, fewest);
                if (shared < fewest)
                {
                    fewest = shared;
                    best = (window, offset);
                }
            }
        }

        SecretForm added = new(best.Window, best.Offset, form.Length, Hash.Of(form), Hash.PowerOf(form.Length)) { Next = Find(best.Window) };
        if ((_count + _removed + 1) * BitsPerForm > _filter.Length * 64)
        {
            Rebuild(_count + 1);
        }

        Mark(_filter, best.Window);
        _forms[best.Window] = added;
        Volatile.Write(ref _count, _count + 1);
        return added;
    }

    internal void Remove(SecretForm form)
    {
        SecretForm? before = Find(form.Window);
        if (before == form)
        {
            if (form.Next is { } next)
            {
                _forms[form.Window] = next;
            }
            else
            {
                _forms.TryRemove(form.Window, out _);
            }
        }
        else
        {
            while (before!.Next != form)
            {
                before = before.Next;
            }

            before.Next = form.Next;
        }

        _removed++; // its bits stay until the filter is made anew
        Volatile.Write(ref _count, _count - 1);
    }

    internal static ulong Shift(ulong window, char c) => (window << 8) | ScrubText.FoldToByte(c);

    private int Shared(ulong window, int atMost)
    {
        int shared = 0;
        for (SecretForm? form = Find(window); form is not null && shared < atMost; form = form.Next)
        {
            shared++;
        }

        return shared;
    }

    private void Rebuild(int forms)
    {
        ulong[] filter = new ulong[Math.Max(LeastWords, BitOperations.RoundUpToPowerOf2((uint)(forms * 2L * BitsPerForm / 64)))];
        foreach (KeyValuePair<ulong, SecretForm> form in _forms)
        {
            Mark(filter, form.Key);
        }

        _removed = 0;
        Volatile.Write(ref _filter, filter);
    }

    private void Mark(ulong[] filter, ulong window)
    {
        ulong mixed = window * _factor;
        Interlocked.Or(ref filter[(int)(mixed >> 32) & (filter.Length - 1)], Bit(mixed >> 58) | Bit(mixed >> 52));
    }

    private static ulong Bit(ulong which) => 1UL << (int)which; // the shift takes its lowest six bits

    /// <summary>Says of a window that no form has it, or that one may.</summary>
    internal readonly ref struct Filter(ulong[] words, ulong factor)
    {
        private readonly ReadOnlySpan<ulong> _words = words;

        internal bool MayHold(ulong window)
        {
            ulong mixed = window * factor;
            ulong word = _words[(int)(mixed >> 32) & (_words.Length - 1)];
            return ((word >> (int)(mixed >> 58)) & (word >> (int)(mixed >> 52)) & 1) != 0;
        }
    }
}
