using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz;

/// <summary>
/// What a file of a decision store begins with, in plain: a mark, a random id of the file, its number in the store and the name of the key; then
/// a MAC over that under a key of the file's own, which tells a wrong key from an altered block. All numbers are big-endian.
/// <code>mark 8 | file id 32 | number 8 | length of key id 2 | key id | mac 32</code>
/// </summary>
internal sealed class DecisionFileHeader
{
    internal const int IdSize = 32;
    internal const int MaxSize = Fixed + (4 * Identifier.MaxLength) + MacSize;

    private const int MacSize = HMACSHA256.HashSizeInBytes;
    private const int Fixed = 8 + IdSize + 8 + 2;

    private DecisionFileHeader(byte[] bytes, long number, string keyId)
    {
        Bytes = bytes;
        Number = number;
        KeyId = keyId;
        Hash = SHA256.HashData(bytes);
    }

    private static ReadOnlySpan<byte> Mark => "IADECID2"u8;

    /// <summary>The whole header, its MAC included.</summary>
    internal byte[] Bytes { get; }

    /// <summary>Names the file with everything that its header says: part of what every block vouches for.</summary>
    internal byte[] Hash { get; }

    internal long Number { get; }

    internal string KeyId { get; }

    /// <summary>Makes the header of a new file, and the cipher of its blocks.</summary>
    internal static DecisionFileHeader Create(long number, IDecisionKeyProvider keys, out BlockCipher cipher)
    {
        string keyId = Identifier.Validate(keys.CurrentKeyId, "key id");
        byte[] name = Encoding.UTF8.GetBytes(keyId);
        byte[] bytes = new byte[Fixed + name.Length + MacSize];
        Mark.CopyTo(bytes);
        RandomNumberGenerator.Fill(bytes.AsSpan(8, IdSize));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8 + IdSize), number);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(Fixed - 2), (ushort)name.Length);
        name.CopyTo(bytes.AsSpan(Fixed));
        FileKeys file = FileKeys.Derive(keys, keyId, bytes.AsSpan(8, IdSize))
            ?? throw new InvalidOperationException($"The key provider names '{keyId}' as its current key and does not give it.");
        using (file)
        {
            file.Mac(bytes.AsSpan(0, bytes.Length - MacSize), bytes.AsSpan(bytes.Length - MacSize));
            DecisionFileHeader header = new(bytes, number, keyId);
            cipher = new BlockCipher(file, header.Hash);
            return header;
        }
    }

    /// <summary>Reads a header. Null when the file ends within it, as when its process died there; then nothing was ever acknowledged in it.</summary>
    /// <exception cref="DecisionStoreException">It is none.</exception>
    internal static DecisionFileHeader? Read(ReadOnlySpan<byte> start, string file)
    {
        if (!start[..Math.Min(start.Length, 8)].SequenceEqual(Mark[..Math.Min(start.Length, 8)]))
        {
            throw new DecisionStoreException(file, 0, -1, "this is no file of a decision store, or its first bytes were altered.");
        }

        if (start.Length < Fixed)
        {
            return null;
        }

        int name = BinaryPrimitives.ReadUInt16BigEndian(start[(Fixed - 2)..]);
        if (Fixed + name + MacSize > MaxSize)
        {
            throw new DecisionStoreException(file, 0, -1, $"the header names a key of {name} bytes; it was altered.");
        }

        if (start.Length < Fixed + name + MacSize)
        {
            return null;
        }

        string keyId = Encoding.UTF8.GetString(start.Slice(Fixed, name));
        return Identifier.IsValid(keyId)
            ? new DecisionFileHeader(start[..(Fixed + name + MacSize)].ToArray(), BinaryPrimitives.ReadInt64BigEndian(start[(8 + IdSize)..]), keyId)
            : throw new DecisionStoreException(file, 0, -1, "the header's name of the key is no name; it was altered.");
    }

    /// <summary>The cipher of the file's blocks.</summary>
    /// <exception cref="DecisionStoreException">There is no such key, or it is another than the file was written with.</exception>
    internal BlockCipher Open(IDecisionKeyProvider keys, string file)
    {
        using FileKeys of = FileKeys.Derive(keys, KeyId, Bytes.AsSpan(8, IdSize))
            ?? throw new DecisionStoreException(file, 0, -1, $"it was written with the key '{KeyId}', which is not at hand.");
        Span<byte> mac = stackalloc byte[MacSize];
        of.Mac(Bytes.AsSpan(0, Bytes.Length - MacSize), mac);
        return CryptographicOperations.FixedTimeEquals(mac, Bytes.AsSpan(Bytes.Length - MacSize))
            ? new BlockCipher(of, Hash)
            : throw new DecisionStoreException(file, 0, -1, $"the key '{KeyId}' is another than the file was written with, or its header was altered.");
    }
}
