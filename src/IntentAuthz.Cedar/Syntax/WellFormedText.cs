using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>Tests UTF-16 text for lone surrogates, which have no UTF-8 form and so no place in a policy or a value.</summary>
internal static class WellFormedText
{
    // Short texts are the usual ones, and for them the start of a vectorised search costs more than looking at all of them at once.
    private const int ShortLength = 16;

    public static bool IsWellFormed(ReadOnlySpan<char> text) =>
        (text.Length <= ShortLength && !HasSurrogate(text)) || IndexOfLoneSurrogate(text) < 0;

    private static bool HasSurrogate(ReadOnlySpan<char> text)
    {
        ref var first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        if (text.Length >= 8)
        {
            // Two groups of eight, which overlap where there are fewer than sixteen.
            return Vector128.EqualsAny(Vector128.LoadUnsafe(ref first) & Vector128.Create((ushort)0xF800), Vector128.Create((ushort)0xD800))
                || Vector128.EqualsAny(Vector128.LoadUnsafe(ref first, (nuint)text.Length - 8) & Vector128.Create((ushort)0xF800), Vector128.Create((ushort)0xD800));
        }

        if (text.Length >= 4)
        {
            return (SurrogateLanes(ref first) | SurrogateLanes(ref Unsafe.Add(ref first, text.Length - 4))) != 0;
        }

        foreach (var unit in text)
        {
            if (char.IsSurrogate(unit))
            {
                return true;
            }
        }

        return false;
    }

    // Four characters at once. A lane is zero where its five highest bits are those of a surrogate; the borrow of a subtraction tells.
    private static ulong SurrogateLanes(ref ushort first)
    {
        const ulong top = 0xF800_F800_F800_F800;
        const ulong surrogate = 0xD800_D800_D800_D800;
        const ulong one = 0x0001_0001_0001_0001;
        var lanes = (Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<ushort, byte>(ref first)) & top) ^ surrogate;
        return (lanes - one) & ~lanes & (one << 15);
    }

    /// <summary>Offset of the first lone surrogate, or -1.</summary>
    public static int IndexOfLoneSurrogate(ReadOnlySpan<char> text)
    {
        var offset = 0;
        while (true)
        {
            // Vectorised, so that the usual text without any surrogate costs next to nothing.
            var next = text[offset..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
            {
                return -1;
            }

            offset += next;
            if (offset + 1 >= text.Length || !char.IsSurrogatePair(text[offset], text[offset + 1]))
            {
                return offset;
            }

            offset += 2;
        }
    }
}
