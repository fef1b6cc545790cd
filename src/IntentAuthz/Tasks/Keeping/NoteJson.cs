using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Notes are JSON: how what several of them hold is written and read. What cannot be read is a fault, never taken as nothing.</summary>
internal static class NoteJson
{
    internal static string Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static void Write(Utf8JsonWriter writer, string name, Principal principal)
    {
        writer.WriteStartObject(name);
        Write(writer, principal);
        writer.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter writer, Principal principal)
    {
        writer.WriteString("kind"u8, principal.Kind.ToString());
        writer.WriteString("id"u8, principal.Id);
        writer.WriteString("tenant"u8, principal.Tenant.Value);
        Write(writer, "roles", principal.Roles);
    }

    internal static Principal Principal(JsonElement json) => IntentAuthz.Principal.FromStore(
        Enum.Parse<PrincipalKind>(json.GetProperty("kind"u8).GetString()!), json.GetProperty("id"u8).GetString()!,
        new TenantId(json.GetProperty("tenant"u8).GetString()!), [.. Texts(json, "roles")]);

    internal static void Write(Utf8JsonWriter writer, string name, Obligations obligations)
    {
        writer.WriteStartObject(name);
        writer.WriteStartArray("approvals"u8);
        foreach (ApprovalRequirement requirement in obligations.Approvals)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(requirement.Role);
            writer.WriteNumberValue(requirement.Count);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteString("credential"u8, obligations.Credential);
        Write(writer, "containments", obligations.Containments);
        Write(writer, "redactions", obligations.Redactions);
        Write(writer, "rates", obligations.Rates.Select(static r => r.ToString()));
        writer.WriteEndObject();
    }

    internal static Obligations Obligations(JsonElement json) => new()
    {
        Approvals = [.. json.GetProperty("approvals"u8).EnumerateArray().Select(static a => new ApprovalRequirement(a[0].GetString()!, a[1].GetInt32()))],
        Credential = json.GetProperty("credential"u8).GetString(),
        Containments = [.. Texts(json, "containments")],
        Redactions = [.. Texts(json, "redactions")],
        Rates = [.. Texts(json, "rates").Select(static r => RateLimit.TryParse(r, out RateLimit limit) ? limit : throw new FormatException("A kept rate cannot be read."))],
    };

    internal static void Write(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    internal static ImmutableArray<string> Texts(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(static t => t.GetString()!)];
}
