using System.Security.Cryptography;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a proof says. Nothing of it is believed before its key was held against the token and its signature against the key.</summary>
internal sealed class Proof
{
    internal required byte[] X { get; init; }

    internal required byte[] Y { get; init; }

    /// <summary>The bytes that were signed: header and claims as they were sent.</summary>
    internal required byte[] Signed { get; init; }

    internal required byte[] Signature { get; init; }

    internal required string Id { get; init; }

    internal required string Method { get; init; }

    internal required string Url { get; init; }

    internal required DateTimeOffset IssuedAt { get; init; }

    internal required string TokenHash { get; init; }

    internal required string? Nonce { get; init; }

    internal string KeyThumbprint => VerificationKey.Thumbprint(X, Y);

    /// <summary>Whether the key that the proof brings has signed it.</summary>
    internal bool IsSigned()
    {
        try
        {
            // Importing checks that the point lies on the curve.
            using ECDsa key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = X, Y = Y } });
            return key.VerifyData(Signed, Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
