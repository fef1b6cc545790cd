using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>The first line of each file of a log: what came before, so that the file can be read, gone on with and verified by itself. Immutable.</summary>
/// <param name="Log">Which log.</param>
/// <param name="Segment">Which of its files, from 0.</param>
/// <param name="Chain">The end of the chain in the file before; zeros in the first.</param>
/// <param name="Tree">The tree over the records of all files before.</param>
/// <param name="Time">When the file was begun, in wall-clock time.</param>
internal sealed record AuditLogHeader(string Log, long Segment, Hash256 Chain, MerkleTree Tree, DateTimeOffset Time)
{
    private static ReadOnlySpan<byte> Start => "{\"log\":"u8;

    /// <summary>Whether half a line can be the beginning of one.</summary>
    internal static bool MayBegin(ReadOnlySpan<byte> half) => half.StartsWith(Start) || Start.StartsWith(half);

    internal byte[] ToLine()
    {
        ArrayBufferWriter<byte> line = new(512);
        using (Utf8JsonWriter writer = CanonicalJson.CreateWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteString("log"u8, Log);
            writer.WriteNumber("schema"u8, 1);
            writer.WriteNumber("segment"u8, Segment);
            writer.WriteNumber("records"u8, Tree.Size);
            writer.WriteString("previous"u8, Chain.ToText());
            writer.WriteStartArray("tree"u8);
            foreach (Hash256 complete in Tree.Complete)
            {
                writer.WriteStringValue(complete.ToText());
            }

            writer.WriteEndArray();
            writer.WriteString("time"u8, Time.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        return line.WrittenSpan.ToArray();
    }

    /// <summary>Reads a line. Only the form that <see cref="ToLine"/> writes is understood.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> line, [NotNullWhen(true)] out AuditLogHeader? header)
    {
        header = null;
        try
        {
            JsonElement root = JsonElement.Parse(line);
            if (!Hash256.TryParse(Encoding.ASCII.GetBytes(root.GetProperty("previous"u8).GetString()!), out Hash256 chain))
            {
                return false;
            }

            List<Hash256> complete = [];
            foreach (JsonElement element in root.GetProperty("tree"u8).EnumerateArray())
            {
                if (!Hash256.TryParse(Encoding.ASCII.GetBytes(element.GetString()!), out Hash256 hash))
                {
                    return false;
                }

                complete.Add(hash);
            }

            AuditLogHeader read = new(
                root.GetProperty("log"u8).GetString()!, root.GetProperty("segment"u8).GetInt64(), chain,
                new MerkleTree(root.GetProperty("records"u8).GetInt64(), complete),
                DateTimeOffset.ParseExact(root.GetProperty("time"u8).GetString()!, "O", CultureInfo.InvariantCulture));
            header = read.Tree.Size <= AuditLogLine.MaxRecords && read.Segment is >= 0 and <= AuditLogLine.MaxRecords && read.ToLine().AsSpan().SequenceEqual(line) ? read : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return false;
        }

        return header is not null;
    }
}
