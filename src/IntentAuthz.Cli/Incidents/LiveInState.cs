using System.Text.Json;

namespace IntentAuthz.Cli.Incidents;

/// <summary>What the state alone says is live, in the form a host would answer: root tasks and leases.</summary>
internal static class LiveInState
{
    public static async Task<JsonDocument> ReadAsync(StateSession session, Incident incident, CancellationToken cancellation)
    {
        var tasks = await session.State.ReadTasksAsync(incident.Tenant, cancellation).ConfigureAwait(false);
        var leases = await session.State.Leases.ReadAsync(incident.Tenant, cancellation).ConfigureAwait(false);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("live");
            writer.WriteStartArray("tasks");
            foreach (var task in tasks.Where(t => IsAbout(incident, t.Id, t.Agent)))
            {
                writer.WriteStartObject();
                writer.WriteString("task", task.Id.Value);
                writer.WriteString("state", task.State.ToString().ToLowerInvariant());
                writer.WriteString("agent", task.Agent.Value);
                writer.WriteString("owner", task.Owner);
                writer.WriteString("purpose", task.Purpose);
                writer.WriteString("expiresAt", task.ExpiresAt.UtcDateTime);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("calls");
            writer.WriteEndArray();
            writer.WriteStartArray("leases");
            foreach (var lease in leases.Where(l => IsAbout(incident, l.Task, l.Agent)))
            {
                writer.WriteStartObject();
                writer.WriteString("lease", lease.Id.Value);
                writer.WriteString("task", lease.Task.Value);
                writer.WriteString("profile", lease.Profile);
                writer.WriteString("issuer", lease.Issuer);
                writer.WriteString("audience", lease.Audience);
                writer.WriteString("state", lease.State.ToString().ToLowerInvariant());
                writer.WriteString("honouredUntil", lease.HonouredUntil.UtcDateTime);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("approvals");
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.ToArray());
    }

    private static bool IsAbout(Incident incident, TaskId task, AgentId agent) => incident.Subject.Kind switch
    {
        RevocationKind.Tenant => true,
        RevocationKind.Agent => agent.Value == incident.Subject.Id,
        _ => task == incident.RootTask || task.Value == incident.Subject.Id,
    };
}
