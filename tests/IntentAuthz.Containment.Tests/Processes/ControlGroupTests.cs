using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>The control groups of contained trees: what is left behind is cleared away, and what the kernel ends for lack of memory is told.</summary>
[SupportedOSPlatform("linux")]
public sealed class ControlGroupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("intentauthz-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Sweep_OnceAMinute_RemovesWhatHostsThatAreGoneLeftBehindAndNothingElse()
    {
        FakeTimeProvider time = new();
        ControlGroup.Places places = new(null, _directory, null, "") { Time = time };
        int gone = await EndedAsync();
        string left = Group($"intentauthz-{gone}-0123456789ab"), own = Group($"intentauthz-{Environment.ProcessId}-0123456789ab"), foreign = Group($"other-{gone}"), nobodys = Group("intentauthz-");

        places.Sweep();
        Assert.True(Directory.Exists(left), "It was swept at once, though the probe has just done so.");

        time.Advance(TimeSpan.FromSeconds(59));
        places.Sweep();
        Assert.True(Directory.Exists(left), "It was swept before a minute had gone.");

        time.Advance(TimeSpan.FromSeconds(1));
        places.Sweep();
        Assert.False(Directory.Exists(left), "What a host that is gone left behind is still there.");
        Assert.True(Directory.Exists(own) && Directory.Exists(foreign) && Directory.Exists(nobodys), "A group of somebody who is there, or of nobody known, was removed.");

        Directory.CreateDirectory(left);
        time.Advance(TimeSpan.FromSeconds(59));
        places.Sweep();
        Assert.True(Directory.Exists(left), "It was swept twice within a minute.");
    }

    [Fact]
    public async Task Probe_GroupsOfAHostThatIsGone_AreRemoved()
    {
        ControlGroup.Places places = ControlGroup.Probe();
        string parent = places.Unified ?? places.Memory ?? throw new InvalidOperationException($"No control group can be made here: {places.Reason}");
        string left = Directory.CreateDirectory(Path.Combine(parent, $"intentauthz-{await EndedAsync()}-0123456789ab")).FullName;

        _ = ControlGroup.Probe();

        Assert.False(Directory.Exists(left), "The group is still there.");
    }

    [Fact]
    public void Dispose_OfAStart_LeavesNoGroup()
    {
        ControlGroup.Places places = ContainmentLayers.Current.Groups;
        string parent = places.Unified ?? places.Memory ?? throw new InvalidOperationException($"No control group can be made here: {places.Reason}");
        string mine = $"intentauthz-{Environment.ProcessId}-*";
        string[] before = Directory.GetDirectories(parent, mine);
        using ControlGroup? made = ControlGroup.Make(places, new ContainmentLimits { MemoryBytes = 64 << 20, Processes = 5 }, out string? problem);
        Assert.True(made is not null, problem);
        string[] added = [.. Directory.GetDirectories(parent, mine).Except(before)]; // it, and those of other tests at the same time

        made.Dispose();

        Assert.Contains(added, static d => !Directory.Exists(d));
    }

    [Fact]
    public async Task Memory_OfAChildRunsOut_TheKernelEndsWhatItChoosesAndTheOutcomeNamesTheLimit()
    {
        ProcessOutcome outcome = await RunAsync("(x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo filled); echo after; exit 0");

        string output = Encoding.UTF8.GetString(outcome.Output.Span);
        Assert.True(outcome.LimitReached == ProcessLimit.Memory, $"It {outcome}, having written '{output}'.");
        Assert.False(outcome.WasKilled, "The whole tree was ended.");
        Assert.DoesNotContain("filled", output, StringComparison.Ordinal);

        // A machine that has no time takes back the memory of the child too late, and the kernel then ends the next process as well.
        Assert.True(output == "after\n" || outcome.Signal == 9, $"It {outcome}, having written '{output}'.");
    }

    [Theory]
    [InlineData("kill -9 $$", "a program that ends itself as the kernel would")]
    [InlineData("(kill -9 $BASHPID); exit 0", "a child that does")]
    [InlineData("x=$(head -c 8000000 /dev/zero | tr '\\0' x); exit 0", "one that stays within the limit")]
    [InlineData("ulimit -v 40000; x=$(head -c 200000000 /dev/zero | tr '\\0' x); exit 1", "one that ran into a limit of its own")]
    public async Task Memory_DidNotRunOut_IsNotNamed(string script, string what)
    {
        ProcessOutcome outcome = await RunAsync(script);

        Assert.True(outcome.LimitReached is null, $"Of {what}, {outcome.LimitReached} was said.");
    }

    private string Group(string name) => Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;

    /// <summary>The number of a process that has ended.</summary>
    private static async Task<int> EndedAsync()
    {
        using Process process = Process.Start("/bin/true");
        await process.WaitForExitAsync();
        return process.Id;
    }

    private async Task<ProcessOutcome> RunAsync(string script)
    {
        ContainmentBounds bounds = new()
        {
            Reads = SystemPaths.Reads,
            Writes = [_directory],
            Executes = SystemPaths.Executes,
            Limits = new ContainmentLimits { MemoryBytes = 64 << 20, Processes = 10 },
        };
        ContainedProcessStart started = await ContainedProcess.StartAsync(new ProcessStart("/bin/bash") { Arguments = ["-c", script], WorkingDirectory = _directory }, bounds);
        Assert.True(started.IsStarted, started.Refusal);
        await using ContainedProcess process = started.Process;
        return await process.Completion.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
