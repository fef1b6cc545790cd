using System.Collections.Immutable;
using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>A public key by which a trust domain signs JWT-SVIDs. Immutable and safe for use by many threads.</summary>
public sealed class JwtAuthority
{
    private readonly byte[] _publicKey;

    internal JwtAuthority(string keyId, byte[] publicKey, ImmutableArray<string> algorithms)
    {
        KeyId = keyId;
        _publicKey = publicKey;
        Algorithms = algorithms;
    }

    /// <summary>The key's id, unique in its bundle.</summary>
    public string KeyId { get; }

    /// <summary>
    /// The algorithms (RFC 7518) the key may verify: the one its <c>alg</c> names, else the one of its curve, else those of RSA. A token's own
    /// word only selects among them.
    /// </summary>
    public ImmutableArray<string> Algorithms { get; }

    /// <summary>Whether the key is on an elliptic curve; else it is RSA.</summary>
    public bool IsEllipticCurve => Algorithms[0].StartsWith("ES", StringComparison.Ordinal);

    /// <summary>The key as DER <c>SubjectPublicKeyInfo</c>, for <see cref="AsymmetricAlgorithm.ImportSubjectPublicKeyInfo"/>.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _publicKey;

    /// <summary>Id and algorithms, for logs.</summary>
    public override string ToString() => $"{KeyId} ({string.Join(", ", Algorithms)})";
}
