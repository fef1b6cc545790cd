using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// What is hashed of a log, and how. Each kind of thing has a first byte of its own, so that one can never be taken for another: 0 and 1 are those
/// of RFC 6962.
/// </summary>
internal static class AuditHashing
{
    internal const byte Leaf = 0;
    internal const byte Node = 1;
    internal const byte Record = 2;
    internal const byte Header = 3;
    internal const byte Checkpoint = 4;

    private const int Small = 1024;

    internal static Hash256 Of(byte kind, ReadOnlySpan<byte> bytes)
    {
        byte[]? rented = null;
        Span<byte> all = bytes.Length < Small ? stackalloc byte[Small] : (rented = ArrayPool<byte>.Shared.Rent(bytes.Length + 1));
        all[0] = kind;
        bytes.CopyTo(all[1..]);
        Hash256 hash = default;
        SHA256.HashData(all[..(bytes.Length + 1)], hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return hash;
    }

    /// <summary>The chain after a record.</summary>
    internal static Hash256 Next(in Hash256 chain, long number, in Hash256 leaf)
    {
        Span<byte> all = stackalloc byte[1 + 32 + 8 + 32];
        all[0] = Record;
        ((ReadOnlySpan<byte>)chain).CopyTo(all[1..]);
        BinaryPrimitives.WriteInt64BigEndian(all[33..], number);
        ((ReadOnlySpan<byte>)leaf).CopyTo(all[41..]);
        return Hash256.From(SHA256.HashData(all));
    }

    /// <summary>The chain after a header or a checkpoint.</summary>
    internal static Hash256 Next(in Hash256 chain, byte kind, ReadOnlySpan<byte> line)
    {
        Span<byte> all = stackalloc byte[1 + 32 + 32];
        all[0] = kind;
        ((ReadOnlySpan<byte>)chain).CopyTo(all[1..]);
        Hash256 ofLine = Of(kind, line);
        ((ReadOnlySpan<byte>)ofLine).CopyTo(all[33..]);
        return Hash256.From(SHA256.HashData(all));
    }
}
