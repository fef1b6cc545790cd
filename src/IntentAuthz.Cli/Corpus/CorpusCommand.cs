using System.CommandLine;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Corpus;

/// <summary><c>intentauthz cedar corpus</c>: runs the integration tests of the Cedar reference below a directory.</summary>
internal static class CorpusCommand
{
    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("dir") { Description = "The tests at or below this directory are run." };
        var engine = new Option<string>("--engine")
        {
            Description = "What decides the requests.",
            DefaultValueFactory = _ => CorpusEngines.Default.Name,
        };
        engine.AcceptOnlyFromAmong([.. CorpusEngines.All.Select(known => known.Name)]);
        var json = JsonOption.Create();
        var command = new Command(
            "corpus",
            """
            Runs integration tests in the format of the Cedar reference and prints every disagreement.
            Example: intentauthz cedar corpus cedar-integration-tests --engine interpreter
            The exit code is 0 if every test passed, 1 if one failed, 2 if there is none.
            """)
        {
            directory, engine, json,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(directory), CorpusEngines.Named(parsed.GetRequiredValue(engine)), parsed.GetValue(json), new VerbOutput(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DirectoryInfo directory, ICorpusEngine engine, bool json, VerbOutput output, CancellationToken cancellation)
    {
        if (!directory.Exists)
        {
            return output.NoAnswer($"There is no directory {directory.FullName}.");
        }

        var outcomes = await output.ProgressAsync(
            "Running tests", progress => Task.Run(() => CorpusRun.Run(directory.FullName, engine, progress, cancellation), cancellation)).ConfigureAwait(false);
        var failed = outcomes.Count(outcome => outcome.Disagreements.Count > 0);
        if (json)
        {
            PrintJson(outcomes, failed, output);
        }
        else
        {
            foreach (var outcome in outcomes)
            {
                foreach (var disagreement in outcome.Disagreements)
                {
                    output.Line($"{Printable.Text(outcome.Test)}: {disagreement}");
                }
            }

            output.Line($"{outcomes.Count - failed} passed, {failed} failed", failed == 0 ? "green" : "red");
        }

        return outcomes.Count == 0
            ? output.NoAnswer($"There is no test at or below {directory.FullName}. A test is a JSON file with `policies`, `entities` and `requests`.")
            : failed == 0 ? ExitCode.Yes : ExitCode.No;
    }

    private static void PrintJson(IReadOnlyList<TestOutcome> outcomes, int failed, VerbOutput output) => output.Json(writer =>
    {
        writer.WriteNumber("passed", outcomes.Count - failed);
        writer.WriteNumber("failed", failed);
        writer.WriteStartArray("disagreements");
        foreach (var outcome in outcomes)
        {
            foreach (var disagreement in outcome.Disagreements)
            {
                writer.WriteStartObject();
                writer.WriteString("test", outcome.Test);
                writer.WriteString("what", disagreement.What);
                writer.WriteString("expected", disagreement.Expected);
                writer.WriteString("got", disagreement.Got);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
    });
}
