using System.Buffers.Binary;

namespace IntentAuthz;

/// <summary>What stands before each block, in plain: its length, its kind and its number. The block vouches for all three.</summary>
/// <param name="Length">The length of the block's content, in bytes.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Number">Its number in the file, from 0.</param>
internal readonly record struct BlockFrame(int Length, byte Kind, long Number)
{
    internal const int Size = 4 + 1 + 8;

    /// <summary>Decisions.</summary>
    internal const byte Decisions = 1;

    /// <summary>The file's last block: how many decisions it holds. A file without it was cut, or its process died or still writes.</summary>
    internal const byte End = 2;

    /// <summary>The most bytes of a block. A decision that does not fit is not kept.</summary>
    internal const int MaxLength = 16 * 1024 * 1024;

    internal void WriteTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes, Length);
        bytes[4] = Kind;
        BinaryPrimitives.WriteInt64BigEndian(bytes[5..], Number);
    }

    internal static BlockFrame Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt32BigEndian(bytes), bytes[4], BinaryPrimitives.ReadInt64BigEndian(bytes[5..]));
}
