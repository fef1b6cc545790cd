using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Reads a JWT-SVID before any cryptography. Unlike the issuer's own tokens it may hold further claims, which count for nothing; the claims
/// that count are read strictly.
/// </summary>
internal static class JwtSvidReader
{
    private const int MaxAudiences = 32;
    private const int MaxText = 256;
    private const long LastSecond = 253_402_300_799; // of the year 9999

    internal static JwtSvidHeader? ReadHeader(ReadOnlyMemory<byte> utf8, out Refusal? refusal)
    {
        using JsonDocument? document = StrictJson.TryRead(utf8, out refusal);
        if (document is null)
        {
            return null;
        }

        try
        {
            JsonElement header = document.RootElement;
            refusal = CheckHeader(header);
            return refusal is null
                ? new JwtSvidHeader(header.GetProperty("kid"u8).GetString()!, header.GetProperty("alg"u8).GetString()!)
                : null;
        }
        catch (InvalidOperationException)
        {
            refusal = new Refusal(SvidRefusalCodes.TokenMalformed, "The token's header holds text that is no valid Unicode.");
            return null;
        }
    }

    internal static JwtSvidClaims? ReadClaims(ReadOnlyMemory<byte> utf8, out Refusal? refusal)
    {
        using JsonDocument? document = StrictJson.TryRead(utf8, out refusal);
        if (document is null)
        {
            return null;
        }

        try
        {
            return ReadClaims(document.RootElement, out refusal);
        }
        catch (InvalidOperationException)
        {
            refusal = new Refusal(SvidRefusalCodes.TokenMalformed, "The token's claims hold text that is no valid Unicode.");
            return null;
        }
    }

    private static Refusal? CheckHeader(JsonElement header)
    {
        // What would steer a careless verifier comes first: of several faults the most telling is reported.
        if (Text(header, "alg") is not ("ES256" or "ES384" or "ES512" or "RS256" or "RS384" or "RS512" or "PS256" or "PS384" or "PS512"))
        {
            return new Refusal(SvidRefusalCodes.AlgorithmNotAllowed, "The token's 'alg' is none that a JWT-SVID may have.");
        }

        if (header.TryGetProperty("crit"u8, out _))
        {
            return new Refusal(SvidRefusalCodes.CriticalHeader, "The token demands an extension by 'crit'; none is understood.");
        }

        foreach (JsonProperty member in header.EnumerateObject())
        {
            switch (member.Name)
            {
                case "alg" or "typ" or "kid":
                    break;
                case "jwk" or "jku" or "x5u" or "x5c" or "x5t" or "x5t#S256":
                    return new Refusal(SvidRefusalCodes.KeyInHeader, "The token brings or points at a key of its own; keys come from the trust bundle only.");
                default:
                    return new Refusal(SvidRefusalCodes.UnexpectedHeader, "The token's header holds more than 'alg', 'typ' and 'kid'.");
            }
        }

        if (header.TryGetProperty("typ"u8, out _) && Text(header, "typ") is not ("JWT" or "JOSE"))
        {
            return new Refusal(SvidRefusalCodes.TypeNotAllowed, "The token's 'typ' is neither 'JWT' nor 'JOSE': it is no JWT-SVID.");
        }

        return IsText(Text(header, "kid"))
            ? null
            : new Refusal(SvidRefusalCodes.InvalidKeyId, "The token's 'kid' is missing or has a form that no key id has.");
    }

    private static JwtSvidClaims? ReadClaims(JsonElement claims, out Refusal? refusal)
    {
        refusal = null;
        foreach (string name in (ReadOnlySpan<string>)["sub", "aud", "exp"])
        {
            if (!claims.TryGetProperty(name, out _))
            {
                refusal = new Refusal(SvidRefusalCodes.MissingClaim, $"The token has no '{name}'.");
                return null;
            }
        }

        if (!SpiffeId.TryParse(Text(claims, "sub"), out SpiffeId subject) || subject.Path.Length == 0)
        {
            refusal = new Refusal(SvidRefusalCodes.InvalidSpiffeId, "The token's 'sub' is no SPIFFE ID of a workload.");
            return null;
        }

        ImmutableArray<string> audiences = Audiences(claims.GetProperty("aud"u8));
        if (audiences.IsEmpty
            || !TryTime(claims, "exp", out DateTimeOffset? expires) || !TryTime(claims, "nbf", out DateTimeOffset? begins) || !TryTime(claims, "iat", out DateTimeOffset? issued)
            || expires <= begins || expires <= issued)
        {
            refusal = new Refusal(SvidRefusalCodes.InvalidClaim, "The token's 'aud' or one of its times has a wrong form, or it ends before it begins.");
            return null;
        }

        return new JwtSvidClaims(subject, audiences, expires!.Value, begins, issued);
    }

    /// <summary>The audiences; none when the claim is neither a text nor an array of a few.</summary>
    private static ImmutableArray<string> Audiences(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString() is { } single && IsText(single) ? [single] : [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxAudiences)
        {
            return [];
        }

        string?[] all = [.. value.EnumerateArray().Select(static a => a.ValueKind == JsonValueKind.String ? a.GetString() : null)];
        return Array.TrueForAll(all, IsText) ? [.. all!] : [];
    }

    private static bool TryTime(JsonElement claims, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!claims.TryGetProperty(name, out JsonElement value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long seconds) || seconds is < 0 or > LastSecond)
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsText(string? text) => text is { Length: > 0 and <= MaxText } && !text.Any(char.IsControl);
}
