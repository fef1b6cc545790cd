using System.CommandLine;

namespace IntentAuthz.Cli.Corpus;

/// <summary><c>intentauthz cedar corpus</c>: runs the integration tests of the Cedar reference below a directory.</summary>
internal static class CorpusCommand
{
    private const int Succeeded = 0;
    private const int Failed = 1;

    public static Command Create()
    {
        var directory = new Argument<DirectoryInfo>("dir") { Description = "The tests at or below this directory are run." };
        var engine = new Option<string>("--engine")
        {
            Description = "What decides the requests.",
            DefaultValueFactory = _ => CorpusEngines.Default.Name,
        };
        engine.AcceptOnlyFromAmong([.. CorpusEngines.All.Select(known => known.Name)]);
        var command = new Command("corpus", "Runs integration tests in the format of the Cedar reference and prints every disagreement.") { directory, engine };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration;
            return Run(parsed.GetRequiredValue(directory), CorpusEngines.Named(parsed.GetRequiredValue(engine)), output.Output, output.Error);
        });
        return command;
    }

    private static int Run(DirectoryInfo directory, ICorpusEngine engine, TextWriter output, TextWriter errors)
    {
        if (!directory.Exists)
        {
            errors.WriteLine($"There is no directory {directory.FullName}.");
            return Failed;
        }

        var outcomes = CorpusRun.Run(directory.FullName, engine);
        foreach (var outcome in outcomes)
        {
            foreach (var disagreement in outcome.Disagreements)
            {
                output.WriteLine($"{Disagreement.Printable(outcome.Test)}: {disagreement}");
            }
        }

        if (outcomes.Count == 0)
        {
            errors.WriteLine($"There is no test at or below {directory.FullName}. A test is a JSON file with `policies`, `entities` and `requests`.");
        }

        var failed = outcomes.Count(outcome => outcome.Disagreements.Count > 0);
        output.WriteLine($"{outcomes.Count - failed} passed, {failed} failed");
        return failed == 0 && outcomes.Count > 0 ? Succeeded : Failed;
    }
}
