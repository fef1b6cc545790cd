using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Incidents;

/// <summary><c>intentauthz incident reopen</c> and <c>close</c>: gives back, and ends.</summary>
internal static class ReopenVerb
{
    public static Command Reopen()
    {
        var of = new IncidentVerbOptions();
        var role = new Option<string[]>("--role") { Description = "A role of yours that the host's policies know. May be given several times." };
        var command = new Command(
            "reopen",
            """
            Asks the running hosts to lift the stop that an incident has laid, and to resume a task that it held. They decide by policy whether the person
            who is named may (IntentAuthz::Action::"Reopen"). Name and roles are what the holder of the operator key types: the audit calls the person
            asserted, and a policy can refuse such a one (context.input.asserted). Tasks that have ended stay ended.
            Example: intentauthz incident reopen inc_0b5f… --state state.db --key-file operator.key --as olga --role oncall --reason "a false alarm"
            The exit code is 0 if it is lifted, 1 if it was refused, something else keeps it stopped, or no running host has answered, 2 if the state cannot
            be written, 3 if the key is not the host's.
            """)
        {
            of.Incident, of.State, of.KeyFile, of.By, role, of.Reason, of.Wait, of.Json,
        };
        command.SetAction((parsed, cancellation) => IncidentRun.OverAsync(parsed.GetRequiredValue(of.State), parsed, async (session, output) =>
        {
            var patience = IncidentVerbOptions.Patience(parsed.GetValue(of.Wait));
            if (IncidentRun.WhyNoKey(session, parsed.GetRequiredValue(of.KeyFile), output) is { } refused)
            {
                return refused;
            }

            var incident = IncidentRun.Find(session, parsed.GetRequiredValue(of.Incident));
            if (!incident.IsOpen)
            {
                throw new ArgumentException("The incident is closed. A stop that it left is lifted by the host, with LiftAsync and the operator key.");
            }

            var person = parsed.GetRequiredValue(of.By);
            var question = session.Entry(incident, IncidentEntryKind.Asked, IncidentRun.By(person), parsed.GetRequiredValue(of.Reason), Question(person, parsed.GetValue(role) ?? []));
            await session.AppendAsync(question, cancellation).ConfigureAwait(false);
            var answer = await session.WaitAsync(incident.Id, e => e.Kind == IncidentEntryKind.Answered && e.Regarding == question.Id, patience, cancellation).ConfigureAwait(false);
            using var data = JsonDocument.Parse(answer?.Data ?? "{}");
            var isPermitted = data.RootElement.TryGetProperty("permitted", out var permitted) && permitted.ValueKind == JsonValueKind.True;
            var isStopped = data.RootElement.TryGetProperty("stopped", out var stopped) && stopped.ValueKind == JsonValueKind.True;
            string[] remaining = data.RootElement.TryGetProperty("remaining", out var left) && left.ValueKind == JsonValueKind.Array ? [.. left.EnumerateArray().Select(static r => r.GetString() ?? "")] : [];
            incident = session.Find(incident.Id)!;
            if (parsed.GetValue(of.Json))
            {
                output.Json(writer =>
                {
                    IncidentText.Write(writer, incident);
                    writer.WriteBoolean("hostAnswered", answer is not null);
                    writer.WriteBoolean("reopened", isPermitted);
                    writer.WriteBoolean("stopped", isStopped);
                    writer.WriteString("explanation", answer?.Text);
                    IncidentText.WriteRemaining(writer, remaining);
                });
            }
            else
            {
                output.Line(
                    answer is null ? "No running host has answered: nothing was given back. Ask again when one runs."
                    : !isPermitted ? $"Refused: {Printable.Text(answer.Text)}"
                    : $"{incident.Id} is {IncidentText.Lower(incident.State)}: {(isStopped ? $"{IncidentText.Subject(incident)} stays stopped." : $"the stop of {IncidentText.Subject(incident)} is lifted.")}",
                    isPermitted && !isStopped ? "bold" : "yellow");
                IncidentText.Remaining(output, remaining);
            }

            return isPermitted && !isStopped ? ExitCode.Yes : ExitCode.No;
        }, cancellation));
        return command;
    }

    public static Command Close()
    {
        var of = new IncidentVerbOptions();
        var command = new Command(
            "close",
            """
            Says that an incident is over. What is stopped stays stopped; what is seen from here on opens another.
            Example: intentauthz incident close inc_0b5f… --state state.db --key-file operator.key --as olga --reason "policy fixed, see change 812"
            The exit code is 0 if it is closed, 2 if the state cannot be written, 3 if the key is not the host's.
            """)
        {
            of.Incident, of.State, of.KeyFile, of.By, of.Reason, of.Json,
        };
        command.SetAction((parsed, cancellation) => IncidentRun.OverAsync(parsed.GetRequiredValue(of.State), parsed, async (session, output) =>
        {
            if (IncidentRun.WhyNoKey(session, parsed.GetRequiredValue(of.KeyFile), output) is { } refused)
            {
                return refused;
            }

            var incident = IncidentRun.Find(session, parsed.GetRequiredValue(of.Incident));
            if (incident.IsOpen)
            {
                await session.AppendAsync(
                    session.Entry(incident, IncidentEntryKind.Closed, IncidentRun.By(parsed.GetRequiredValue(of.By)), parsed.GetRequiredValue(of.Reason)), cancellation).ConfigureAwait(false);
            }

            incident = session.Find(incident.Id)!;
            if (parsed.GetValue(of.Json))
            {
                output.Json(writer => IncidentText.Write(writer, incident));
            }
            else
            {
                output.Line($"{incident.Id} is {IncidentText.Lower(incident.State)}.");
            }

            return ExitCode.Yes;
        }, cancellation));
        return command;
    }

    private static string Question(string person, string[] roles)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("question", "reopen");
            writer.WriteString("person", person);
            writer.WriteStartArray("roles");
            foreach (var role in roles)
            {
                writer.WriteStringValue(role);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
