using System.Buffers.Text;
using System.Security.Cryptography;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>What the two sides of a proof of possession (RFC 9449) agree on.</summary>
internal static class DpopFormat
{
    internal const string Scheme = "DPoP";
    internal const string ProofHeader = "DPoP";
    internal const string NonceHeader = "DPoP-Nonce";

    /// <summary>A proof of possession (RFC 9449, section 4.2).</summary>
    internal const string Type = "dpop+jwt";

    internal const int ThumbprintCharacters = 43; // SHA-256 in base64url
    internal const int MaxNonceLength = 256;

    /// <summary><c>ath</c>: SHA-256 of the token's ASCII bytes.</summary>
    internal static string TokenHash(ReadOnlySpan<byte> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, hash);
        return Base64Url.EncodeToString(hash);
    }

    /// <summary>Whether this is 1 to 256 characters a nonce may have (RFC 9449, section 8.1): visible ASCII without quote and backslash.</summary>
    internal static bool IsNonce(ReadOnlySpan<char> nonce) => nonce.Length <= MaxNonceLength && JwtFormat.IsScope(nonce);

    /// <summary>Whether this is the one text of 32 bytes in base64url, such as a SHA-256: the last character carries two bits that must be zero.</summary>
    internal static bool IsThumbprint(string? text) =>
        text is { Length: ThumbprintCharacters } && Base64Url.IsValid(text) && "AEIMQUYcgkosw048".Contains(text[^1]);
}
