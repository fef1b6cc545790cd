using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// What other processes do about incidents, such as the command line: a stop reaches this process through the revocation store, as any does. Here it
/// is told what that stopped, long-lived secrets are renewed, questions are answered, and the audit gets its record. Steps that were taken while no host
/// ran are caught up with when one starts: an entry of the timeline says which of them an audit has.
/// </summary>
internal sealed partial class IncidentDesk
{
    private const int MaxReports = 64;
    private static readonly TimeSpan s_keptReports = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_staleQuestion = TimeSpan.FromMinutes(1);

    private readonly Lock _reporting = new(); // protects _reports
    private readonly ConcurrentDictionary<RevocationTarget, ImmutableArray<AgentTask>> _stopping = new(); // between the two events of one stop
    private readonly List<StopReport> _reports = []; // stops by other processes whose incident was not read yet

    internal void Start()
    {
        stopping.Stopping += OnStopping;
        stopping.Stopped += OnStopped;
        book.Added += OnAdded;
        book.Loaded += OnLoaded;
    }

    /// <summary>Before a stop of others takes effect here: it ends tasks, and their history must still be at hand.</summary>
    private void OnStopping(RevocationEntry entry)
    {
        ImmutableArray<Incident> about = About(entry.Target);
        foreach (Incident incident in about)
        {
            book.Watch(incident.Id, scene.Covered(incident));
        }

        if (IncidentHead.IsSubject(entry.Target.Kind))
        {
            lentBefore.Look(entry.Target);
        }

        if (about.IsEmpty && IsAboutSubjects(entry.Target))
        {
            _stopping[entry.Target] = [.. scene.Covered(entry.Target).Take(IncidentBook.MaxWatched)];
        }
    }

    private void OnStopped(RevocationEntry entry, int calls, Task<ImmutableArray<ResidualWindow>> unmaking, bool isElsewhere)
    {
        ImmutableArray<AgentTask> covered = _stopping.TryRemove(entry.Target, out ImmutableArray<AgentTask> found) ? found : [];
        ImmutableArray<Incident> about = About(entry.Target);
        foreach (Incident incident in about)
        {
            Run(() => ReportAsync(incident, entry.Target, calls, unmaking), incident.Id);
            TellOfEnded(incident, covered);
        }

        if (about.IsEmpty && isElsewhere && IsAboutSubjects(entry.Target))
        {
            lock (_reporting)
            {
                DateTimeOffset now = book.Time.GetUtcNow();
                _reports.RemoveAll(r => now - r.At > s_keptReports);
                if (_reports.Count == MaxReports)
                {
                    _reports.RemoveAt(0);
                }

                _reports.Add(new StopReport(entry.Target, calls, unmaking, covered, now));
            }

            foreach (Incident late in About(entry.Target)) // read since it was looked for, and perhaps before there was a report to be found
            {
                ReportOf(late, entry.Target, null);
                TellOfEnded(late, covered);
            }
        }
    }

    /// <summary>The incident was read while its tasks were being ended, so what was told of it at first may have none of them.</summary>
    private void TellOfEnded(Incident incident, ImmutableArray<AgentTask> covered)
    {
        if (!covered.IsEmpty)
        {
            book.Watch(incident.Id, covered);
            Run(() => watch.TellAsync(incident), incident.Id);
        }
    }

    private async Task ReportAsync(Incident incident, RevocationTarget target, int calls, Task<ImmutableArray<ResidualWindow>> unmaking)
    {
        ImmutableArray<ResidualWindow> residuals = await unmaking.ConfigureAwait(false);
        book.Add(book.Entry(
            incident, IncidentEntryKind.Stopped, "host",
            $"{calls} calls were cancelled, {residuals.Length} leases retired, {residuals.Count(static r => r.Confirmed)} of them confirmed unmade", ResidualJson.Write(target, calls, residuals)));
    }

