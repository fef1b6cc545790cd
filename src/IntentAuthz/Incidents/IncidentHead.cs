using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>What never changes about an incident: the data of its first entry.</summary>
internal sealed record IncidentHead
{
    internal required RevocationTarget Subject { get; init; }

    internal required IncidentSeverity Severity { get; init; }

    internal TaskId? RootTask { get; init; }

    internal AgentId? Agent { get; init; }

    internal string? Owner { get; init; }

    internal string? Purpose { get; init; }

    internal string? OnBehalfOf { get; init; }

    internal string? PolicyVersion { get; init; }

    internal static IncidentHead Of(RevocationTarget subject, IncidentSeverity severity, AgentTask? task, string? policyVersion) => Of(subject, severity, task?.Root.Id, task?.Audited.Subject, policyVersion);

    /// <summary>Of a task that is over, as far as that is still known.</summary>
    internal static IncidentHead OfEnded(RevocationTarget subject, IncidentSeverity severity, EndedTask ended, string? policyVersion) =>
        Of(subject, severity, ended.Root, ended.Subject, policyVersion);

    private static IncidentHead Of(RevocationTarget subject, IncidentSeverity severity, TaskId? root, AuditSubject? task, string? policyVersion) => new()
    {
        Subject = subject,
        Severity = severity,
        RootTask = root,
        Agent = task?.Agent ?? (subject.Kind == RevocationKind.Agent ? new AgentId(subject.Id) : null),
        Owner = task?.Owner,
        Purpose = task?.Purpose,
        OnBehalfOf = task?.OnBehalfOf,
        PolicyVersion = policyVersion,
    };

    internal string Write() => IncidentJson.Object(writer =>
    {
        writer.WriteString("kind"u8, Subject.Kind.ToString());
        writer.WriteString("id"u8, Subject.Id);
        writer.WriteString("severity"u8, Severity.ToString());
        IncidentJson.Text(writer, "rootTask", RootTask?.Value);
        IncidentJson.Text(writer, "agent", Agent?.Value);
        IncidentJson.Text(writer, "owner", Owner);
        IncidentJson.Text(writer, "purpose", Purpose);
        IncidentJson.Text(writer, "onBehalfOf", OnBehalfOf);
        IncidentJson.Text(writer, "policyVersion", PolicyVersion);
    });

    internal static bool TryRead(IncidentEntry entry, [NotNullWhen(true)] out IncidentHead? head)
    {
        head = null;
        try
        {
            JsonElement data = JsonElement.Parse(entry.Data ?? "");
            RevocationKind kind = Enum.Parse<RevocationKind>(data.GetProperty("kind"u8).GetString()!);
            if (IsSubject(kind))
            {
                head = new IncidentHead
                {
                    Subject = RevocationTarget.FromStore(kind, entry.Tenant, data.GetProperty("id"u8).GetString()!),
                    Severity = Enum.Parse<IncidentSeverity>(data.GetProperty("severity"u8).GetString()!),
                    RootTask = Text("rootTask") is { } root ? new TaskId(root) : null,
                    Agent = Text("agent") is { } agent ? new AgentId(agent) : null,
                    Owner = Text("owner"),
                    Purpose = Text("purpose"),
                    OnBehalfOf = Text("onBehalfOf"),
                    PolicyVersion = Text("policyVersion"),
                };
            }

            string? Text(string name) => data.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            return false;
        }

        return head is not null;
    }

    internal static bool IsSubject(RevocationKind kind) => kind is RevocationKind.Task or RevocationKind.Agent or RevocationKind.Tool or RevocationKind.Tenant;
}
