using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>The keyed digest of a call's arguments. Without the key an account number cannot be found by trying all of them.</summary>
internal sealed class ArgumentsHasher
{
    private readonly byte[] _key;

    internal ArgumentsHasher(byte[] key) => _key = [.. key];

    /// <summary>The tenant is part of it, so that equal arguments of two tenants cannot be told to be equal.</summary>
    internal string Hash(TenantId tenant, JsonElement arguments)
    {
        ArrayBufferWriter<byte> canonical = new(256);
        using (Utf8JsonWriter writer = CanonicalJson.CreateWriter(canonical))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(tenant.Value);
            CanonicalJson.Write(writer, arguments);
            writer.WriteEndArray();
        }

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, canonical.WrittenSpan, mac);
        return Convert.ToHexStringLower(mac);
    }
}
