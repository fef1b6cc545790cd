namespace IntentAuthz.Cli.Tests;

/// <summary>What a verb left behind.</summary>
internal sealed record VerbResult(int ExitCode, string Output, string Errors)
{
    public string[] Lines => Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
