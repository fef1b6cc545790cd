using System.CommandLine;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Policies;

/// <summary>What verbs that decide one request have in common: their options, and reading what is named.</summary>
internal static class RequestVerb
{
    /// <summary>Makes a verb.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">Its help.</param>
    /// <param name="answer">Prints the answer, as JSON or for people, and gives the exit code.</param>
    public static Command Create(string name, string description, Func<GivenRequest, bool, VerbOutput, CancellationToken, Task<int>> answer)
    {
        var options = new RequestOptions();
        var json = JsonOption.Create();
        var command = new Command(name, description);
        options.AddTo(command);
        command.Add(json);
        command.SetAction((parsed, cancellation) => answer(options.Read(parsed), parsed.GetValue(json), new VerbOutput(parsed), cancellation));
        return command;
    }

    /// <summary>The exit code of an outcome: yes is what runs without asking anybody.</summary>
    public static int ExitCodeOf(DecisionOutcome outcome) => outcome == DecisionOutcome.Permit ? ExitCode.Yes : ExitCode.No;

    /// <summary>The colour of an outcome on a terminal.</summary>
    public static string ColourOf(DecisionOutcome outcome) => outcome switch
    {
        DecisionOutcome.Permit => "green",
        DecisionOutcome.RequireApproval => "yellow",
        _ => "red",
    };
}
