using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// Finds things by name: what the look-ups of a request cost is most of what a decision costs. Filled once, then read by any
/// thread. The hash is keyed with numbers drawn for each table, so that names cannot be chosen to collide.
/// </summary>
/// <typeparam name="T">What is found.</typeparam>
internal sealed class NameTable<T>
    where T : class
{
    // So few are compared faster than hashed.
    private const int ScanLimit = 3;

    private readonly Slot[] _slots;
    private readonly int _mask;

    // All of the hash that is constant: a name that cancels a constant it knows makes a factor zero, whatever the rest of the key is.
    private readonly ulong _seed = Draw();
    private readonly ulong _key1 = Draw();
    private readonly ulong _key2 = Draw();

    public NameTable(IReadOnlyCollection<KeyValuePair<string, T>> entries)
    {
        Count = entries.Count;
        if (Count <= ScanLimit)
        {
            _slots = [.. entries.Select(entry => new Slot(0, entry.Key, entry.Value))];
            return;
        }

        // At most half full, so that a search ends after a step or two.
        _slots = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Count * 2)];
        _mask = _slots.Length - 1;
        foreach (var (name, value) in entries)
        {
            var hash = Hash(name);
            var index = (int)hash & _mask;
            while (_slots[index].Name is not null)
            {
                index = (index + 1) & _mask;
            }

            _slots[index] = new(hash, name, value);
        }
    }

    public int Count { get; }

    public IEnumerable<KeyValuePair<string, T>> Entries =>
        _slots.Where(slot => slot.Name is not null).Select(slot => KeyValuePair.Create(slot.Name, slot.Value));

    /// <summary>What has a name, or null.</summary>
    public T? Find(string name)
    {
        var slots = _slots;
        if (_mask == 0)
        {
            foreach (ref readonly var slot in slots.AsSpan())
            {
                if (slot.Name == name)
                {
                    return slot.Value;
                }
            }

            return null;
        }

        var hash = Hash(name);
        for (var index = (int)hash & _mask; ; index = (index + 1) & _mask)
        {
            ref readonly var slot = ref slots[index];
            if (slot.Name is null)
            {
                return null;
            }

            if (slot.Hash == hash && slot.Name == name)
            {
                return slot.Value;
            }
        }
    }

    // Sixteen bytes a step, each step a multiplication to 128 bits folded to 64, as in wyhash.
    private uint Hash(string name)
    {
        var (k1, k2) = (_key1, _key2);
        ref var bytes = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(name.AsSpan()));
        var length = name.Length * sizeof(char);
        var hash = _seed ^ ((ulong)length * k1);
        var offset = 0;
        for (; length - offset > 16; offset += 16)
        {
            hash = Fold(Read<ulong>(ref bytes, offset) ^ k1, Read<ulong>(ref bytes, offset + 8) ^ hash);
        }

        // The last reads overlap what was read before, where the rest is shorter than they are.
        var rest = length - offset;
        var (low, high) = rest >= 8 ? (Read<ulong>(ref bytes, offset), Read<ulong>(ref bytes, length - 8))
            : rest >= 4 ? (Read<uint>(ref bytes, offset), Read<uint>(ref bytes, length - 4))
            : rest >= 2 ? (Read<ushort>(ref bytes, offset), 0UL)
            : (0UL, 0UL);
        hash = Fold(low ^ k2, high ^ hash);
        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Draw() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TNumber Read<TNumber>(ref byte bytes, int offset)
        where TNumber : unmanaged => Unsafe.ReadUnaligned<TNumber>(ref Unsafe.Add(ref bytes, offset));

    private readonly record struct Slot(uint Hash, string Name, T Value);
}
