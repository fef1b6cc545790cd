using System.Text.Json;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Incidents;

/// <summary>What freezing and revoking have in common: the stop that hosts read, and what they say about it.</summary>
internal static class StopVerb
{
    /// <summary>The longest life of a task: a stop of one that is not known here is kept so long.</summary>
    private static readonly TimeSpan s_longest = TaskRequest.MaxLifetime;

    public static RevocationTarget StopOf(RevocationTarget subject) =>
        subject.Kind == RevocationKind.Task ? RevocationTarget.TaskHold(subject.Tenant, new TaskId(subject.Id)) : subject;

    /// <summary>
    /// Writes the stop. From here on every host on the state reads it, also one that starts only now. Neither this nor what follows is given up half-way:
    /// whoever cancels would be told that nothing was done.
    /// </summary>
    /// <param name="session">The state.</param>
    /// <param name="target">What is stopped.</param>
    /// <param name="incident">The incident that lays the stop: reopening it lifts that.</param>
    /// <param name="by">Who.</param>
    /// <param name="reason">Why.</param>
    /// <param name="at">When; the entry of the timeline has the same time, by which hosts know whether this stop or an earlier one stands.</param>
    public static async Task WriteAsync(StateSession session, RevocationTarget target, IncidentId incident, string by, string reason, DateTimeOffset at) =>
        await session.State.Revocations.AddAsync(
            new RevocationEntry
            {
                Target = target,
                Reason = Printable.Text($"{reason} ({by})", IncidentEntry.MaxText),
                Cause = RevocationCause.OperatorKey,
                Incident = incident,
                At = at,
                ExpiresAt = target.Kind is RevocationKind.Task or RevocationKind.TaskHold ? at + s_longest : null,
            },
            CancellationToken.None).ConfigureAwait(false);

    /// <summary>Whether an entry is a host's word on a stop.</summary>
    public static bool IsReport(IncidentEntry entry, RevocationTarget target) => entry.Kind == IncidentEntryKind.Stopped && TextOf(entry, "target") == target.Kind.ToString();

    public static int Tell(StateSession session, VerbOutput output, IncidentId id, string done, IncidentEntry? report, IncidentEntry? rotated, bool json)
    {
        var incident = session.Find(id)!;
        var remaining = incident.GetRemaining(DateTimeOffset.UtcNow).ToList();
        if (report is null)
        {
            remaining.Insert(0, "no running host has said yet that it stopped; the stop stands in the state, and every host reads it before it serves");
        }

        if (json)
        {
            output.Json(writer =>
            {
                IncidentText.Write(writer, incident);
                writer.WriteBoolean("hostAnswered", report is not null);
                writer.WriteNumber("callsCancelled", report is null ? 0 : NumberOf(report, "callsCancelled"));
                writer.WriteNumber("leases", report is null ? 0 : NumberOf(report, "leases"));
                writer.WriteStartArray("rotations");
                foreach (var rotation in incident.GetRotations())
                {
                    writer.WriteStartObject();
                    writer.WriteString("issuer", rotation.Issuer);
                    writer.WriteString("profile", rotation.Profile);
                    writer.WriteString("state", IncidentText.Lower(rotation.State));
                    writer.WriteString("message", rotation.Message);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                IncidentText.WriteRemaining(writer, remaining);
            });
        }
        else
        {
            output.Line($"{incident.Id} is {IncidentText.Lower(incident.State)}: {IncidentText.Subject(incident)} is {done}.", "bold");
            if (report is not null)
            {
                output.Line($"host      {Printable.Text(report.Text)}");
            }

            if (rotated is not null)
            {
                output.Line($"secrets   {Printable.Text(rotated.Text)}");
            }

            IncidentText.Remaining(output, remaining);
        }

        return report is null ? ExitCode.No : ExitCode.Yes;
    }

    private static string? TextOf(IncidentEntry entry, string name) => Read(entry, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static long NumberOf(IncidentEntry entry, string name) => Read(entry, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;

    private static JsonElement? Read(IncidentEntry entry, string name)
    {
        try
        {
            return entry.Data is { } data && JsonElement.Parse(data).TryGetProperty(name, out var value) ? value : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
