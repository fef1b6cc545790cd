using System.Numerics;

namespace IntentAuthz;

/// <summary>
/// The entries of a <see cref="RevocationList"/> at one size: a table with open addressing, and before it a filter of a bit or two for each
/// slot, small enough to stay in a processor's cache where the table does not. One writer at a time; readers take no lock.
/// </summary>
/// <remarks>
/// A slot goes from empty to an entry to removed, never back, so a reader's probing ends at the same empty slot or a later one. An entry is
/// in its slot before its bits are in the filter; bits are only ever added. What the filter does not have is not in the table; what it has may
/// not be there either, and is looked up.
/// </remarks>
internal sealed class RevocationTable
{
    /// <summary>Slots for each word of the filter. At most 5 of 8 slots are used, so a word has at most five entries: 13 bits each.</summary>
    private const int SlotsPerWord = 8;
    private const int MinSlots = 64;

    private static readonly RevocationEntry s_removed = new()
    {
        Target = default, Reason = "", Cause = RevocationCause.Person, At = DateTimeOffset.MinValue,
    };

    private readonly RevocationEntry?[] _slots;
    private readonly ulong[] _filter;
    private readonly int _wordShift;
    private int _used; // slots that are not empty

    internal RevocationTable(int entries)
    {
        int slots = MinSlots;
        while (slots / 8 * 5 <= entries)
        {
            slots = checked(slots * 2);
        }

        _slots = new RevocationEntry?[slots];
        _filter = new ulong[slots / SlotsPerWord];
        _wordShift = 64 - BitOperations.Log2((uint)_filter.Length);
    }

    internal int Slots => _slots.Length;

    /// <summary>Whether another entry needs a larger table, or one without the removed.</summary>
    internal bool IsFull => _used >= _slots.Length / 8 * 5;

    /// <summary>How many removed entries still take a slot and bits of the filter.</summary>
    internal int RemovedSlots { get; private set; }

    /// <summary>False when it is surely not there. One read of memory.</summary>
    internal bool MayHave(ulong hash)
    {
        ulong bits = BitsOf(hash);
        return (Volatile.Read(ref _filter[hash >> _wordShift]) & bits) == bits;
    }

    internal RevocationEntry? Find(in RevocationTarget target)
    {
        RevocationEntry?[] slots = _slots;
        int mask = slots.Length - 1;
        for (int i = (int)target.Hash & mask; ; i = (i + 1) & mask)
        {
            RevocationEntry? entry = Volatile.Read(ref slots[i]);
            if (entry is null)
            {
                return null;
            }

            if (!ReferenceEquals(entry, s_removed) && entry.Target.Equals(target))
            {
                return entry;
            }
        }
    }

    /// <summary>Adds an entry that is not there yet; there is room for it.</summary>
    internal void Add(RevocationEntry entry)
    {
        ulong hash = entry.Target.Hash;
        int mask = _slots.Length - 1;
        int i = (int)hash & mask;
        while (_slots[i] is not null)
        {
            i = (i + 1) & mask;
        }

        Volatile.Write(ref _slots[i], entry);
        _used++;
        ref ulong word = ref _filter[hash >> _wordShift];
        Volatile.Write(ref word, word | BitsOf(hash));
    }

    internal bool Remove(RevocationEntry entry)
    {
        int mask = _slots.Length - 1;
        for (int i = (int)entry.Target.Hash & mask; _slots[i] is { } there; i = (i + 1) & mask)
        {
            if (ReferenceEquals(there, entry))
            {
                Volatile.Write(ref _slots[i], s_removed);
                RemovedSlots++;
                return true;
            }
        }

        return false;
    }

    /// <summary>What is in a slot, or null.</summary>
    internal RevocationEntry? this[int slot] => Volatile.Read(ref _slots[slot]) is { } entry && !ReferenceEquals(entry, s_removed) ? entry : null;

    /// <summary>Four bits of a word. The word itself is chosen by the highest bits of the hash, the slot by the lowest.</summary>
    private static ulong BitsOf(ulong hash) =>
        (1UL << (int)(hash >> 20)) | (1UL << (int)(hash >> 26)) | (1UL << (int)(hash >> 32)) | (1UL << (int)(hash >> 14));
}
