using System.CommandLine;
using System.CommandLine.Help;
using IntentAuthz.Cli.Audit;
using IntentAuthz.Cli.Corpus;
using IntentAuthz.Cli.Incidents;
using IntentAuthz.Cli.Output;
using IntentAuthz.Cli.Policies;
using IntentAuthz.Cli.Replay;
using IntentAuthz.Cli.Shell;

namespace IntentAuthz.Cli;

/// <summary>The verbs of <c>intentauthz</c>.</summary>
internal static class IntentAuthzCommand
{
    /// <summary>Runs what was typed.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, InvocationConfiguration configuration)
    {
        configuration.EnableDefaultExceptionHandler = false; // it would end with 1, which is the answer no
        try
        {
            var parsed = Parse(arguments);
            if (parsed.Errors.Count > 0)
            {
                configuration.Output = configuration.Error; // the help that goes with an error is no answer
                await parsed.InvokeAsync(configuration).ConfigureAwait(false);
                return ExitCode.NoAnswer;
            }

            return await parsed.InvokeAsync(configuration).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return WhatWasThrown.Tell(exception, configuration);
        }
    }

    /// <summary>Reads what was typed, and runs nothing.</summary>
    public static ParseResult Parse(string[] arguments)
    {
        var command = Create();
        NamedPaths.AddTo(command);
        return command.Parse(arguments);
    }

    // Not a RootCommand: that takes its name from the executable, which is not what a user of the tool types.
    private static Command Create() => new("intentauthz", "Decides and enforces what AI agents may do. This is its command line.")
    {
        new HelpOption(),
        new VersionOption(),
        ValidateCommand.Create(),
        EvalCommand.Create(),
        ExplainCommand.Create(),
        new Command("cedar", "Works with the Cedar policy language.")
        {
            CorpusCommand.Create(),
        },
        new Command("shell", "Works with shell commands.")
        {
            AnalyzeCommand.Create(),
        },
        ReplayCommand.Create(),
        new Command("audit", "Works with audit logs.")
        {
            VerifyCommand.Create(),
        },
        IncidentCommand.Create(),
    };
}
