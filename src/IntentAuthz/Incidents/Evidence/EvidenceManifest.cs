using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz;

/// <summary><c>manifest.json</c>: which files belong to the evidence, each with its digest, and what is missing. Immutable.</summary>
internal sealed class EvidenceManifest
{
    internal const string Name = "manifest.json";
    internal const int MaxBytes = 1024 * 1024;
    private const int MaxFiles = 1_000;
    private const int MaxName = 64;

    internal required IncidentId Incident { get; init; }

    internal required ImmutableArray<(string Name, long Bytes, string Sha256)> Files { get; init; }

    internal required ImmutableArray<string> Missing { get; init; }

    internal byte[] ToBytes() => IncidentJson.ObjectBytes(
        writer =>
        {
            writer.WriteNumber("schema"u8, 1);
            writer.WriteString("incident"u8, Incident.Value);
            writer.WriteStartArray("files"u8);
            foreach ((string name, long bytes, string sha256) in Files)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, name);
                writer.WriteNumber("bytes"u8, bytes);
                writer.WriteString("sha256"u8, sha256);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            IncidentJson.List(writer, "missing", Missing, 32);
        },
        indented: true);

    /// <summary>Null when it is no manifest. A name in it is a plain one: it leads to no other directory.</summary>
    internal static EvidenceManifest? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            JsonElement root = JsonElement.Parse(json);
            JsonElement files = root.GetProperty("files"u8);
            EvidenceManifest manifest = new()
            {
                Incident = new IncidentId(root.GetProperty("incident"u8).GetString()!),
                Files = [.. files.EnumerateArray().Take(MaxFiles + 1).Select(ReadFile)],
                Missing = [.. root.GetProperty("missing"u8).EnumerateArray().Take(MaxFiles).Select(static m => ShownText.Of(m.GetString(), Identifier.MaxLength))],
            };
            return root.GetProperty("schema"u8).GetInt32() == 1
                && manifest.Files.Length <= MaxFiles
                && manifest.Files.All(static f => f.Bytes >= 0 && f.Sha256.Length == 64 && IsPlain(f.Name))
                && manifest.Files.Select(static f => f.Name).Distinct(StringComparer.Ordinal).Count() == manifest.Files.Length
                ? manifest : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static (string Name, long Bytes, string Sha256) ReadFile(JsonElement file) =>
        (file.GetProperty("name"u8).GetString() ?? "", file.GetProperty("bytes"u8).GetInt64(), file.GetProperty("sha256"u8).GetString() ?? "");

    private static bool IsPlain(string name) =>
        name.Length is > 0 and <= MaxName && name != Name && char.IsAsciiLetterLower(name[0]) && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');
}
