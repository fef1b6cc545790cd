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
            Asks the running hosts to lift the stop of an incident, and to resume a task that was held. They decide by policy whether the person who is
            named may (IntentAuthz::Action::"Reopen"): the operator key says who asks, and gives nothing back by itself. What was revoked stays ended.
            Example: intentauthz incident reopen inc_0b5f… --state state.db --key-file operator.key --as olga --role oncall --reason "a false alarm"
            The exit code is 0 if it was lifted, 1 if it was refused, no running host has answered, or the key is not the host's, 2 if the state cannot be written.
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
            string[] remaining = data.RootElement.TryGetProperty("remaining", out var left) && left.ValueKind == JsonValueKind.Array ? [.. left.EnumerateArray().Select(static r => r.GetString() ?? "")] : [];
            incident = session.Find(incident.Id)!;
            if (parsed.GetValue(of.Json))
            {
                output.Json(writer =>
                {
                    IncidentText.Write(writer, incident);
                    writer.WriteBoolean("hostAnswered", answer is not null);
                    writer.WriteBoolean("reopened", isPermitted);
                    writer.WriteString("explanation", answer?.Text);
                    IncidentText.WriteRemaining(writer, remaining);
                });
            }
            else
            {
                output.Line(
                    answer is null ? "No running host has answered: nothing was given back. Ask again when one runs."
                    : isPermitted ? $"{incident.Id} is {IncidentText.Lower(incident.State)}: the stop of {IncidentText.Subject(incident)} is lifted."
                    : $"Refused: {Printable.Text(answer.Text)}",
                    isPermitted ? "bold" : "yellow");
                IncidentText.Remaining(output, remaining);
            }

            return isPermitted ? ExitCode.Yes : ExitCode.No;
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
            The exit code is 0 if it is closed, 1 if the key is not the host's, 2 if the state cannot be written.
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
