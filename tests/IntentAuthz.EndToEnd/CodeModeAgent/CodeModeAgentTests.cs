using System.Diagnostics;

namespace IntentAuthz.EndToEnd.CodeModeAgent;

/// <summary>The sample of a contained coding agent, as a process of its own: it checks itself what it claims.</summary>
public sealed class CodeModeAgentTests
{
    [Fact]
    public async Task Sample_EndsEveryStepAsItSays()
    {
        string program = Repository.BuiltSample("CodeModeAgent");
        Assert.True(File.Exists(program), $"{program} is missing; build samples/CodeModeAgent in the same configuration as these tests.");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using CancellationTokenSource timeout = new(TimeSpan.FromMinutes(2));
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);

            Assert.True(process.ExitCode == 0, $"It ended with {process.ExitCode}.\n{await output}\n{await errors}");
            Assert.Contains("as said     which did not outlive its command", await output, StringComparison.Ordinal);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
