using System.CommandLine;
using System.CommandLine.Help;
using IntentAuthz.Cli.Audit;
using IntentAuthz.Cli.Corpus;
using IntentAuthz.Cli.Shell;

namespace IntentAuthz.Cli;

/// <summary>The verbs of <c>intentauthz</c>.</summary>
internal static class IntentAuthzCommand
{
    // Not a RootCommand: that takes its name from the executable, which is not what a user of the tool types.
    public static Command Create() => new("intentauthz", "Decides and enforces what AI agents may do. This is its command line.")
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