    private void OnAdded(Incident? before, Incident now, IncidentEntry entry, bool isOthers)
    {
        if (!isOthers || !entry.Origin.StartsWith(IncidentEntry.OutsideOrigin, StringComparison.Ordinal))
        {
            return; // another host sees to what it does itself
        }

        NoteOutside(now, entry);
        switch (entry.Kind)
        {
            case IncidentEntryKind.Opened:
                book.Watch(now.Id, scene.Covered(now));
                Run(() => watch.TellAsync(now), now.Id);
                break;
            case IncidentEntryKind.Frozen:
                ReportOf(now, now.Stop, entry);
                Run(() => watch.TellAsync(now), now.Id);
                break;
            case IncidentEntryKind.Revoked:
                ReportOf(now, now.Subject, entry);
                Run(() => RotateAsync(now, entry.Text), now.Id);
                break;
            case IncidentEntryKind.Asked when book.Time.GetUtcNow() - entry.At < s_staleQuestion:
                Run(() => AnswerAsync(now, entry), now.Id);
                break;
        }
    }

    /// <summary>Tells of a stop that was read before its incident was; or that there was nothing left to stop.</summary>
    private void ReportOf(Incident incident, RevocationTarget target, IncidentEntry? step)
    {
        StopReport? report;
        lock (_reporting)
        {
            report = _reports.Find(r => r.Target == target);
            if (report is not null)
            {
                _reports.Remove(report);
            }
        }

        if (report is not null)
        {
            book.Watch(incident.Id, report.Covered);
            Run(() => ReportAsync(incident, target, report.Calls, report.Unmaking), incident.Id);
        }
        else if (step is not null && revoked.Find(target) is { } standing && standing.At != step.At)
        {
            // The stop of the step itself has the step's time, and is told of when it takes effect. This one was there before, so nothing follows it.
            book.Add(book.Entry(incident, IncidentEntryKind.Stopped, "host", "it was stopped already, so nothing was left to stop", ResidualJson.Write(target, 0, [])));
        }
    }

    private async Task AnswerAsync(Incident incident, IncidentEntry question)
    {
        try
        {
            JsonElement asked = JsonElement.Parse(question.Data ?? "{}");
            switch (asked.GetProperty("question"u8).GetString())
            {
                case "live":
                    audit.AdministrationBy(
                        ShownText.Of(question.By, Identifier.MaxLength), AdministrativeActions.Respond,
                        $"live {incident.Id} about {ShownText.Of(incident.Subject.ToString(), 300)} at {question.At:u}, outside of this process", incident.Tenant,
                        new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, "Answered to whoever may write the host's state."));
                    await watch.TellAsync(incident, question.Id).ConfigureAwait(false);
                    break;
                case "reopen":
                    Principal by = Principal.AssertedPerson(
                        asked.GetProperty("person"u8).GetString()!, incident.Tenant, [.. asked.GetProperty("roles"u8).EnumerateArray().Select(static r => r.GetString()!)]);
                    IncidentStep step = await ReopenAsync(new IncidentActor(by, null, null), incident.Tenant, incident.Id, question.Text, question.Id, CancellationToken.None).ConfigureAwait(false);
                    Answer(incident, question, step.Decision, step.Remaining);
                    break;
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            Answer(incident, question, Decision.Deny(ReasonCodes.InvalidArguments, "The question cannot be understood."), []);
        }
    }

    private void Answer(Incident incident, IncidentEntry question, Decision decision, ImmutableArray<string> remaining) => book.Add(book.Entry(
        incident, IncidentEntryKind.Answered, "host", decision.Explanation,
        IncidentJson.Object(writer =>
        {
            writer.WriteBoolean("permitted"u8, decision.IsPermitted);
            writer.WriteBoolean("stopped"u8, revoked.Contains(incident.Stop));
            writer.WriteString("reason"u8, decision.ReasonCode);
            IncidentJson.List(writer, "policies", decision.DeterminingPolicies, 32);
            writer.WriteStartArray("remaining"u8);
            foreach (string left in remaining)
            {
                writer.WriteStringValue(ShownText.Of(left, IncidentEntry.MaxText));
            }

            writer.WriteEndArray();
        }),
        question.Id));

