using System.CommandLine;
using System.Text.Json;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Incidents;

/// <summary><c>intentauthz incident list</c>, <c>show</c> and <c>live</c>: what there is, without changing anything.</summary>
internal static class LookVerbs
{
    public static Command List()
    {
        var of = new IncidentVerbOptions();
        var tenant = new Option<string?>("--tenant") { Description = "Only those of this tenant." };
        var all = new Option<bool>("--all") { Description = "Closed ones too." };
        var command = new Command(
            "list",
            """
            Lists the incidents that are not closed, the worst first.
            Example: intentauthz incident list --state state.db
            The exit code is 0 if there are none, 1 if there are, 2 if the state cannot be read.
            """)
        {
            of.State, tenant, all, of.Json,
        };
        command.SetAction((parsed, cancellation) => IncidentRun.OverAsync(parsed.GetRequiredValue(of.State), parsed, (session, output) =>
        {
            Incident[] incidents =
            [
                .. session.Incidents.Where(i => (parsed.GetValue(all) || i.IsOpen) && (parsed.GetValue(tenant) is not { } only || i.Tenant.Value == only))
                    .OrderByDescending(static i => i.Severity).ThenByDescending(static i => i.OpenedAt),
            ];
            if (parsed.GetValue(of.Json))
            {
                output.Json(writer =>
                {
                    writer.WriteStartArray("incidents");
                    foreach (var incident in incidents)
                    {
                        writer.WriteStartObject();
                        IncidentText.Write(writer, incident);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                });
            }
            else
            {
                foreach (var incident in incidents)
                {
                    output.Line(IncidentText.Line(incident));
                }

                output.Line(incidents.Length == 0 ? "No incident is open." : $"{incidents.Length} incident{(incidents.Length == 1 ? "" : "s")}.");
            }

            return Task.FromResult(incidents.Any(static i => i.IsOpen) ? ExitCode.No : ExitCode.Yes);
        }, cancellation));
        return command;
    }

    public static Command Show()
    {
        var of = new IncidentVerbOptions();
        var command = new Command(
            "show",
            """
            Shows one incident with its timeline and what remains to be seen to.
            Example: intentauthz incident show inc_0b5f… --state state.db
            The exit code is 0 if nothing remains, 1 if something does, 2 if there is no such incident.
            """)
        {
            of.Incident, of.State, of.Json,
        };
        command.SetAction((parsed, cancellation) => IncidentRun.OverAsync(parsed.GetRequiredValue(of.State), parsed, (session, output) =>
        {
            var incident = IncidentRun.Find(session, parsed.GetRequiredValue(of.Incident));
            var remaining = incident.GetRemaining(DateTimeOffset.UtcNow);
            if (parsed.GetValue(of.Json))
            {
                output.Json(writer =>
                {
                    IncidentText.Write(writer, incident);
                    IncidentText.WriteRemaining(writer, remaining);
                    writer.WriteStartArray("timeline");
                    foreach (var entry in incident.Entries)
                    {
                        writer.WriteStartObject();
                        writer.WriteString("at", entry.At.UtcDateTime);
                        writer.WriteString("kind", IncidentText.Lower(entry.Kind));
                        writer.WriteString("by", entry.By);
                        writer.WriteString("text", entry.Text);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                });
            }
            else
            {
                IncidentText.Head(output, incident);
                output.Line();
                IncidentText.Timeline(output, incident);
                IncidentText.Remaining(output, remaining);
            }

            return Task.FromResult(remaining.IsEmpty ? ExitCode.Yes : ExitCode.No);
        }, cancellation));
        return command;
    }

    public static Command Live()
    {
        var of = new IncidentVerbOptions();
        var command = new Command(
            "live",
            """
            Lists what is live of what an incident is about: tasks, calls in flight, leases, approvals that wait.
            Example: intentauthz incident live inc_0b5f… --state state.db
            The exit code is 0 if a running host has answered, 1 if none did: what is listed then is what the state holds, without calls and sub-tasks.
            It is 2 if there is no such incident.
            """)
        {
            of.Incident, of.State, of.Wait, of.Json,
        };
        command.SetAction((parsed, cancellation) => IncidentRun.OverAsync(parsed.GetRequiredValue(of.State), parsed, async (session, output) =>
        {
            var incident = IncidentRun.Find(session, parsed.GetRequiredValue(of.Incident));
            var answer = await AskAsync(session, incident, IncidentVerbOptions.Patience(parsed.GetValue(of.Wait)), cancellation).ConfigureAwait(false);
            using var live = answer?.Data is { } data ? JsonDocument.Parse(data) : await LiveInState.ReadAsync(session, incident, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(of.Json))
            {
                output.Json(writer =>
                {
                    writer.WriteString("incident", incident.Id.Value);
                    writer.WriteBoolean("hostAnswered", answer is not null);
                    writer.WritePropertyName("live");
                    live.RootElement.GetProperty("live").WriteTo(writer);
                });
            }
            else
            {
                LiveText.Print(output, live.RootElement.GetProperty("live"));
                if (answer is null)
                {
                    output.Line("No running host has answered: this is what the state holds, without calls in flight and sub-tasks.", "yellow");
                }
            }

            return answer is null ? ExitCode.No : ExitCode.Yes;
        }, cancellation));
        return command;
    }

    /// <summary>Asks the hosts what is live. Null when none answers in time.</summary>
    public static async Task<IncidentEntry?> AskAsync(StateSession session, Incident incident, TimeSpan patience, CancellationToken cancellation)
    {
        if (!incident.IsOpen)
        {
            return null;
        }

        var question = session.Entry(incident, IncidentEntryKind.Asked, "command line", "what is live", """{"question":"live"}""");
        await session.AppendAsync(question, cancellation).ConfigureAwait(false);
        return await session.WaitAsync(incident.Id, e => e.Kind == IncidentEntryKind.Evidence && e.Regarding == question.Id, patience, cancellation).ConfigureAwait(false);
    }
}
