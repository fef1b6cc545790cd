using System.Buffers.Binary;

namespace IntentAuthz;

/// <summary>HMAC-SHA-256 of a call's canonical arguments: tells whether two calls had the same ones, to whoever holds both records and no key.</summary>
public readonly struct ArgumentsDigest : IEquatable<ArgumentsDigest>
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    internal ArgumentsDigest(ReadOnlySpan<byte> mac)
    {
        _high = BinaryPrimitives.ReadUInt128BigEndian(mac);
        _low = BinaryPrimitives.ReadUInt128BigEndian(mac[16..]);
    }

    /// <inheritdoc/>
    public bool Equals(ArgumentsDigest other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ArgumentsDigest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _low.GetHashCode();

    /// <summary>Whether two digests are the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(ArgumentsDigest left, ArgumentsDigest right) => left.Equals(right);

    /// <summary>Whether two digests differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(ArgumentsDigest left, ArgumentsDigest right) => !left.Equals(right);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_high:x32}{_low:x32}";
}
