using System.CommandLine;

namespace IntentAuthz.Cli.Tests;

/// <summary>Runs the tool in this process, as a user would type it.</summary>
internal static class Verb
{
    public static VerbResult Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = IntentAuthzCommand.RunAsync(arguments, new() { Output = output, Error = errors }).GetAwaiter().GetResult();
        return new(exitCode, output.ToString(), errors.ToString());
    }
}
