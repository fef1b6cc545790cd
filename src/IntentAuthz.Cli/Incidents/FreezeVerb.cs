using System.CommandLine;
using IntentAuthz.Cli.Output;
using IntentAuthz.Sqlite;

namespace IntentAuthz.Cli.Incidents;

/// <summary><c>intentauthz incident freeze</c>: stops at once what an incident is about, or what is named.</summary>
internal static class FreezeVerb
{
    private static readonly TimeSpan s_reading = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var of = new IncidentVerbOptions();
        var incident = new Argument<string?>("incident") { Description = "The incident's id; without one, name what to stop.", Arity = ArgumentArity.ZeroOrOne };
        var tenant = new Option<string?>("--tenant") { Description = "Whose; with --task, --agent, --tool or --whole-tenant." };
        var task = new Option<string?>("--task") { Description = "Hold this task: suspended until the incident is reopened." };
        var agent = new Option<string?>("--agent") { Description = "Stop this agent: its tasks end, and none is opened until the incident is reopened." };
        var tool = new Option<string?>("--tool") { Description = "Stop calls of this tool." };
        var whole = new Option<bool>("--whole-tenant") { Description = "Stop everything of the tenant." };
        var command = new Command(
            "freeze",
            """
            Stops at once what an incident is about. Every host on the state follows within 100 ms; calls in flight are cancelled, leases unmade.
            Example: intentauthz incident freeze inc_0b5f… --state state.db --key-file operator.key --as olga --reason "mails customers' data"
            Example: intentauthz incident freeze --agent invoice-bot --tenant acme --state state.db --key-file operator.key --as olga --reason "it loops"
            The exit code is 0 if a running host has said that it stopped, 1 if none did yet (the stop stands in the state all the same), 2 if the state
            cannot be written, 3 if the key is not the host's: then nothing was stopped.
            """)
        {
            incident, of.State, tenant, task, agent, tool, whole, of.KeyFile, of.By, of.Reason, of.Wait, of.Json,
        };
        command.SetAction((parsed, cancellation) => IncidentRun.OverUnreadAsync(parsed.GetRequiredValue(of.State), parsed, async (session, output) =>
        {
            var patience = IncidentVerbOptions.Patience(parsed.GetValue(of.Wait));
            if (IncidentRun.WhyNoKey(session, parsed.GetRequiredValue(of.KeyFile), output) is { } refused)
            {
                return refused;
            }

            var subject = Subject(parsed.GetValue(tenant), parsed.GetValue(task), parsed.GetValue(agent), parsed.GetValue(tool), parsed.GetValue(whole));
            var by = IncidentRun.By(parsed.GetRequiredValue(of.By));
            var reason = parsed.GetRequiredValue(of.Reason);
            Incident found;
            DateTimeOffset at;
            if (parsed.GetValue(incident) is { } id)
            {
                if (subject is not null)
                {
                    throw new FormatException("Give the incident, or what to stop, not both.");
                }

                await session.ReadAsync(cancellation).ConfigureAwait(false); // an incident that cannot be read is frozen by name
                found = IncidentRun.Find(session, id);
                if (!found.IsOpen)
                {
                    throw new ArgumentException($"The incident {id} is closed. Name what to stop instead: that opens another.");
                }

                at = DateTimeOffset.UtcNow;
                await StopVerb.WriteAsync(session, found.Stop, found.Id, by, reason, at).ConfigureAwait(false);
            }
            else
            {
                var target = subject ?? throw new FormatException("Name the incident, or what to stop: --task, --agent, --tool or --whole-tenant, with --tenant.");
                (found, at) = await StopByNameAsync(session, target, by, reason, cancellation).ConfigureAwait(false);
            }

            // One that is frozen already is not told again; its hosts have said what they stopped.
            var known = found.State == IncidentState.Contained ? found.Entries.LastOrDefault(e => StopVerb.IsReport(e, found.Stop)) : null;
            if (known is null)
            {
                await session.AppendAsync(session.Entry(found, IncidentEntryKind.Frozen, by, reason) with { At = at }, CancellationToken.None).ConfigureAwait(false);
            }

            var report = known ?? await session.WaitAsync(found.Id, e => e.At >= at && StopVerb.IsReport(e, found.Stop), patience, cancellation).ConfigureAwait(false);
            return StopVerb.Tell(session, output, found.Id, "frozen", report, rotated: null, parsed.GetValue(of.Json));
        }));
        return command;
    }

    /// <summary>Lays the stop, under the incident that is open about the target or under a new one. It is laid also where the incidents cannot be read, or not soon.</summary>
    private static async Task<(Incident Found, DateTimeOffset At)> StopByNameAsync(
        StateSession session, RevocationTarget target, string by, string reason, CancellationToken cancellation)
    {
        var at = DateTimeOffset.UtcNow;
        var opening = IncidentEntry.Opening(target, IncidentSeverity.High, by, reason, at, session.Origin);
        Incident? open = null;
        try
        {
            await session.ReadAsync(cancellation).WaitAsync(s_reading, cancellation).ConfigureAwait(false);
            open = session.Incidents.FirstOrDefault(i => i.IsOpen && i.Subject == target);
        }
        catch (Exception exception) when (exception is SqliteStateException or TimeoutException)
        {
            // It is told below, once the stop stands.
        }

        await StopVerb.WriteAsync(session, StopVerb.StopOf(target), open?.Id ?? opening.Incident, by, reason, at).ConfigureAwait(false);
        return (open ?? await OpenAsync(session, target, opening).ConfigureAwait(false), at);
    }

    private static async Task<Incident> OpenAsync(StateSession session, RevocationTarget target, IncidentEntry opening)
    {
        if (target.Kind == RevocationKind.Task)
        {
            try
            {
                var record = (await session.State.ReadTasksAsync(target.Tenant, CancellationToken.None).ConfigureAwait(false)).FirstOrDefault(t => t.Id.Value == target.Id);
                opening = IncidentEntry.Opening(target, IncidentSeverity.High, opening.By, opening.Text, opening.At, opening.Origin, record) with { Incident = opening.Incident };
            }
            catch (SqliteStateException)
            {
                // What the task is for is good to know; the stop stands without it.
            }
        }

        try
        {
            await session.AppendAsync(opening, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SqliteStateException exception)
        {
            throw new IOException($"The stop stands in the state, and every host on it follows. The incident could not be opened: {exception.Message}", exception);
        }

        return session.Find(opening.Incident)!;
    }

    private static RevocationTarget? Subject(string? tenant, string? task, string? agent, string? tool, bool whole)
    {
        var named = (task is null ? 0 : 1) + (agent is null ? 0 : 1) + (tool is null ? 0 : 1) + (whole ? 1 : 0);
        if (named == 0)
        {
            return tenant is null ? null : throw new FormatException("--tenant says whose; say what with --task, --agent, --tool or --whole-tenant.");
        }

        if (named > 1 || tenant is null)
        {
            throw new FormatException("Name one of --task, --agent, --tool and --whole-tenant, and whose it is with --tenant.");
        }

        var whose = new TenantId(tenant);
        return task is not null ? RevocationTarget.Task(whose, new TaskId(task))
            : agent is not null ? RevocationTarget.Agent(whose, new AgentId(agent))
            : tool is not null ? RevocationTarget.Tool(whose, tool)
            : RevocationTarget.WholeTenant(whose);
    }
}
