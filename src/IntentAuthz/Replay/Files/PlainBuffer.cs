using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz;

/// <summary>Bytes on their way to be encrypted. Whatever array it leaves behind is wiped. One thread at a time.</summary>
internal sealed class PlainBuffer(int capacity)
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    internal void Byte(byte value) => Room(1)[0] = value;

    internal void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Room(value.Length));

    /// <summary>Seven bits a byte, the lowest first: small numbers, which most are, take one byte.</summary>
    internal void Number(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    /// <summary>A number that may be negative, its sign in the lowest bit.</summary>
    internal void Signed(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

    internal void Text(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Number((ulong)length);
        Encoding.UTF8.GetBytes(value, Room(length));
    }

    /// <summary>Takes back what was written behind a place.</summary>
    internal void CutTo(int length)
    {
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(length, Length - length));
        Length = length;
    }

    internal void Clear() => CutTo(0);

    private Span<byte> Room(int count)
    {
        int start = Length;
        int end = checked(start + count);
        if (end > _bytes.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(end, (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
            Written.CopyTo(larger);
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = larger;
        }

        Length = end;
        return _bytes.AsSpan(start, count);
    }
}
