namespace IntentAuthz;

/// <summary>
/// SHA-256 over the canonical JSON of tenant, task, agent, descriptor digest, action, resources and arguments: what an approval and a
/// repeated call are bound to. It can be guessed for guessable arguments, so audit records carry a keyed digest instead.
/// </summary>
public readonly struct CallDigest : IEquatable<CallDigest>
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    internal CallDigest(ReadOnlySpan<byte> sha256)
    {
        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(sha256);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(sha256[16..]);
    }

    /// <inheritdoc/>
    public bool Equals(CallDigest other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CallDigest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _low.GetHashCode();

    /// <summary>Whether two digests are the same.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(CallDigest left, CallDigest right) => left.Equals(right);

    /// <summary>Whether two digests differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(CallDigest left, CallDigest right) => !left.Equals(right);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_high:x32}{_low:x32}";
}
