using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// The keyed digest of a call's arguments. Without the key an account number cannot be found by trying all of them. It keeps its buffers
/// from one use to the next, so one thread uses it: the audit's writer, which keeps hashing off the way of the call.
/// </summary>
internal sealed class ArgumentsHasher
{
    private readonly IncrementalHash _mac; // kept: to set one up costs more than to use it
    private readonly ArrayBufferWriter<byte> _canonical = new(1024);
    private readonly Utf8JsonWriter _writer;

    internal ArgumentsHasher(byte[] key)
    {
        _mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        _writer = CanonicalJson.CreateWriter(_canonical);
    }

    /// <summary>The tenant is part of it, so that equal arguments of two tenants cannot be told to be equal.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="arguments">One JSON value in UTF-8.</param>
    internal ArgumentsDigest Hash(TenantId? tenant, ReadOnlyMemory<byte> arguments)
    {
        _canonical.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartArray();
        _writer.WriteStringValue(tenant?.Value);
        CanonicalJson.Write(_writer, arguments);
        _writer.WriteEndArray();
        _writer.Flush();
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        _mac.AppendData(_canonical.WrittenSpan);
        _mac.GetHashAndReset(mac);
        return new ArgumentsDigest(mac);
    }
}
