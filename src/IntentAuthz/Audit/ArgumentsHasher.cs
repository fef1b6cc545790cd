using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// The keyed digest of a call's arguments. Without the key an account number cannot be found by trying all of them. It keeps its room
/// from one use to the next, cleared, so one thread uses it at a time.
/// </summary>
internal sealed class ArgumentsHasher : IDisposable
{
    private const int FirstRoom = 1024;
    private const int MostKept = 64 * 1024;

    private readonly IncrementalHash _mac; // kept: to set one up costs more than to use it
    private readonly Utf8JsonWriter _writer;
    private ArrayBufferWriter<byte> _canonical = new(FirstRoom);
    private TenantId? _tenant; // the last one, whose records mostly come in rows
    private byte[] _beginning;

    internal ArgumentsHasher(byte[] key)
    {
        _mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        _writer = CanonicalJson.CreateWriter(_canonical);
        _beginning = BeginningFor(null);
    }

    /// <summary>The tenant is part of it, so that equal arguments of two tenants cannot be told to be equal.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="arguments">One JSON value in UTF-8.</param>
    internal ArgumentsDigest Hash(TenantId? tenant, ReadOnlyMemory<byte> arguments)
    {
        if (tenant != _tenant)
        {
            (_beginning, _tenant) = (BeginningFor(tenant), tenant);
        }

        try
        {
            Write(arguments);
            Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
            _mac.AppendData(_canonical.WrittenSpan);
            _mac.GetHashAndReset(mac);
            return new ArgumentsDigest(mac);
        }
        finally
        {
            if (_canonical.Capacity > MostKept)
            {
                _canonical = new ArrayBufferWriter<byte>(FirstRoom);
            }
            else
            {
                _canonical.Clear();
            }
        }
    }

    public void Dispose()
    {
        _mac.Dispose();
        _writer.Dispose();
    }

    private void Write(ReadOnlyMemory<byte> arguments)
    {
        _canonical.Write(_beginning);
        if (CanonicalJson.TryWritePlain(arguments.Span, _canonical.GetSpan(arguments.Length), out int length))
        {
            _canonical.Advance(length);
        }
        else
        {
            _writer.Reset(_canonical);
            CanonicalJson.Write(_writer, arguments);
            _writer.Flush();
        }

        _canonical.Write("]"u8);
    }

    /// <summary>An array's beginning with the tenant as its first value; the arguments are the second.</summary>
    private static byte[] BeginningFor(TenantId? tenant)
    {
        ArrayBufferWriter<byte> text = new();
        text.Write("["u8);
        using (Utf8JsonWriter writer = CanonicalJson.CreateWriter(text))
        {
            writer.WriteStringValue(tenant?.Value);
        }

        text.Write(","u8);
        return text.WrittenSpan.ToArray();
    }
}
