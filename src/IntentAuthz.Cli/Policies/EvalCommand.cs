using System.CommandLine;
using IntentAuthz.Cedar;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Policies;

/// <summary><c>intentauthz eval</c>: decides one request.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var options = new RequestOptions();
        var json = JsonOption.Create();
        var command = new Command(
            "eval",
            """
            Decides one request by policies, as Cedar does: allowed if a permit applies and no forbid does.
            Example: intentauthz eval --policies policies --entities entities.json --principal 'User::"alice"' --action 'Action::"pay"' --resource 'Account::"1"' --context context.json
            The exit code is 0 if it is allowed, 1 if it is denied, 2 if something cannot be read or is wrong.
            """);
        options.AddTo(command);
        command.Add(json);
        command.SetAction(parsed => Run(options, parsed, parsed.GetValue(json), new VerbOutput(parsed)));
        return command;
    }

    private static int Run(RequestOptions options, ParseResult parsed, bool json, VerbOutput output)
    {
        GivenRequest given;
        try
        {
            given = options.Read(parsed);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            return output.NoAnswer(exception.Message);
        }

        var response = CedarAuthorizer.Authorize(given.Request, given.Policies, given.Entities);
        var isAllowed = response.Decision == CedarDecision.Allow;
        if (json)
        {
            output.Json(writer =>
            {
                writer.WriteString("decision", isAllowed ? "allow" : "deny");
                writer.WriteStartArray("reasons");
                foreach (var id in response.Reasons)
                {
                    writer.WriteStringValue(id);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("errors");
                foreach (var error in response.Errors)
                {
                    Of(error).WriteTo(writer);
                }

                writer.WriteEndArray();
            });
        }
        else
        {
            output.Line(isAllowed ? "allow" : "deny", isAllowed ? "green" : "red");
            foreach (var id in response.Reasons)
            {
                output.Line($"  by {Printable.Text(id)} ({Printable.Text(given.Policies.Find(id)!.Source.ToString())})");
            }

            foreach (var error in response.Errors)
            {
                output.Line(Of(error).ToString(), "yellow");
            }
        }

        return isAllowed ? ExitCode.Yes : ExitCode.No;
    }

    private static PolicyFinding Of(PolicyError error) => new(IsError: true, "evaluation", error.Message, error.PolicyId, error.Span, error.Help);
}
