using System.CommandLine;
using IntentAuthz.Cedar;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Policies;

/// <summary><c>intentauthz explain</c>: says why a request is decided as it is, and what would have to differ.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var options = new RequestOptions();
        var json = JsonOption.Create();
        var command = new Command(
            "explain",
            """
            Says which policies decide a request, which nearly do, which condition is false and where it stands, and the smallest change that permits.
            Example: intentauthz explain --policies policies --entities entities.json --request refused.json
            The exit code is 0 if the request is allowed, 1 if it is denied, 2 if something cannot be read or is wrong.
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

        var explanation = CedarExplainer.Explain(given.Request, given.Policies, given.Entities, PolicyVocabulary.Create(given.Request.Principal.Uid));
        if (json)
        {
            output.Line(explanation.ToJson());
        }
        else
        {
            var color = explanation.IsAccepted ? "green" : "red";
            var lines = explanation.ToString().Split(Environment.NewLine);
            for (var i = 0; i < lines.Length; i++)
            {
                var line = Printable.Text(lines[i]);
                if (i == 0)
                {
                    output.Line(line, color);
                }
                else
                {
                    output.Line(line);
                }
            }
        }

        return explanation.IsAccepted ? ExitCode.Yes : ExitCode.No;
    }
}
