using System.Diagnostics;

namespace IntentAuthz.Cli.Tests.Policies;

/// <summary>The verbs over policies as a process of their own: exit code, standard output without colour, nothing on standard error.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Validate_prints_and_exits() =>
        Assert.Equal((0, "2 policies valid."), await RunAsync("validate", _shop.Path("policies"), "--schema", _shop.Path("shop.cedarschema")));

    [Fact]
    public async Task Eval_prints_and_exits() => Assert.Equal((1, "deny (no-permit)"), await RunAsync(_shop.Ask("eval", "large.json")));

    [Fact]
    public async Task Explain_prints_and_exits()
    {
        var (exitCode, output) = await RunAsync(_shop.Ask("explain", "large.json"));
        Assert.Equal(1, exitCode);
        Assert.Contains("It would be permitted if amount were 500 (it is 900).", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(IntentAuthzCommand).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        Assert.Equal("", await errors);
        Assert.DoesNotContain('\u001b', await output);
        return (process.ExitCode, (await output).TrimEnd());
    }
}