    private ImmutableArray<Incident> About(RevocationTarget target) =>
        IsAboutSubjects(target) ? book.Read(i => i.IsOpen && (i.Stop == target || i.Subject == target)) : [];

    private static bool IsAboutSubjects(RevocationTarget target) => target.Kind is RevocationKind.TaskHold || IncidentHead.IsSubject(target.Kind);

    /// <summary>What was done while no host ran: its record is written now, and secrets that a revocation left good are renewed.</summary>
    private void OnLoaded()
    {
        foreach (Incident incident in book.Read(static _ => true))
        {
            IncidentEntry[] missed =
            [
                .. incident.Entries.Where(e => e.Origin.StartsWith(IncidentEntry.OutsideOrigin, StringComparison.Ordinal) && StepOf(e.Kind) is not null && !IsAudited(incident, e)),
            ];
            foreach (IncidentEntry step in missed)
            {
                NoteOutside(incident, step);
            }

            if (incident.IsOpen && missed.Any(static e => e.Kind == IncidentEntryKind.Revoked)
                && incident.Entries.Last(static e => e.Kind is IncidentEntryKind.Revoked or IncidentEntryKind.Rotated) is { Kind: IncidentEntryKind.Revoked } last)
            {
                Run(() => RotateAsync(incident, last.Text), incident.Id);
            }
        }
    }

    /// <summary>Writes the record of a step that somebody else has taken, and once it is written says so in the timeline, so that no other host does it again.</summary>
    private void NoteOutside(Incident incident, IncidentEntry entry)
    {
        if (StepOf(entry.Kind) is not (var action, { } step))
        {
            return;
        }

        audit.Administration(
            null, action, $"{step} {incident.Id} about {ShownText.Of(incident.Subject.ToString(), 300)} by {entry.By} at {entry.At:u}, outside of this process: {entry.Text}", incident.Tenant,
            new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, "Done through the host's state, by whoever holds the operator key and may write it."));
        Run(
            async () =>
            {
                await audit.Queue.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                if (book.Find(incident.Id) is { } now && !IsAudited(now, entry))
                {
                    book.Add(book.Entry(now, IncidentEntryKind.Audited, "host", $"the step '{step}' by {entry.By} is in the audit", regarding: entry.Id));
                }
            },
            incident.Id);
    }

    private static bool IsAudited(Incident incident, IncidentEntry step) => incident.Entries.Any(e => e.Kind == IncidentEntryKind.Audited && e.Regarding == step.Id);

    private static (string Action, string Step)? StepOf(IncidentEntryKind kind) => kind switch
    {
        IncidentEntryKind.Opened => (AdministrativeActions.Respond, "open"),
        IncidentEntryKind.Frozen => (AdministrativeActions.Revoke, "freeze"),
        IncidentEntryKind.Revoked => (AdministrativeActions.Revoke, "revoke"),
        IncidentEntryKind.Exported => (AdministrativeActions.Respond, "export"),
        IncidentEntryKind.Closed => (AdministrativeActions.Respond, "close"),
        _ => null,
    };

    private void Run(Func<Task> work, IncidentId incident) => _ = Task.Run(async () =>
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogFailed(e, incident);
        }
    });

    [LoggerMessage(EventId = 1020, Level = LogLevel.Error, Message = "What follows a step on incident {Incident} met a fault; the step itself was taken.")]
    private partial void LogFailed(Exception exception, IncidentId incident);

    private sealed record StopReport(RevocationTarget Target, int Calls, Task<ImmutableArray<ResidualWindow>> Unmaking, ImmutableArray<AgentTask> Covered, DateTimeOffset At);
}
