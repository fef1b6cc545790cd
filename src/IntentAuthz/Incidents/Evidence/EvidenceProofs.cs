using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary><c>audit-proofs.json</c>: a checkpoint, and for records of the audit their paths to its root (RFC 6962, section 2.1.1).</summary>
internal sealed class EvidenceProofs
{
    internal const string Name = "audit-proofs.json";

    /// <summary>More than the paths of as many records as an excerpt may have.</summary>
    internal const int MaxBytes = 32 * 1024 * 1024;

    private const int MaxPath = 64; // a tree of more records than there can be

    private readonly Dictionary<long, Hash256[]> _paths = [];

    private EvidenceProofs(AuditCheckpoint checkpoint) => Checkpoint = checkpoint;

    internal AuditCheckpoint Checkpoint { get; }

    /// <summary>The records that paths are left of after <see cref="Take"/>, in order.</summary>
    internal IEnumerable<long> Left => _paths.Keys.Order();

    internal static byte[] Write(AuditCheckpoint checkpoint, IEnumerable<(long Number, IEnumerable<Hash256> Path)> proofs) => IncidentJson.ObjectBytes(writer =>
    {
        writer.WriteNumber("schema"u8, 1);
        writer.WritePropertyName("checkpoint"u8);
        writer.WriteRawValue(checkpoint.ToLine());
        writer.WriteStartArray("proofs"u8);
        foreach ((long number, IEnumerable<Hash256> path) in proofs)
        {
            writer.WriteStartObject();
            writer.WriteNumber("n"u8, number);
            writer.WriteStartArray("path"u8);
            foreach (Hash256 hash in path)
            {
                writer.WriteStringValue(hash.ToText());
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    /// <summary>Null when these are no proofs.</summary>
    internal static EvidenceProofs? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            JsonElement root = JsonElement.Parse(json);
            if (root.GetProperty("schema"u8).GetInt32() != 1 || !AuditCheckpoint.TryParse(root.GetProperty("checkpoint"u8).GetRawText(), out AuditCheckpoint? checkpoint))
            {
                return null;
            }

            EvidenceProofs proofs = new(checkpoint);
            JsonElement all = root.GetProperty("proofs"u8);
            if (all.GetArrayLength() > AuditExcerpt.MaxRecords)
            {
                return null;
            }

            foreach (JsonElement proof in all.EnumerateArray())
            {
                JsonElement path = proof.GetProperty("path"u8);
                if (path.GetArrayLength() > MaxPath || !proofs._paths.TryAdd(proof.GetProperty("n"u8).GetInt64(), [.. path.EnumerateArray().Select(ReadHash)]))
                {
                    return null;
                }
            }

            return proofs;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The path of a record, which is not among those that are left from here on; null when there is none.</summary>
    internal Hash256[]? Take(long number) => _paths.Remove(number, out Hash256[]? path) ? path : null;

    private static Hash256 ReadHash(JsonElement text) =>
        Hash256.TryParse(Encoding.UTF8.GetBytes(text.GetString() ?? ""), out Hash256 hash) ? hash : throw new FormatException("This is no hash.");
}
