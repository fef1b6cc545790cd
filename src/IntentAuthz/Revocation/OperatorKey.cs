using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// What the host's operators hold to stop things when nothing else works: it needs no policy, no healthy engine and no tenant. The library
/// keeps a hash of it only. Compared in constant time.
/// </summary>
public sealed class OperatorKey
{
    /// <summary>The fewest characters a key may have.</summary>
    public const int MinLength = 32;

    private readonly byte[] _hash;

    /// <summary>Takes the key's text.</summary>
    /// <param name="key">At least <see cref="MinLength"/> characters, made by a random generator.</param>
    /// <exception cref="ArgumentException">The key is too short.</exception>
    public OperatorKey(string key)
    {
        if (key is null || key.Length < MinLength)
        {
            throw new ArgumentException($"An operator key has at least {MinLength} random characters.", nameof(key));
        }

        _hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));
    }

    /// <summary>
    /// Makes text by which the key is told again and that does not say what the key is, for a store that another process opens. The key is random
    /// and long, so that a fast hash does; the salt keeps two stores of one key from looking alike.
    /// </summary>
    public string CreateVerifier()
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        return $"v1.{Convert.ToHexStringLower(salt)}.{Convert.ToHexStringLower(HMACSHA256.HashData(salt, _hash))}";
    }

    /// <summary>Whether <see cref="CreateVerifier"/> of the same key has made this text. Compared in constant time; text that it cannot have made is of no key.</summary>
    /// <param name="verifier">The text.</param>
    public bool IsVerifiedBy(string verifier)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        try
        {
            return verifier.Split('.') is ["v1", { Length: 32 } salt, { Length: 64 } mac]
                && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Convert.FromHexString(salt), _hash), Convert.FromHexString(mac));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    internal bool Matches(OperatorKey? other) => other is not null && CryptographicOperations.FixedTimeEquals(_hash, other._hash);

    /// <summary>Always <c>[operator key]</c>.</summary>
    public override string ToString() => "[operator key]";
}
