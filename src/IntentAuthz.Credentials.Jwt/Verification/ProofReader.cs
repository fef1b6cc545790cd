using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Reads a proof of possession (RFC 9449, section 4.3) before any cryptography, as strictly as tokens are read: one algorithm, one kind of key,
/// no member of header or key that is not known.
/// </summary>
internal static class ProofReader
{
    /// <summary>The longest proof, in characters: a few times what one with the longest address needs.</summary>
    internal const int MaxLength = 4 * 1024;

    internal const int MaxUrl = 2 * 1024;
    private const int MaxText = 256;
    private const int SignatureBytes = 64;
    private const long LastSecond = 253_402_300_799; // of the year 9999

    internal static Proof? TryRead(string text, out Refusal? refusal)
    {
        if (text.Length > MaxLength)
        {
            refusal = new Refusal(JwtRefusalCodes.ProofTooLarge, $"The proof has more than {MaxLength} characters.");
            return null;
        }

        if (!TokenParts.TrySplit(text, out TokenParts parts))
        {
            refusal = new Refusal(JwtRefusalCodes.ProofMalformed, "The proof is not three parts of canonical base64url.");
            return null;
        }

        using JsonDocument? header = StrictJson.TryRead(parts.Header, out refusal);
        using JsonDocument? claims = refusal is null ? StrictJson.TryRead(parts.Claims, out refusal) : null;
        if (refusal is not null)
        {
            refusal = refusal.Code == JwtRefusalCodes.DuplicateMember
                ? new Refusal(JwtRefusalCodes.ProofDuplicateMember, "The proof's header or claims hold a member twice.")
                : Malformed();
            return null;
        }

        try
        {
            return Read(text, header!.RootElement, claims!.RootElement, out refusal);
        }
        catch (InvalidOperationException)
        {
            refusal = Malformed(); // text that is no valid Unicode
            return null;
        }
    }

    private static Proof? Read(string text, JsonElement header, JsonElement claims, out Refusal? refusal)
    {
        refusal = CheckHeader(header, out byte[] x, out byte[] y) ?? CheckClaims(claims);
        if (refusal is not null)
        {
            return null;
        }

        int end = text.LastIndexOf('.');
        byte[] signature = Base64Url.DecodeFromChars(text.AsSpan(end + 1));
        if (signature.Length != SignatureBytes)
        {
            refusal = new Refusal(JwtRefusalCodes.ProofBadSignature, "The proof's signature has not the length of an ES256 signature.");
            return null;
        }

        return new Proof
        {
            X = x,
            Y = y,
            Signed = Encoding.ASCII.GetBytes(text, 0, end),
            Signature = signature,
            Id = TextOf(claims, "jti")!,
            Method = TextOf(claims, "htm")!,
            Url = TextOf(claims, "htu")!,
            IssuedAt = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("iat"u8).GetInt64()),
            TokenHash = TextOf(claims, "ath")!,
            Nonce = TextOf(claims, "nonce"),
        };
    }

    private static Refusal? CheckHeader(JsonElement header, out byte[] x, out byte[] y)
    {
        x = y = [];
        if (TextOf(header, "alg") != JwtFormat.Algorithm)
        {
            return new Refusal(JwtRefusalCodes.ProofAlgorithmNotAllowed, "The proof is not signed by ES256, the only algorithm that is verified.");
        }

        foreach (JsonProperty member in header.EnumerateObject())
        {
            if (member.Name is not ("typ" or "alg" or "jwk"))
            {
                return new Refusal(JwtRefusalCodes.ProofUnexpectedHeader, "The proof's header holds more than 'typ', 'alg' and 'jwk'.");
            }
        }

        if (TextOf(header, "typ") != DpopFormat.Type)
        {
            return new Refusal(JwtRefusalCodes.ProofTypeNotAllowed, "The proof's 'typ' is not 'dpop+jwt'.");
        }

        return CheckKey(header, out x, out y);
    }

    private static Refusal? CheckKey(JsonElement header, out byte[] x, out byte[] y)
    {
        x = y = [];
        if (!header.TryGetProperty("jwk"u8, out JsonElement key) || key.ValueKind != JsonValueKind.Object)
        {
            return new Refusal(JwtRefusalCodes.ProofKeyNotAllowed, "The proof brings no key.");
        }

        foreach (JsonProperty member in key.EnumerateObject())
        {
            if (member.Name is "d" or "k" or "p" or "q" or "dp" or "dq" or "qi" or "oth")
            {
                return new Refusal(JwtRefusalCodes.ProofKeyPrivate, "The proof brings a private key, which is known to others now.");
            }
        }

        return key.GetPropertyCount() == 4
            && TextOf(key, "kty") == "EC"
            && TextOf(key, "crv") == "P-256"
            && TryReadCoordinate(key, "x", out x)
            && TryReadCoordinate(key, "y", out y)
                ? null
                : new Refusal(JwtRefusalCodes.ProofKeyNotAllowed, "The proof's key is not 'kty', 'crv', 'x' and 'y' of a key on P-256.");
    }

    private static Refusal? CheckClaims(JsonElement claims)
    {
        foreach (string name in (ReadOnlySpan<string>)["jti", "htm", "htu", "iat", "ath"])
        {
            if (!claims.TryGetProperty(name, out _))
            {
                return new Refusal(JwtRefusalCodes.ProofMissingClaim, $"The proof has no '{name}'.");
            }
        }

        bool isGood = claims.GetProperty("iat"u8) is { ValueKind: JsonValueKind.Number } iat
            && iat.TryGetInt64(out long seconds) && seconds is >= 0 and <= LastSecond
            && TextOf(claims, "jti") is { Length: > 0 and <= MaxText }
            && TextOf(claims, "htm") is { Length: > 0 and <= MaxText }
            && TextOf(claims, "htu") is { Length: > 0 and <= MaxUrl }
            && TextOf(claims, "ath") is { Length: > 0 and <= MaxText }
            && (!claims.TryGetProperty("nonce"u8, out _) || DpopFormat.IsNonce(TextOf(claims, "nonce")));
        return isGood ? null : new Refusal(JwtRefusalCodes.ProofInvalidClaim, "A claim of the proof has the wrong type or form, or is too long.");
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>32 bytes, in the one text that they have.</summary>
    private static bool TryReadCoordinate(JsonElement key, string name, out byte[] coordinate)
    {
        coordinate = [];
        string? text = TextOf(key, name);
        if (!DpopFormat.IsThumbprint(text))
        {
            return false;
        }

        coordinate = Base64Url.DecodeFromChars(text);
        return coordinate.Length == VerificationKey.CoordinateBytes;
    }

    private static Refusal Malformed() => new(JwtRefusalCodes.ProofMalformed, "The proof's header or claims are no JSON object, or nest too deep.");
}
