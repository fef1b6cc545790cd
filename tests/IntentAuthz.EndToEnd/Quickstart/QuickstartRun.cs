using System.Diagnostics;
using System.Text.RegularExpressions;

namespace IntentAuthz.EndToEnd.Quickstart;

/// <summary>One run of the built quickstart as a process of its own, from an empty working directory.</summary>
internal sealed partial record QuickstartRun(int ExitCode, string Output, string Errors, TimeSpan Duration)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>The output with line breaks and indentation taken out, so that wrapping does not matter.</summary>
    internal string Words => Blanks().Replace(Output, " ");

    internal static async Task<QuickstartRun> StartAsync(string workingDirectory, params IEnumerable<(string Name, string Value)> environment)
    {
        string program = Repository.BuiltSample("Quickstart");
        Assert.True(File.Exists(program), $"{program} is missing; build samples/Quickstart in the same configuration as these tests.");
        ProcessStartInfo start = new("dotnet", ["exec", program])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(static k => k.StartsWith("OPENAI_", StringComparison.Ordinal) || k.StartsWith("QUICKSTART_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        long started = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        using CancellationTokenSource timeout = new(s_patience);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new QuickstartRun(process.ExitCode, await output, await errors, Stopwatch.GetElapsedTime(started));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    internal void AssertExit(int expected) =>
        Assert.True(ExitCode == expected, $"The quickstart ended with {ExitCode}, not {expected}.\n{Output}\n{Errors}");

    internal void AssertSays(string words) =>
        Assert.True(Words.Contains(words, StringComparison.Ordinal), $"The quickstart does not say \"{words}\":\n{Output}\n{Errors}");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
