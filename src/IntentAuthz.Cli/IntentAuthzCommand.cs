using System.CommandLine;
using System.CommandLine.Help;
using IntentAuthz.Cli.Audit;
using IntentAuthz.Cli.Corpus;
using IntentAuthz.Cli.Output;
using IntentAuthz.Cli.Shell;

namespace IntentAuthz.Cli;

/// <summary>The verbs of <c>intentauthz</c>.</summary>
internal static class IntentAuthzCommand
{
    /// <summary>Runs what was typed.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, InvocationConfiguration configuration)
    {
        var parsed = Create().Parse(arguments);
        var code = await parsed.InvokeAsync(configuration).ConfigureAwait(false);
        return parsed.Errors.Count > 0 ? ExitCode.NoAnswer : code;
    }

    // Not a RootCommand: that takes its name from the executable, which is not what a user of the tool types.
    private static Command Create() => new("intentauthz", "Decides and enforces what AI agents may do. This is its command line.")
    {
        new HelpOption(),
        new VersionOption(),
        new Command("cedar", "Works with the Cedar policy language.")
        {
            CorpusCommand.Create(),
        },
        new Command("shell", "Works with shell commands.")
        {
            AnalyzeCommand.Create(),
        },
        new Command("audit", "Works with audit logs.")
        {
            VerifyCommand.Create(),
        },
    };
}
