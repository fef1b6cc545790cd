using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// Says that a log held so many records, these and no others, at a time: the root of the hash tree over all of them (RFC 6962) and the end of the
/// chain, signed by the host's key. Kept elsewhere, it shows whether the log was changed or cut since. Immutable.
/// </summary>
public sealed class AuditCheckpoint
{
    private const string Signed = "IntentAuthz audit checkpoint 1\n"; // so that no other signature by the same key can be taken for one

    internal AuditCheckpoint(string log, long records, Hash256 root, Hash256 chain, DateTimeOffset time, bool isClosing, string? keyId, byte[]? signature)
    {
        Log = log;
        Records = records;
        RootHash = root;
        ChainHash = chain;
        Time = time;
        IsClosing = isClosing;
        KeyId = keyId;
        Signature = signature;
    }

    /// <summary>Which log: random, made with it.</summary>
    public string Log { get; }

    /// <summary>How many records it held.</summary>
    public long Records { get; }

    /// <summary>The root of the hash tree over the records, base64url.</summary>
    public string Root => RootHash.ToText();

    /// <summary>The hash chain up to here, base64url.</summary>
    public string Chain => ChainHash.ToText();

    /// <summary>When it was made, in wall-clock time.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Whether the writer closed the log here.</summary>
    public bool IsClosing { get; }

    /// <summary>Whose signature it has; null when it is not signed.</summary>
    public string? KeyId { get; }

    internal Hash256 RootHash { get; }

    internal Hash256 ChainHash { get; }

    internal byte[]? Signature { get; }

    /// <summary>Reads a checkpoint as <see cref="ToString"/> writes it, or a line of a log that is one.</summary>
    /// <param name="json">The text.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <returns>Whether the text is one. Its signature is not looked at.</returns>
    public static bool TryParse(string json, [NotNullWhen(true)] out AuditCheckpoint? checkpoint)
    {
        ArgumentNullException.ThrowIfNull(json);
        return TryRead(Encoding.UTF8.GetBytes(json.Trim()), out checkpoint);
    }

    /// <summary>Whether a key has signed exactly this.</summary>
    /// <param name="key">The public key, on the curve P-256.</param>
    public bool IsSignedBy(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Signature is not null && key.VerifyData(ToBeSigned(), Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>The checkpoint as one line of JSON, to keep elsewhere.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToLine());

    internal AuditCheckpoint SignWith(ECDsa key, string keyId)
    {
        AuditCheckpoint named = new(Log, Records, RootHash, ChainHash, Time, IsClosing, keyId, null);
        return new AuditCheckpoint(
            Log, Records, RootHash, ChainHash, Time, IsClosing, keyId,
            key.SignData(named.ToBeSigned(), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    internal byte[] ToLine()
    {
        ArrayBufferWriter<byte> line = new(512);
        using (Utf8JsonWriter writer = CanonicalJson.CreateWriter(line))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("checkpoint"u8);
            WriteBody(writer);
            writer.WriteString("signature"u8, Signature is null ? null : System.Buffers.Text.Base64Url.EncodeToString(Signature));
            writer.WriteEndObject();
        }

        return line.WrittenSpan.ToArray();
    }

    /// <summary>Reads a line. Only the form that <see cref="ToLine"/> writes is understood, so that two readers cannot read two things.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> line, [NotNullWhen(true)] out AuditCheckpoint? checkpoint)
    {
        checkpoint = null;
        try
        {
            JsonElement root = JsonElement.Parse(line);
            JsonElement body = root.GetProperty("checkpoint"u8);
            if (Hash256.TryParse(Encoding.ASCII.GetBytes(body.GetProperty("root"u8).GetString()!), out Hash256 tree)
                && Hash256.TryParse(Encoding.ASCII.GetBytes(body.GetProperty("chain"u8).GetString()!), out Hash256 chain)
                && DateTimeOffset.TryParseExact(body.GetProperty("time"u8).GetString(), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time))
            {
                string? signature = root.GetProperty("signature"u8).GetString();
                AuditCheckpoint read = new(
                    body.GetProperty("log"u8).GetString()!, body.GetProperty("records"u8).GetInt64(), tree, chain, time, body.GetProperty("closing"u8).GetBoolean(),
                    body.GetProperty("key"u8).GetString(), signature is null ? null : System.Buffers.Text.Base64Url.DecodeFromChars(signature));
                checkpoint = read.Records is >= 0 and <= AuditLogLine.MaxRecords && read.ToLine().AsSpan().SequenceEqual(line) ? read : null;
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return false;
        }

        return checkpoint is not null;
    }

    private byte[] ToBeSigned()
    {
        ArrayBufferWriter<byte> bytes = new(512);
        bytes.Write(Encoding.ASCII.GetBytes(Signed));
        using (Utf8JsonWriter writer = CanonicalJson.CreateWriter(bytes))
        {
            WriteBody(writer);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private void WriteBody(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("log"u8, Log);
        writer.WriteNumber("records"u8, Records);
        writer.WriteString("root"u8, Root);
        writer.WriteString("chain"u8, Chain);
        writer.WriteString("time"u8, Time.ToString("O", CultureInfo.InvariantCulture));
        writer.WriteBoolean("closing"u8, IsClosing);
        writer.WriteString("key"u8, KeyId);
        writer.WriteEndObject();
    }
}
