using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>The limit of what lies in the places to write, which is looked at now and then: what can be written in between, and what hides from a look.</summary>
[SupportedOSPlatform("linux")]
public sealed class WorkspaceLimitTests : IDisposable
{
    private const long Limit = 4 << 20;

    private readonly string _workspace = Directory.CreateTempSubdirectory("intentauthz-").FullName;

    public void Dispose() => Directory.Delete(_workspace, recursive: true);

    [Fact]
    public async Task Bytes_GoneBeyond_EndsTheProcessAfterALookOrTwo()
    {
        // It says after each mebibyte when it had written it. What is held is how long it goes on beyond the limit, with room for a busy machine.
        ProcessOutcome outcome = await RunAsync("use Time::HiRes 'time'; $| = 1; open F, '>', 'big'; for (;;) { syswrite F, 'x' x 1048576; printf \"%.3f\\n\", time }");

        double[] times = [.. Encoding.ASCII.GetString(outcome.Output.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => double.Parse(l, CultureInfo.InvariantCulture))];
        Assert.Equal(ProcessLimit.Workspace, outcome.LimitReached);
        Assert.True(times.Length > 4, "It was ended before it went beyond the limit.");
        double beyond = times[^1] - times[4];
        Assert.True(beyond < 20 * WorkspaceWatch.Milliseconds / 1000.0, $"It wrote for {beyond:F3} s after it had gone beyond the limit: {times.Length - 4} MiB too much.");
    }

    [Theory]
    [InlineData("mkdir 'd0'; chdir 'd0'; $w = '..'; FORK", "a directory that is renamed again and again")]
    [InlineData("mkdir 'a'; mkdir 'a/d0'; chdir 'a/d0'; $w = '..'; FORK", "one that lies deeper")]
    [InlineData("for (1..200) { mkdir 'e'; chdir 'e' } FORK0", "a directory that lies deep")]
    [InlineData("mkdir '.hidden'; chdir '.hidden'; FORK0", "a hidden one")]
    [InlineData("mkdir 'shut'; chdir 'shut'; FORK1", "one that nobody may read")]
    public async Task Bytes_InAPlaceThatHidesFromALook_EndTheProcessAllTheSame(string prepare, string what)
    {
        const string Write = "open F, '>', 'big' or die; for (1..64) { syswrite F, 'x' x 1048576 } sleep 5; print 'not ended'";
        string script = prepare.Replace("FORK1", Write.Replace("or die;", "or die; chmod 0, '.';", StringComparison.Ordinal), StringComparison.Ordinal).Replace("FORK0", Write, StringComparison.Ordinal).Replace("FORK", $"if (fork) {{ {Write} }} else {{ for ($i = 0; ; $i++) {{ rename \"$w/d$i\", \"$w/d\" . ($i + 1) }} }}", StringComparison.Ordinal);

        ProcessOutcome outcome = await RunAsync(script);

        Assert.True(outcome.LimitReached == ProcessLimit.Workspace, $"What lies in {what} is not counted: {Encoding.UTF8.GetString(outcome.Output.Span)}{Encoding.UTF8.GetString(outcome.Error.Span)}");
    }

    private async Task<ProcessOutcome> RunAsync(string script)
    {
        ContainmentBounds bounds = new()
        {
            Reads = SystemPaths.Reads,
            Writes = [_workspace],
            Executes = SystemPaths.Executes,
            Limits = new ContainmentLimits { WorkspaceBytes = Limit, WallTime = TimeSpan.FromSeconds(30) },
        };
        ContainedProcessStart started = await ContainedProcess.StartAsync(new ProcessStart("/usr/bin/perl") { Arguments = ["-e", script], WorkingDirectory = _workspace }, bounds);
        Assert.True(started.IsStarted, started.Refusal);
        await using ContainedProcess process = started.Process;
        return await process.Completion.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
