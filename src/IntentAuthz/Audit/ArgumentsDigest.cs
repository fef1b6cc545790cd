using System.Buffers.Binary;

namespace IntentAuthz;

/// <summary>HMAC-SHA-256 of a call's canonical arguments: tells whether two calls had the same ones, to whoever holds both records and no key.</summary>
public readonly struct ArgumentsDigest : IEquatable<ArgumentsDigest>
{
    private readonly ulong _first; // four of eight bytes: two of sixteen would be aligned to sixteen, and whatever holds one larger for it
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    internal ArgumentsDigest(ReadOnlySpan<byte> mac)
    {
        _first = BinaryPrimitives.ReadUInt64BigEndian(mac);
        _second = BinaryPrimitives.ReadUInt64BigEndian(mac[8..]);
        _third = BinaryPrimitives.ReadUInt64BigEndian(mac[16..]);
        _fourth = BinaryPrimitives.ReadUInt64BigEndian(mac[24..]);
    }

    /// <inheritdoc/>
    public bool Equals(ArgumentsDigest other) =>
        _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ArgumentsDigest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _fourth.GetHashCode();

    /// <summary>Whether two digests are the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(ArgumentsDigest left, ArgumentsDigest right) => left.Equals(right);

    /// <summary>Whether two digests differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(ArgumentsDigest left, ArgumentsDigest right) => !left.Equals(right);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_first:x16}{_second:x16}{_third:x16}{_fourth:x16}";
}
