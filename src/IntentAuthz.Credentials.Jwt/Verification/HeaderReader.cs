using System.Text.Json;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Reads a token's header, before any cryptography. Nothing in it decides how the token is verified: <c>alg</c> and <c>typ</c> are held
/// against what is pinned, <c>kid</c> selects among known keys, and there may be nothing else.
/// </summary>
internal static class HeaderReader
{
    internal static string? TryReadKeyId(ReadOnlyMemory<byte> utf8, out Refusal? refusal)
    {
        using JsonDocument? document = StrictJson.TryRead(utf8, out refusal);
        if (document is null)
        {
            return null;
        }

        try
        {
            refusal = Check(document.RootElement);
            return refusal is null ? document.RootElement.GetProperty("kid"u8).GetString() : null;
        }
        catch (InvalidOperationException)
        {
            refusal = new Refusal(JwtRefusalCodes.TokenMalformed, "The token's header holds text that is no valid Unicode.");
            return null;
        }
    }

    private static Refusal? Check(JsonElement header)
    {
        // What would steer a careless verifier comes first: of several faults the most telling is reported.
        if (!Is(header, "alg"u8, JwtFormat.Algorithm))
        {
            return new Refusal(JwtRefusalCodes.AlgorithmNotAllowed, "The token is not signed by ES256, the only algorithm that is verified.");
        }

        if (header.TryGetProperty("crit"u8, out _))
        {
            return new Refusal(JwtRefusalCodes.CriticalHeader, "The token demands an extension by 'crit'; none is understood.");
        }

        foreach (JsonProperty member in header.EnumerateObject())
        {
            switch (member.Name)
            {
                case "alg" or "typ" or "kid":
                    break;
                case "jwk" or "jku" or "x5u" or "x5c" or "x5t" or "x5t#S256":
                    return new Refusal(JwtRefusalCodes.KeyInHeader, "The token brings or points at a key of its own; keys come from the issuer's key set only.");
                default:
                    return new Refusal(JwtRefusalCodes.UnexpectedHeader, "The token's header holds more than 'alg', 'typ' and 'kid'.");
            }
        }

        if (!Is(header, "typ"u8, JwtFormat.Type))
        {
            return new Refusal(JwtRefusalCodes.TypeNotAllowed, "The token's 'typ' is not 'at+jwt': it is no access token of this issuer.");
        }

        return header.TryGetProperty("kid"u8, out JsonElement kid) && kid.ValueKind == JsonValueKind.String && KeyIds.IsValid(kid.GetString())
            ? null
            : new Refusal(JwtRefusalCodes.InvalidKeyId, "The token's 'kid' is missing or has a form that no key id has.");
    }

    private static bool Is(JsonElement header, ReadOnlySpan<byte> name, string expected) =>
        header.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(expected);
}
