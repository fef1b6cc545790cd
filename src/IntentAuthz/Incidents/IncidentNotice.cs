using System.Text.Json;

namespace IntentAuthz;

/// <summary>What a sink is told. Texts are fit to be shown: one line, bounded, no control characters. It holds no arguments, no results and no secret. Immutable.</summary>
/// <param name="Incident">The incident, after what happened.</param>
/// <param name="Entry">What happened.</param>
public sealed record IncidentNotice(Incident Incident, IncidentEntry Entry)
{
    /// <summary>Names this notice: whoever is told twice of the same id was told once.</summary>
    public string Id => Entry.Id;

    /// <summary>The notice as a JSON object in UTF-8, ASCII only.</summary>
    public byte[] ToJson() => IncidentJson.ObjectBytes(Write);

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteNumber("schema"u8, 1);
        writer.WriteString("type"u8, $"incident.{Entry.Kind.ToString().ToLowerInvariant()}");
        writer.WriteString("id"u8, Entry.Id);
        writer.WriteString("incident"u8, Incident.Id.Value);
        IncidentJson.Text(writer, "tenant", Incident.Tenant.Value);
        writer.WriteString("severity"u8, Incident.Severity.ToString().ToLowerInvariant());
        writer.WriteString("state"u8, Incident.State.ToString().ToLowerInvariant());
        writer.WriteString("at"u8, Entry.At.UtcDateTime);
        IncidentJson.Text(writer, "by", Entry.By);
        IncidentJson.Text(writer, "text", Entry.Text, IncidentEntry.MaxText);
        writer.WriteString("openedAt"u8, Incident.OpenedAt.UtcDateTime);
        IncidentJson.Text(writer, "reason", Incident.Reason, IncidentEntry.MaxText);
        writer.WriteString("subjectKind"u8, Incident.Subject.Kind.ToString().ToLowerInvariant());
        IncidentJson.Text(writer, "subject", Incident.Subject.Id);
        IncidentJson.Text(writer, "agent", Incident.Agent?.Value);
        IncidentJson.Text(writer, "owner", Incident.Owner);
        IncidentJson.Text(writer, "purpose", Incident.Purpose);
    }
}
