namespace IntentAuthz;

/// <summary>
/// SHA-256 over the canonical JSON of tenant, task, agent, descriptor digest, action, resources and arguments: what an approval and a
/// repeated call are bound to. It can be guessed for guessable arguments, so audit records carry a keyed digest instead.
/// </summary>
public readonly struct CallDigest : IEquatable<CallDigest>
{
    private readonly ulong _first; // four of eight bytes: two of sixteen would be aligned to sixteen, and whatever holds one larger for it
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    internal CallDigest(ReadOnlySpan<byte> sha256)
    {
        _first = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(sha256);
        _second = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(sha256[8..]);
        _third = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(sha256[16..]);
        _fourth = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(sha256[24..]);
    }

    /// <inheritdoc/>
    public bool Equals(CallDigest other) =>
        _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CallDigest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _fourth.GetHashCode();

    /// <summary>Whether two digests are the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(CallDigest left, CallDigest right) => left.Equals(right);

    /// <summary>Whether two digests differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(CallDigest left, CallDigest right) => !left.Equals(right);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_first:x16}{_second:x16}{_third:x16}{_fourth:x16}";
}
