using System.Text.Json;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// What was lent to tasks that do not run in this process any more: of tasks that nobody holds, their store says it; of others, the evidence in the
/// timeline. So a host that starts after the one that lent them still knows which secrets have to be renewed. Safe for use by many threads.
/// </summary>
internal sealed partial class LentBefore(TaskKeeping? keeping, TimeProvider time, ILogger<LentBefore> logger)
{
    private const int MaxRemembered = 64;
    private const int MaxLent = 256;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ILogger<LentBefore> _logger = logger;
    private readonly Lock _looking = new(); // protects _looks
    private readonly List<(RevocationTarget Subject, Task<HashSet<(string Issuer, string Profile)>?> Held)> _looks = [];

    /// <summary>
    /// Begins to read what held tasks on a subject were lent, before it is revoked: what rests on something revoked is removed from the store. It does not
    /// throw and waits for nothing.
    /// </summary>
    internal void Look(RevocationTarget subject)
    {
        if (keeping is null)
        {
            return;
        }

        Task<HashSet<(string, string)>?> held = Task.Run(() => ReadHeldAsync(subject));
        keeping.WaitFor(held);
        lock (_looking)
        {
            if (_looks.Count == MaxRemembered)
            {
                _looks.RemoveAt(0);
            }

            _looks.Add((subject, held));
        }
    }

    /// <summary>What is known to have been lent, and whether all could be read that should tell it.</summary>
    internal async Task<(HashSet<(string Issuer, string Profile)> Lent, bool IsComplete)> OfAsync(Incident incident)
    {
        HashSet<(string Issuer, string Profile)> lent = [];
        foreach (IncidentEntry entry in incident.Entries)
        {
            if (entry is { Kind: IncidentEntryKind.Evidence, Data: { } data })
            {
                AddTold(data, lent);
            }
        }

        if (keeping is null)
        {
            return (lent, true);
        }

        Look(incident.Subject);
        Task<HashSet<(string, string)>?>[] looks;
        lock (_looking)
        {
            looks = [.. _looks.Where(l => l.Subject == incident.Subject).Select(static l => l.Held)];
            _looks.RemoveAll(l => l.Subject == incident.Subject);
        }

        bool isComplete = true;
        foreach (Task<HashSet<(string, string)>?> look in looks)
        {
            HashSet<(string, string)>? held = await look.ConfigureAwait(false);
            isComplete &= held is not null;
            lent.UnionWith(held ?? []);
        }

        return (lent, isComplete);
    }

    /// <summary>Writes, for evidence, what a task was lent.</summary>
    internal static void Write(Utf8JsonWriter writer, AgentTask task)
    {
        writer.WriteStartArray("credentials"u8);
        foreach ((string issuer, string profile) in task.Leases.Lent.Take(MaxLent))
        {
            writer.WriteStartObject();
            IncidentJson.Text(writer, "profile", profile);
            IncidentJson.Text(writer, "issuer", issuer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void AddTold(string data, HashSet<(string Issuer, string Profile)> lent)
    {
        try
        {
            if (!JsonElement.Parse(data).TryGetProperty("histories"u8, out JsonElement histories))
            {
                return;
            }

            foreach (JsonElement credential in histories.EnumerateArray().SelectMany(static h => h.GetProperty("credentials"u8).EnumerateArray()))
            {
                if (lent.Count < MaxLent)
                {
                    lent.Add((credential.GetProperty("issuer"u8).GetString()!, credential.GetProperty("profile"u8).GetString()!));
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Another version's: it stays in the timeline, for people.
        }
    }

    private async Task<HashSet<(string Issuer, string Profile)>?> ReadHeldAsync(RevocationTarget subject)
    {
        try
        {
            HashSet<(string, string)> lent = [];
            foreach (TaskRecord record in await keeping!.Store.ReadHeldAsync(subject.Tenant, CancellationToken.None).AsTask().WaitAsync(s_patience, time).ConfigureAwait(false))
            {
                if (TaskFacts.RestsOn(record).Contains(subject) || (subject.Kind == RevocationKind.Agent && record.Agent.Value == subject.Id))
                {
                    lent.UnionWith(record.Notes.Select(static n => TaskNotes.FindLent(n.Key)).OfType<(string, string)>());
                }
            }

            return lent;
        }
        catch (Exception e)
        {
            LogUnread(e, subject);
            return null;
        }
    }

    [LoggerMessage(EventId = 1021, Level = LogLevel.Error, Message = "What tasks on {Subject} that do not run here were lent could not be read; the audit's lease records say it.")]
    private partial void LogUnread(Exception exception, RevocationTarget subject);
}
