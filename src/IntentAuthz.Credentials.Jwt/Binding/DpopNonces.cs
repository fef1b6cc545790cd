using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// The nonces a service asks for in proofs (RFC 9449, section 9), so that no proof can be made ahead of time. A nonce is the time it was made
/// and a keyed hash of it, so nothing is stored. Give it to <see cref="JwtVerifierOptions.Nonces"/>, and send <see cref="Current"/> in
/// <c>DPoP-Nonce</c> with every answer. Safe for use by many threads.
/// </summary>
public sealed class DpopNonces
{
    private const int TimeBytes = 8;
    private const int MacBytes = 16;

    private static readonly TimeSpan s_minLifetime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_maxLifetime = TimeSpan.FromHours(1);

    private readonly byte[] _key;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _time;

    /// <summary>Begins to make nonces.</summary>
    /// <param name="key">32 bytes that all processes of a service share; random ones, good in this process alone, when empty.</param>
    /// <param name="lifetime">How long a nonce is good, ten seconds to one hour; five minutes when null.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <exception cref="ArgumentException">The key has another length, or the lifetime is out of range.</exception>
    public DpopNonces(ReadOnlySpan<byte> key = default, TimeSpan? lifetime = null, TimeProvider? time = null)
    {
        if (!key.IsEmpty && key.Length != SHA256.HashSizeInBytes)
        {
            throw new ArgumentException("Give 32 random bytes that all processes of the service share, or none.", nameof(key));
        }

        if (lifetime < s_minLifetime || lifetime > s_maxLifetime)
        {
            throw new ArgumentException($"A nonce is good for {s_minLifetime} to {s_maxLifetime}.", nameof(lifetime));
        }

        _key = key.IsEmpty ? RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes) : key.ToArray();
        _lifetime = lifetime ?? TimeSpan.FromMinutes(5);
        _time = time ?? TimeProvider.System;
    }

    /// <summary>A nonce to send now.</summary>
    public string Current => Make(_time.GetUtcNow().ToUnixTimeSeconds());

    internal bool IsGood(string nonce)
    {
        Span<byte> bytes = stackalloc byte[TimeBytes + MacBytes];
        if (nonce.Length != Base64Url.GetEncodedLength(bytes.Length) || !Base64Url.TryDecodeFromChars(nonce, bytes, out int written) || written != bytes.Length)
        {
            return false;
        }

        long madeAt = BinaryPrimitives.ReadInt64BigEndian(bytes);
        Span<byte> mac = stackalloc byte[MacBytes];
        Mac(bytes[..TimeBytes], mac);
        long age = _time.GetUtcNow().ToUnixTimeSeconds() - madeAt;
        return CryptographicOperations.FixedTimeEquals(mac, bytes[TimeBytes..]) && age >= -5 && age < _lifetime.TotalSeconds;
    }

    private string Make(long seconds)
    {
        Span<byte> bytes = stackalloc byte[TimeBytes + MacBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, seconds);
        Mac(bytes[..TimeBytes], bytes[TimeBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    private void Mac(ReadOnlySpan<byte> time, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, time, whole);
        whole[..MacBytes].CopyTo(mac);
    }
}
