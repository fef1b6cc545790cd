using System.Globalization;
using System.Text.Json;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Incidents;

/// <summary>Prints incidents. All of it may be an agent's text, so all of it is made printable.</summary>
internal static class IncidentText
{
    private const int MaxShown = 200;

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Subject(Incident incident) => $"{incident.Subject.Kind.ToString().ToLowerInvariant()}{(incident.Subject.Id.Length > 0 ? $" {Printable.Text(incident.Subject.Id, MaxShown)}" : "")}";

    public static string Line(Incident incident) =>
        $"{incident.Id}  {Lower(incident.Severity),-8}  {Lower(incident.State),-10}  {Time(incident.OpenedAt)}  {Printable.Text(incident.Tenant.Value, MaxShown)}  {Printable.Text(incident.Agent?.Value ?? "-", MaxShown)}  {Subject(incident)}  {Printable.Text(incident.Reason, MaxShown)}";

    public static void Head(VerbOutput output, Incident incident)
    {
        output.Line($"incident  {incident.Id}", "bold");
        Row("is", $"{Lower(incident.Severity)}, {Lower(incident.State)}");
        Row("opened", $"{Time(incident.OpenedAt)} by {incident.OpenedBy}");
        Row("reason", incident.Reason);
        Row("tenant", incident.Tenant.Value);
        Row("about", Subject(incident));
        Row("agent", incident.Agent?.Value);
        Row("owner", incident.Owner);
        Row("purpose", incident.Purpose);
        Row("for", incident.OnBehalfOf);
        Row("policies", incident.PolicyVersion);

        void Row(string name, string? value)
        {
            if (value is not null)
            {
                output.Line($"{name,-8}  {Printable.Text(value, 1024)}");
            }
        }
    }

    public static void Timeline(VerbOutput output, Incident incident)
    {
        foreach (var entry in incident.Entries)
        {
            output.Line($"{Time(entry.At)}  {Lower(entry.Kind),-8}  {Printable.Text(entry.By, MaxShown)}: {Printable.Text(entry.Text, 1024)}");
        }
    }

    public static void Remaining(VerbOutput output, IReadOnlyCollection<string> remaining)
    {
        foreach (var left in remaining)
        {
            output.Line($"remains   {Printable.Text(left, 1024)}", "yellow");
        }
    }

    public static void Write(Utf8JsonWriter writer, Incident incident)
    {
        writer.WriteString("incident", incident.Id.Value);
        writer.WriteString("tenant", incident.Tenant.Value);
        writer.WriteString("severity", Lower(incident.Severity));
        writer.WriteString("state", Lower(incident.State));
        writer.WriteString("openedAt", incident.OpenedAt.UtcDateTime);
        writer.WriteString("openedBy", incident.OpenedBy);
        writer.WriteString("reason", incident.Reason);
        writer.WriteString("subjectKind", Lower(incident.Subject.Kind));
        writer.WriteString("subject", incident.Subject.Id);
        writer.WriteString("agent", incident.Agent?.Value);
        writer.WriteString("owner", incident.Owner);
        writer.WriteString("purpose", incident.Purpose);
    }

    public static void WriteRemaining(Utf8JsonWriter writer, IEnumerable<string> remaining)
    {
        writer.WriteStartArray("remaining");
        foreach (var left in remaining)
        {
            writer.WriteStringValue(left);
        }

        writer.WriteEndArray();
    }

    public static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
