using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// The public keys of an issuer: a JSON Web Key Set (RFC 7517) of ES256 keys. As a key source it is fixed: it never learns of a rotation.
/// Immutable and safe for use by many threads.
/// </summary>
public sealed class VerificationKeySet : IVerificationKeySource
{
    /// <summary>The largest document, in bytes.</summary>
    public const int MaxDocumentBytes = 64 * 1024;

    /// <summary>The most keys of a document.</summary>
    public const int MaxKeys = 64;

    private readonly ImmutableArray<VerificationKey> _keys;
    private readonly FrozenDictionary<string, VerificationKey> _byId;

    internal VerificationKeySet(IEnumerable<VerificationKey> keys)
    {
        _keys = [.. keys];
        _byId = _keys.ToFrozenDictionary(static k => k.KeyId, StringComparer.Ordinal);
        KeyIds = [.. _keys.Select(static k => k.KeyId)];
    }

    /// <summary>The ids of the keys, in the document's order.</summary>
    public ImmutableArray<string> KeyIds { get; }

    /// <summary>
    /// Reads a document. Keys that are not for verifying ES256 are left out, since a document may hold others; a private key, a key id twice, a
    /// member twice or a point off the curve refuse the whole document.
    /// </summary>
    /// <param name="utf8">The JSON, at most <see cref="MaxDocumentBytes"/> bytes.</param>
    /// <exception cref="FormatException">The document is not a key set, or must not be trusted; the message says why.</exception>
    public static VerificationKeySet Parse(ReadOnlyMemory<byte> utf8) => new(KeySetReader.Read(utf8));

    /// <summary>The document: public keys only.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys"u8);
            foreach (VerificationKey key in _keys)
            {
                json.WriteStartObject();
                json.WriteString("kty"u8, "EC"u8);
                json.WriteString("use"u8, "sig"u8);
                json.WriteString("alg"u8, "ES256"u8);
                json.WriteString("crv"u8, "P-256"u8);
                json.WriteString("kid"u8, key.KeyId);
                json.WriteString("x"u8, key.X);
                json.WriteString("y"u8, key.Y);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <inheritdoc/>
    ValueTask<VerificationKeySet> IVerificationKeySource.GetKeysAsync(string keyId, CancellationToken cancellationToken) => new(this);

    internal VerificationKey? Find(string keyId) => _byId.GetValueOrDefault(keyId);
}
