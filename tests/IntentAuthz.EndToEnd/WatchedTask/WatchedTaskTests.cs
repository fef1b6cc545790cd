using System.Diagnostics;

namespace IntentAuthz.EndToEnd.WatchedTask;

/// <summary>The sample of a watched task, as a process of its own: it checks itself what it claims.</summary>
public sealed class WatchedTaskTests
{
    [Fact]
    public async Task Sample_EndsEveryCallAsItSays()
    {
        string program = Repository.BuiltSample("WatchedTask");
        Assert.True(File.Exists(program), $"{program} is missing; build samples/WatchedTask in the same configuration as these tests.");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using CancellationTokenSource timeout = new(TimeSpan.FromMinutes(1));
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);

            Assert.True(process.ExitCode == 0, $"It ended with {process.ExitCode}.\n{await output}\n{await errors}");
            Assert.Contains("signal      RepeatedEscalation", await output, StringComparison.Ordinal);
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
