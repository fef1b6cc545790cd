using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>Makes bound tokens and proofs byte by byte, so that an attack differs from a good request in one thing only.</summary>
internal sealed class ProofForge : IDisposable
{
    internal static readonly Uri Url = new("https://payments.bank.example/v1/orders");

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    internal ProofForge()
    {
        ECParameters parameters = _key.ExportParameters(includePrivateParameters: false);
        X = Base64Url.EncodeToString(parameters.Q.X);
        Y = Base64Url.EncodeToString(parameters.Q.Y);
    }

    internal string X { get; }

    internal string Y { get; }

    internal string PrivatePart => Base64Url.EncodeToString(_key.ExportParameters(includePrivateParameters: true).D);

    /// <summary>As RFC 7638 has it, written out once more.</summary>
    internal string Thumbprint => Hash($"{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{X}\",\"y\":\"{Y}\"}}");

    internal JsonObject Header() => new()
    {
        ["typ"] = "dpop+jwt",
        ["alg"] = "ES256",
        ["jwk"] = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = X, ["y"] = Y },
    };

    internal static JsonObject Claims(string token, DateTimeOffset now) => new()
    {
        ["jti"] = Guid.NewGuid().ToString(),
        ["htm"] = "POST",
        ["htu"] = Url.ToString(),
        ["iat"] = now.ToUnixTimeSeconds(),
        ["ath"] = Hash(token),
    };

    internal string Sign(JsonNode header, JsonNode claims) => Sign(header.ToJsonString(), claims.ToJsonString());

    internal string Sign(string header, string claims)
    {
        string signed = $"{TokenForge.Encode(header)}.{TokenForge.Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    internal static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    public void Dispose() => _key.Dispose();
}
