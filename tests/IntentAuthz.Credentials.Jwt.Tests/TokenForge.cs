using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>Makes tokens byte by byte, with the issuer's own key or another, so that an attack differs from a good token in one thing only.</summary>
internal sealed class TokenForge : IDisposable
{
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    internal TokenForge()
    {
        // The same private key as ring and verifier have: what is refused is refused for its content.
        Key = JwtSigningKey.FromPkcs8(_ecdsa.ExportPkcs8PrivateKey());
    }

    internal JwtSigningKey Key { get; }

    internal JsonObject Header() => new() { ["alg"] = "ES256", ["typ"] = "at+jwt", ["kid"] = Key.KeyId };

    internal static JsonObject Claims(DateTimeOffset now) => new()
    {
        ["iss"] = IssuingHost.Issuer,
        ["aud"] = IssuingHost.Audience,
        ["sub"] = "alice",
        ["sub_type"] = "person",
        ["act"] = new JsonObject { ["sub"] = "invoice-agent" },
        ["client_id"] = "invoice-agent",
        ["jti"] = "lease_0123456789abcdef0123456789abcdef",
        ["iat"] = now.ToUnixTimeSeconds(),
        ["nbf"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.ToUnixTimeSeconds() + 300,
        ["scope"] = "payments:write payments:read",
        ["tenant"] = "bank",
        ["authorization_details"] = new JsonArray(new JsonObject
        {
            ["type"] = "intentauthz_task",
            ["identifier"] = "task_0123456789abcdef0123456789abcdef",
            ["purpose"] = "pay the March invoices",
        }),
    };

    internal string Sign(JsonNode header, JsonNode claims) => Sign(header.ToJsonString(), claims.ToJsonString());

    internal string Sign(string header, string claims)
    {
        string signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(_ecdsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    internal static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    internal byte[] PublicKeyDer() => _ecdsa.ExportSubjectPublicKeyInfo();

    internal string PublicKeyPem() => _ecdsa.ExportSubjectPublicKeyInfoPem();

    public void Dispose() => _ecdsa.Dispose();
}
