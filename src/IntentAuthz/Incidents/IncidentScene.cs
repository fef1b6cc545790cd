using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// Finds what an incident is about in this process, and tells it as JSON. What it tells is bounded, and holds no arguments and no results: the
/// events of a history have both, and a secret that somebody put into an argument must not travel with the evidence.
/// </summary>
internal sealed class IncidentScene(
    TaskTable tasks, ApprovalRegistry approvals, CredentialBroker broker, LiveQuery live, SecretScrubber scrubber, IncidentBook book, LentHere lent)
{
    private const int MaxEvents = 256; // of all tasks together
    private const int MaxListed = 256;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    internal AgentTask? Find(TenantId tenant, TaskId id) => tasks.Find(tenant, id);

    internal EndedTask? FindEnded(TenantId tenant, TaskId id) => tasks.Ended.Find(tenant, id);

    /// <summary>The tasks that rest on the subject and have not ended.</summary>
    internal ImmutableArray<AgentTask> Covered(Incident incident) => Covered(incident.Subject);

    internal ImmutableArray<AgentTask> Covered(RevocationTarget subject) => subject.Kind == RevocationKind.TaskHold
        ? Covered(RevocationTarget.Task(subject.Tenant, new TaskId(subject.Id)))
        : subject.Kind == RevocationKind.Tool
        ? [.. tasks.Live.Where(t => t.Tenant == subject.Tenant && t.Calls.Any(c => c.Tool.Name == subject.Id))]
        : [.. tasks.Live.Where(t => t.RestsOn.AsSpan().Contains(subject))];

    internal async ValueTask<IncidentLive> ReadLiveAsync(Incident incident, CancellationToken cancellationToken)
    {
        LiveAuthority all;
        bool isComplete = true;
        try
        {
            all = await live.ReadAsync(incident.Tenant, cancellationToken).AsTask().WaitAsync(s_patience, book.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            isComplete = false;
            all = new LiveAuthority(
                [.. tasks.Live.Where(t => t.Tenant == incident.Tenant && !t.HasEnded)
                    .Select(static t => new LiveTask(t.Id, t.Tenant, t.Agent.Id, t.Owner, t.Purpose, t.State, t.Parent?.Id, t.OpenedAt, t.ExpiresAt))],
                [.. broker.Leases.Where(l => l.Tenant == incident.Tenant)]);
        }

        ImmutableArray<AgentTask> covered = Covered(incident);
        HashSet<TaskId> ids = [.. covered.Concat(book.Watched(incident.Id)).Select(static t => t.Id)];
        if (incident.RootTask is { } root)
        {
            ids.Add(root);
        }

        List<LiveCall> calls = [];
        foreach (AgentTask task in covered)
        {
            task.Calls.AddTo(calls, incident.Subject.Kind == RevocationKind.Tool ? incident.Subject.Id : null);
        }

        return new IncidentLive
        {
            Tasks = [.. all.Tasks.Where(t => IsAbout(incident, ids, t.Id, t.Agent))],
            Calls = [.. calls],
            Leases = [.. all.Leases.Where(l => IsAbout(incident, ids, l.Task, l.Agent))],
            Approvals = [.. approvals.GetPending(incident.Tenant).Where(a => IsAbout(incident, ids, a.Task, a.Agent)).Select(static a => a.Id)],
            IsComplete = isComplete,
        };
    }

    /// <summary>Tells what is known at this moment, as much of it as an entry holds.</summary>
    internal async ValueTask<(string Data, IncidentLive Live)> TellAsync(Incident incident, CancellationToken cancellationToken)
    {
        book.Watch(incident.Id, Covered(incident));
        IncidentLive now = await ReadLiveAsync(incident, cancellationToken).ConfigureAwait(false);
        ImmutableArray<AgentTask> known = book.Watched(incident.Id);
        for (int events = MaxEvents, listed = MaxListed; ; events /= 4, listed = Math.Max(8, listed / 2))
        {
            string data = scrubber.Scrub(IncidentJson.Object(writer => Write(writer, incident, now, known, events, listed)), out _);
            if (data.Length <= IncidentEntry.MaxData)
            {
                return (data, now);
            }

            if (events == 0 && listed == 8)
            {
                return ("""{"schema":1,"leftOut":"too much to be told in one entry"}""", now);
            }
        }
    }

    private static bool IsAbout(Incident incident, HashSet<TaskId> ids, TaskId task, AgentId agent) => incident.Subject.Kind switch
    {
        RevocationKind.Tenant => true,
        RevocationKind.Agent => agent.Value == incident.Subject.Id || ids.Contains(task),
        _ => ids.Contains(task),
    };

    private void Write(Utf8JsonWriter writer, Incident incident, IncidentLive now, ImmutableArray<AgentTask> known, int events, int listed)
    {
        writer.WriteNumber("schema"u8, 1);
        writer.WriteString("at"u8, book.Time.GetUtcNow().UtcDateTime);
        writer.WriteString("incident"u8, incident.Id.Value);
        writer.WriteBoolean("complete"u8, now.IsComplete && now.Tasks.Length <= listed && now.Calls.Length <= listed && now.Leases.Length <= listed);
        writer.WriteStartArray("histories"u8);
        int left = events;
        foreach (AgentTask task in known.OrderBy(static t => t.Depth))
        {
            WriteTask(writer, task, Math.Min(left, Math.Max(8, events / 2)), out int written);
            left -= written;
        }

        writer.WriteEndArray();
        WriteEnded(writer, tasks.Ended.On(incident.Subject).Where(t => known.All(k => k.Id != t.Id)), listed);
        LentBefore.Write(writer, lent, incident.Subject, known, listed);
        WriteLive(writer, now, listed);
    }

    /// <summary>Tasks on the subject that are over and whose history nobody has any more.</summary>
    private static void WriteEnded(Utf8JsonWriter writer, IEnumerable<EndedTask> ended, int listed)
    {
        writer.WriteStartArray("ended"u8);
        foreach (EndedTask task in ended.Take(listed))
        {
            writer.WriteStartObject();
            writer.WriteString("task"u8, task.Id.Value);
            writer.WriteString("root"u8, task.Root.Value);
            IncidentJson.Text(writer, "agent", task.Subject.Agent.Value);
            IncidentJson.Text(writer, "owner", task.Subject.Owner);
            IncidentJson.Text(writer, "purpose", task.Subject.Purpose);
            IncidentJson.Text(writer, "onBehalfOf", task.Subject.OnBehalfOf);
            LentBefore.WriteCredentials(writer, task.Leases.Lent);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteTask(Utf8JsonWriter writer, AgentTask task, int events, out int written)
    {
        writer.WriteStartObject();
        writer.WriteString("task"u8, task.Id.Value);
        IncidentJson.Text(writer, "parent", task.Parent?.Id.Value);
        writer.WriteString("state"u8, task.State.ToString().ToLowerInvariant());
        IncidentJson.Text(writer, "agent", task.Agent.Id.Value);
        writer.WriteBoolean("attested"u8, task.Agent.Attestation == Attestation.Verified);
        IncidentJson.Text(writer, "owner", task.Owner);
        IncidentJson.Text(writer, "purpose", task.Purpose);
        IncidentJson.Text(writer, "openedBy", task.OpenedBy.ToString());
        IncidentJson.Text(writer, "onBehalfOf", task.Delegation.User?.ToString());
        IncidentJson.List(writer, "delegation", task.Delegation.Links.Select(static l => $"{l.Id} {l.Agent}"), 32);
        IncidentJson.Text(writer, "mandate", task.Mandate.Description, 2048);
        writer.WriteString("openedAt"u8, task.OpenedAt.UtcDateTime);
        writer.WriteString("expiresAt"u8, task.ExpiresAt.UtcDateTime);
        writer.WriteNumber("calls"u8, task.History.Calls);
        writer.WriteNumber("denials"u8, task.History.Denials);
        writer.WriteNumber("errors"u8, task.History.Errors);
        writer.WriteNumber("approvalsAsked"u8, task.History.ApprovalsAsked);
        writer.WriteString("worstLabel"u8, task.History.WorstLabel.ToString());
        LentBefore.WriteCredentials(writer, task.Leases.Lent);
        writer.WriteStartArray("signals"u8);
        foreach (Signal signal in task.GetSignals().TakeLast(64))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, signal.Kind.Name());
            writer.WriteString("at"u8, signal.Time.UtcDateTime);
            writer.WriteString("task"u8, signal.Task.Value);
            IncidentJson.Text(writer, "call", signal.Call?.Value);
            IncidentJson.Text(writer, "evidence", signal.Evidence);
            writer.WriteString("response"u8, signal.Response.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        ImmutableArray<TaskEvent> log = task.GetEvents();
        int kept = Math.Min(log.Length, events);
        writer.WriteNumber("eventsLeftOut"u8, log.Length - kept);
        writer.WriteStartArray("events"u8);
        foreach (TaskEvent happened in log.AsSpan()[^kept..])
        {
            WriteEvent(writer, happened);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        written = kept;
    }

    private static void WriteEvent(Utf8JsonWriter writer, TaskEvent happened)
    {
        writer.WriteStartObject();
        writer.WriteNumber("n"u8, happened.Sequence);
        writer.WriteString("kind"u8, happened.Kind.ToString().ToLowerInvariant());
        writer.WriteString("at"u8, happened.Time.UtcDateTime);
        writer.WriteString("task"u8, happened.Task.Value);
        IncidentJson.Text(writer, "caller", happened.Caller.Value);
        writer.WriteString("call"u8, happened.Call.Value);
        IncidentJson.Text(writer, "tool", happened.Tool);
        IncidentJson.Text(writer, "action", happened.Action);
        IncidentJson.List(writer, "resources", happened.Resources, 8);
        IncidentJson.Text(writer, "outcome", happened.Outcome?.ToString().ToLowerInvariant());
        IncidentJson.Text(writer, "reason", happened.ReasonCode);
        IncidentJson.Text(writer, "label", happened.ResultLabel?.ToString());
        writer.WriteEndObject();
    }

    private static void WriteLive(Utf8JsonWriter writer, IncidentLive now, int listed)
    {
        writer.WriteStartObject("live"u8);
        writer.WriteStartArray("tasks"u8);
        foreach (LiveTask task in now.Tasks.Take(listed))
        {
            writer.WriteStartObject();
            writer.WriteString("task"u8, task.Id.Value);
            IncidentJson.Text(writer, "parent", task.Parent?.Value);
            writer.WriteString("state"u8, task.IsHeld ? "held" : task.State.ToString().ToLowerInvariant());
            IncidentJson.Text(writer, "agent", task.Agent.Value);
            IncidentJson.Text(writer, "owner", task.Owner);
            IncidentJson.Text(writer, "purpose", task.Purpose);
            writer.WriteString("expiresAt"u8, task.ExpiresAt.UtcDateTime);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("calls"u8);
        foreach (LiveCall call in now.Calls.Take(listed))
        {
            writer.WriteStartObject();
            writer.WriteString("call"u8, call.Id.Value);
            writer.WriteString("task"u8, call.Task.Value);
            IncidentJson.Text(writer, "tool", call.Tool);
            IncidentJson.Text(writer, "lease", call.Lease?.Value);
            IncidentJson.Text(writer, "containment", call.Containment);
            writer.WriteBoolean("running"u8, call.IsRunning);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("leases"u8);
        foreach (Lease lease in now.Leases.Take(listed))
        {
            writer.WriteStartObject();
            writer.WriteString("lease"u8, lease.Id.Value);
            writer.WriteString("task"u8, lease.Task.Value);
            IncidentJson.Text(writer, "profile", lease.Profile);
            IncidentJson.Text(writer, "issuer", lease.Issuer);
            IncidentJson.Text(writer, "audience", lease.Audience);
            writer.WriteString("state"u8, lease.State.ToString().ToLowerInvariant());
            writer.WriteString("honouredUntil"u8, lease.HonouredUntil.UtcDateTime);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        IncidentJson.List(writer, "approvals", now.Approvals.Select(static a => a.Value), listed);
        writer.WriteEndObject();
    }
}
