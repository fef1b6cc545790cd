using System.Collections.Immutable;
using System.Text.Json;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// What was lent to what an incident is about. This process knows its own part; of tasks that nobody holds, their store says it; of others, the evidence
/// in the timeline. So a host that starts after the one that lent them still knows which secrets have to be renewed. Safe for use by many threads.
/// </summary>
internal sealed partial class LentBefore(LentHere here, TaskKeeping? keeping, TimeProvider time, ILogger<LentBefore> logger)
{
    private const int MaxRemembered = 64;
    private const int MaxLent = 4_096; // told by others
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ILogger<LentBefore> _logger = logger;
    private readonly Lock _looking = new(); // protects _looks
    private readonly List<(RevocationTarget Subject, Task<Held?> Held)> _looks = [];

    /// <summary>
    /// Begins to read what held tasks on a subject were lent, before it is revoked: what rests on something revoked is removed from the store. It does not
    /// throw and waits for nothing.
    /// </summary>
    internal void Look(RevocationTarget subject)
    {
        HashSet<(string, string)> running = [];
        if (subject.Kind == RevocationKind.Tool)
        {
            here.AddTo(running, subject); // its calls are over once it is stopped
        }
        else if (keeping is null)
        {
            return;
        }

        Task<Held?> held = keeping is null ? Task.FromResult<Held?>(new Held(running, false)) : Task.Run(() => ReadHeldAsync(subject, running));
        keeping?.WaitFor(held);
        lock (_looking)
        {
            if (_looks.Count == MaxRemembered)
            {
                _looks.RemoveAt(0);
            }

            _looks.Add((subject, held));
        }
    }

    /// <summary>All that is known to have been lent to what an incident is about: here, to tasks that nobody holds, and as the timeline tells it.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="origin">This process: what it told before is less than what it knows now.</param>
    internal async Task<LentCredentials> OfAsync(Incident incident, string origin)
    {
        HashSet<(string Issuer, string Profile)> lent = [];
        RevocationTarget subject = incident.Subject;
        bool isKnown = here.AddTo(lent, subject);
        bool isTask = subject.Kind == RevocationKind.Task;
        foreach (IncidentEntry entry in incident.Entries)
        {
            if (entry is { Kind: IncidentEntryKind.Evidence, Data: { } data })
            {
                bool isTold = AddTold(data, lent);
                isKnown = isTask ? isKnown || isTold : isKnown && (isTold || entry.Origin == origin); // one that knows a task knows all of it; of others each process knows its part
            }
        }

        (bool isRead, bool isHeld) = await AddHeldAsync(subject, lent).ConfigureAwait(false);
        List<string> unknown = [];
        if (!isRead)
        {
            unknown.Add("what tasks that do not run here were lent could not be read; the audit's lease records say it");
        }

        if (!isKnown && !(isTask && isHeld))
        {
            unknown.Add(isTask
                ? "what the task was lent is not known completely here; the audit's lease records say it, and secrets that issuers do not unmake have to be replaced by hand"
                : "more tasks have ended, or more was lent, than is remembered; the audit's lease records say what else was lent, to be replaced by hand");
        }

        return new LentCredentials(lent, [.. unknown]);
    }

    /// <summary>Writes, for evidence, all that the subject was lent as far as this process knows it. A task that may be lent more has it told completely by nobody.</summary>
    internal static void Write(Utf8JsonWriter writer, LentHere here, RevocationTarget subject, ImmutableArray<AgentTask> known, int most)
    {
        HashSet<(string Issuer, string Profile)> lent = [];
        bool isComplete = here.AddTo(lent, subject) && (subject.Kind != RevocationKind.Task || here.IsOver(subject));
        foreach (AgentTask task in known)
        {
            lent.UnionWith(task.Leases.Lent);
        }

        writer.WriteStartObject("lent"u8);
        writer.WriteBoolean("complete"u8, isComplete && lent.Count <= most);
        WriteCredentials(writer, lent.Take(most));
        writer.WriteEndObject();
    }

    internal static void WriteCredentials(Utf8JsonWriter writer, IEnumerable<(string Issuer, string Profile)> lent)
    {
        writer.WriteStartArray("credentials"u8);
        foreach ((string issuer, string profile) in lent)
        {
            writer.WriteStartObject();
            IncidentJson.Text(writer, "profile", profile);
            IncidentJson.Text(writer, "issuer", issuer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Adds what one telling says. False where it does not say all, or cannot be read.</summary>
    private static bool AddTold(string data, HashSet<(string Issuer, string Profile)> lent)
    {
        try
        {
            JsonElement told = JsonElement.Parse(data).GetProperty("lent"u8);
            foreach (JsonElement credential in told.GetProperty("credentials"u8).EnumerateArray())
            {
                if (lent.Count >= MaxLent)
                {
                    return false;
                }

                lent.Add((credential.GetProperty("issuer"u8).GetString()!, credential.GetProperty("profile"u8).GetString()!));
            }

            return told.GetProperty("complete"u8).GetBoolean();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false; // another version's: it stays in the timeline, for people
        }
    }

    /// <summary>Adds what tasks that nobody holds were lent.</summary>
    /// <returns>Whether the store could be read, and whether a task was there.</returns>
    private async Task<(bool IsRead, bool IsHeld)> AddHeldAsync(RevocationTarget subject, HashSet<(string Issuer, string Profile)> lent)
    {
        Look(subject);
        Task<Held?>[] looks;
        lock (_looking)
        {
            looks = [.. _looks.Where(l => l.Subject == subject).Select(static l => l.Held)];
            _looks.RemoveAll(l => l.Subject == subject);
        }

        bool isRead = true;
        bool isHeld = false;
        foreach (Task<Held?> look in looks)
        {
            Held? held = await look.ConfigureAwait(false);
            isRead &= held is not null;
            isHeld |= held?.IsAny == true;
            lent.UnionWith(held?.Lent ?? []);
        }

        return (isRead, isHeld);
    }

    private async Task<Held?> ReadHeldAsync(RevocationTarget subject, HashSet<(string Issuer, string Profile)> lent)
    {
        try
        {
            bool isAny = false;
            foreach (TaskRecord record in await keeping!.Store.ReadHeldAsync(subject.Tenant, CancellationToken.None).AsTask().WaitAsync(s_patience, time).ConfigureAwait(false))
            {
                if (TaskFacts.RestsOn(record).Contains(subject) || (subject.Kind == RevocationKind.Agent && record.Agent.Value == subject.Id))
                {
                    isAny = true;
                    lent.UnionWith(record.Notes.Select(static n => TaskNotes.FindLent(n.Key)).OfType<(string, string)>());
                }
            }

            return new Held(lent, isAny);
        }
        catch (Exception e)
        {
            LogUnread(e, subject);
            return null;
        }
    }

    [LoggerMessage(EventId = 1021, Level = LogLevel.Error, Message = "What tasks on {Subject} that do not run here were lent could not be read; the audit's lease records say it.")]
    private partial void LogUnread(Exception exception, RevocationTarget subject);

    private sealed record Held(HashSet<(string Issuer, string Profile)> Lent, bool IsAny);
}
