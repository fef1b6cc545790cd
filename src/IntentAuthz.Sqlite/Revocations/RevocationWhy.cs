using System.Buffers;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.Sqlite;

/// <summary>
/// Who revoked, why and because of what: one column, as JSON, since it is the same for all that one incident or one sweep has revoked, and is
/// then read once.
/// </summary>
internal sealed record RevocationWhy(Principal? By, string Reason, RevocationCause Cause, IncidentId? Incident)
{
    internal static string Write(RevocationEntry entry)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("cause"u8, entry.Cause.ToString());
            writer.WriteString("reason"u8, entry.Reason);
            if (entry.Incident is { } incident)
            {
                writer.WriteString("incident"u8, incident.Value);
            }

            if (entry.By is { } by)
            {
                writer.WriteStartObject("by"u8);
                writer.WriteString("kind"u8, by.Kind.ToString());
                writer.WriteString("id"u8, by.Id);
                writer.WriteString("tenant"u8, by.Tenant.Value);
                writer.WriteStartArray("roles"u8);
                foreach (string role in by.Roles)
                {
                    writer.WriteStringValue(role);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static RevocationWhy Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonElement why = document.RootElement;
        return new RevocationWhy(
            why.TryGetProperty("by"u8, out JsonElement by) ? ReadPrincipal(by) : null,
            why.GetProperty("reason"u8).GetString()!,
            Enum.Parse<RevocationCause>(why.GetProperty("cause"u8).GetString()!),
            why.TryGetProperty("incident"u8, out JsonElement incident) ? new IncidentId(incident.GetString()!) : null);
    }

    private static Principal ReadPrincipal(JsonElement by) => Principal.FromStore(
        Enum.Parse<PrincipalKind>(by.GetProperty("kind"u8).GetString()!),
        by.GetProperty("id"u8).GetString()!,
        new TenantId(by.GetProperty("tenant"u8).GetString()!),
        [.. by.GetProperty("roles"u8).EnumerateArray().Select(static r => r.GetString()!)]);
}
