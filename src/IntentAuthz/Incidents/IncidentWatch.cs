using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Opens incidents for signals that are bad enough, and has further ones join. How many there may be is bounded per task, agent and tenant: an agent
/// that raises signals on purpose fills neither the memory nor the page of the person on call. Safe for use by many threads.
/// </summary>
internal sealed partial class IncidentWatch(
    IncidentBook book, IncidentScene scene, IncidentOptions options, Func<TenantId, string> policyVersion, TimeProvider time, ILogger<IncidentWatch> logger)
{
    private const int MaxSignals = 64; // of one incident's timeline
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private readonly ILogger<IncidentWatch> _logger = logger;
    private long _toldAt;
    private long _leftOut;

    /// <summary>How many signals would have opened an incident and found no room.</summary>
    internal long LeftOut => Interlocked.Read(ref _leftOut);

    /// <summary>After a signal was raised and what it leads to was done.</summary>
    internal void Signalled(AgentTask task, Signal signal)
    {
        IncidentSeverity severity = options.SeverityOf(signal);
        AgentTask root = task.Root;
        RevocationTarget subject = RevocationTarget.Task(root.Tenant, root.Id);
        if (Open(subject, root, null, severity, signal) is { } opened)
        {
            book.Watch(opened.Id, task == root ? [root] : [root, task]);
            _ = TellAsync(opened);
        }
    }

    /// <summary>A signal about a task that is over, or another process's. It is about the top of the task's tree, as any is, where that is still known.</summary>
    internal void Signalled(TenantId tenant, TaskId task, EndedTask? ended, SignalKind kind, string evidence)
    {
        Signal signal = new(kind, time.GetUtcNow(), task, null, evidence, SignalResponse.Record);
        TaskId top = ended?.Root ?? task;
        AgentTask? root = scene.Find(tenant, top);
        if (Open(RevocationTarget.Task(tenant, top), root, scene.FindEnded(tenant, top) ?? ended, options.SeverityOf(signal), signal) is { } opened)
        {
            book.Watch(opened.Id, root is null ? [] : [root]);
            _ = TellAsync(opened);
        }
    }

    /// <summary>Writes down what is known; for whoever opens or freezes. It never fails.</summary>
    internal async Task TellAsync(Incident incident, string? regarding = null)
    {
        try
        {
            await Task.Yield(); // a call waits for none of this
            (string data, IncidentLive live) = await scene.TellAsync(incident, CancellationToken.None).ConfigureAwait(false);
            book.Add(book.Entry(
                incident, IncidentEntryKind.Evidence, "host", $"{live.Tasks.Length} tasks, {live.Calls.Length} calls, {live.Leases.Length} leases, {live.Approvals.Length} approvals are live", data, regarding));
        }
        catch (Exception e)
        {
            LogNotTold(e, incident.Id);
        }
    }

    /// <summary>The incident that was opened; null where the signal joined one, was not bad enough, or found no room.</summary>
    private Incident? Open(RevocationTarget subject, AgentTask? root, EndedTask? ended, IncidentSeverity severity, Signal signal)
    {
        lock (book.Opening)
        {
            ImmutableArray<Incident> ofTenant = book.Read(i => i.Tenant == subject.Tenant);
            if (ofTenant.FirstOrDefault(i => i.IsOpen && i.Subject == subject) is { } open)
            {
                Join(open, severity, signal);
                return null;
            }

            if (options.OpenAt is not { } least || severity < least)
            {
                return null;
            }

            AgentId? agent = root?.Agent.Id ?? ended?.Subject.Agent; // all whose agent is not known any more have one quota together
            if (ofTenant.Count(i => i.Subject == subject) >= options.MaxPerTask
                || ofTenant.Count(static i => i.IsOpen && IsBySignal(i)) >= options.MaxPerTenant
                || ofTenant.Count(i => i.IsOpen && IsBySignal(i) && i.Agent == agent) >= options.MaxPerAgent)
            {
                LeaveOut(subject, signal);
                return null;
            }

            IncidentHead head = root is null && ended is not null
                ? IncidentHead.OfEnded(subject, severity, ended, VersionOf(subject.Tenant))
                : IncidentHead.Of(subject, severity, root, VersionOf(subject.Tenant));
            Incident? opened = book.Add(new IncidentEntry
            {
                Incident = IncidentId.New(), Tenant = subject.Tenant, Kind = IncidentEntryKind.Opened, At = signal.Time, By = Detector,
                Text = $"{signal.Kind.Name()}: {signal.Evidence}", Data = head.Write(), Origin = book.Origin,
            }).Incident;
            return opened is null ? null : Join(opened, severity, signal);
        }
    }

    private const string Detector = "detector";

    private static bool IsBySignal(Incident incident) => incident.OpenedBy == Detector;

    private Incident? Join(Incident incident, IncidentSeverity severity, Signal signal)
    {
        // Beyond the bound one goes in when it is worse than all before, or when the incident was thought to be over.
        if (incident.Entries.Count(static e => e.Kind == IncidentEntryKind.Signal) < MaxSignals || severity > incident.Severity || incident.State == IncidentState.Recovered)
        {
            incident = book.Add(book.Entry(incident, IncidentEntryKind.Signal, Detector, $"{signal.Kind.Name()}: {signal.Evidence}", IncidentJson.Object(writer =>
            {
                writer.WriteString("kind"u8, signal.Kind.Name());
                writer.WriteString("severity"u8, severity.ToString());
                writer.WriteString("task"u8, signal.Task.Value);
                IncidentJson.Text(writer, "call", signal.Call?.Value);
                writer.WriteString("response"u8, signal.Response.ToString());
            }))).Incident ?? incident;
        }

        // What the signal led to by itself is done already; that it reached all of the incident's task is what makes it contained.
        if (signal.Response >= SignalResponse.Suspend && incident.State == IncidentState.Detected && signal.Task.Value == incident.Subject.Id)
        {
            incident = book.Add(book.Entry(
                incident, IncidentEntryKind.Frozen, Detector, signal.Response == SignalResponse.Suspend ? "the signal suspended the task" : "the signal revoked the task")).Incident ?? incident;
        }

        return incident;
    }

    private string? VersionOf(TenantId tenant)
    {
        try
        {
            return policyVersion(tenant);
        }
        catch (Exception)
        {
            return null; // an engine of the host's that is broken: an incident is opened all the same
        }
    }

    private void LeaveOut(RevocationTarget subject, Signal signal)
    {
        Interlocked.Increment(ref _leftOut);
        if (_toldAt == 0 || time.GetElapsedTime(_toldAt) > s_quiet)
        {
            _toldAt = Math.Max(1, time.GetTimestamp());
            string shown = ShownText.Of(subject.ToString(), IncidentEntry.MaxText);
            LogNoRoom(shown, signal.Kind);
        }
    }

    [LoggerMessage(EventId = 1010, Level = LogLevel.Critical, Message = "No incident is opened for {Subject}, signal {Kind}: as many as IntentAuthzOptions.Incidents allows are there. Close those that are over. Further ones are in the audit only; this is logged once a minute.")]
    private partial void LogNoRoom(string subject, SignalKind kind);

    [LoggerMessage(EventId = 1011, Level = LogLevel.Error, Message = "What is known about incident {Incident} could not be written down.")]
    private partial void LogNotTold(Exception exception, IncidentId incident);
}
