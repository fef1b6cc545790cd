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

    internal bool Matches(OperatorKey? other) => other is not null && CryptographicOperations.FixedTimeEquals(_hash, other._hash);

    /// <summary>Always <c>[operator key]</c>.</summary>
    public override string ToString() => "[operator key]";
}
