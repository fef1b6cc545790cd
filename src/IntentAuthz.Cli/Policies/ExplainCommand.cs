using System.CommandLine;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Policies;

/// <summary><c>intentauthz explain</c>: says why a request is decided as it is, and what would have to differ.</summary>
internal static class ExplainCommand
{
    public static Command Create() => RequestVerb.Create(
        "explain",
        """
        Says which policies decide a request, which nearly do, which condition is false and where it stands, and the smallest change found that
        permits. It decides as eval does.
        Example: intentauthz explain --policies policies --entities entities.json --request refused.json
        The exit code is 0 if the request is permitted, 1 if it is denied or an approval is asked for, 2 if something cannot be read or is wrong.
        """,
        static (given, json, output, _) => Task.FromResult(Answer(given, json, output)));

    private static int Answer(GivenRequest given, bool json, VerbOutput output)
    {
        var explanation = given.Explain();
        if (json)
        {
            output.Line(explanation.ToJson());
        }
        else
        {
            var lines = explanation.ToString().Split(Environment.NewLine);
            output.Line(Printable.Text(lines[0]), RequestVerb.ColourOf(explanation.Outcome));
            foreach (var line in lines[1..])
            {
                output.Line(Printable.Text(line));
            }
        }

        return RequestVerb.ExitCodeOf(explanation.Outcome);
    }
}
