using System.Diagnostics;
using System.Text;
using System.Text.Json;

using IntentAuthz.Containment.Tests.Escapes;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>The test assembly run as a program: a host of one contained process, which a test can kill or take rights from.</summary>
internal static class HostProgram
{
    /// <summary>Starts it.</summary>
    internal static Process Start(string what, string workspace, params string[] before) => Start(before, [what, workspace]);

    private static Process Start(string[] before, string[] arguments)
    {
        string[] command = [.. before, Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet", typeof(HostProgram).Assembly.Location, .. arguments];
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
    }

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is ["escapes"])
        {
            return await TryEscapesAsync();
        }

        if (arguments is ["tests"])
        {
            Console.WriteLine(JsonSerializer.Serialize(await NobodyRun.RunAsync()));
            return 0;
        }

        if (arguments is ["run", string directory, string script])
        {
            return await RunAsync(directory, script);
        }

        if (arguments is ["layers"])
        {
            Console.WriteLine(ContainmentLayers.Probe());
            return 0;
        }

        if (arguments is ["prepared", string place])
        {
            return await PrepareAsync(place);
        }

        if (arguments is not ["contained", string workspace])
        {
            return 2;
        }

        ContainmentBounds bounds = new() { Reads = SystemPaths.Reads, Writes = [workspace], Executes = SystemPaths.Executes };
        ContainedProcessStart started = await ContainedProcess.StartAsync(
            new ProcessStart("/bin/sh") { Arguments = ["-c", "setsid sleep 1000 & exec sleep 1000"], WorkingDirectory = workspace }, bounds);
        if (!started.IsStarted)
        {
            Console.WriteLine(started.Refusal);
            return 1;
        }

        Console.WriteLine(new FileInfo($"/proc/{started.Process.Id}/ns/pid").LinkTarget);
        await started.Process.Completion;
        return 0;
    }

    /// <summary>Starts it as a user who is not root and belongs to nothing, or as whoever runs the tests and is not root.</summary>
    internal static Process StartAsNobody(params string[] arguments) => Start(
        Environment.IsPrivilegedProcess ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [], arguments);

    /// <summary>The last line of what it said.</summary>
    internal static async Task<string> LastLineAsync(Process host, TimeSpan atMost)
    {
        string said = (await host.StandardOutput.ReadToEndAsync().WaitAsync(atMost)).Trim();
        Assert.True(said.StartsWith('{'), $"The host that is not root said '{said}'. User 65534 has to be able to read the tests' build directory and .NET.");
        return said.Split('\n')[^1];
    }

    /// <summary>Makes every attempt to escape, and tells what came of them.</summary>
    private static async Task<int> TryEscapesAsync()
    {
        EscapeSuite suite = new();
        await suite.InitializeAsync();
        Console.WriteLine(JsonSerializer.Serialize(suite.Results));
        await suite.DisposeAsync();
        return 0;
    }

    /// <summary>Runs a script contained, and tells what it wrote and how it ended.</summary>
    private static async Task<int> RunAsync(string directory, string script)
    {
        ContainmentBounds bounds = new() { Reads = SystemPaths.Reads, Writes = [directory], Executes = SystemPaths.Executes, Limits = new ContainmentLimits { CpuTime = TimeSpan.FromSeconds(1), FileBytes = 1 << 20, Processes = 20 } };
        ContainedProcessStart started = await ContainedProcess.StartAsync(new ProcessStart("/bin/sh") { Arguments = ["-c", script], WorkingDirectory = directory }, bounds);
        if (!started.IsStarted)
        {
            Console.WriteLine(started.Refusal);
            return 1;
        }

        await using ContainedProcess process = started.Process;
        ProcessOutcome outcome = await process.Completion;
        Console.Write(Encoding.UTF8.GetString(outcome.Output.Span));
        Console.WriteLine(outcome);
        return 0;
    }

    /// <summary>Waits with two containments made ready, and tells their first processes.</summary>
    private static async Task<int> PrepareAsync(string workspace)
    {
        using PreparedStarts starts = new(new ContainmentBounds { Reads = SystemPaths.Reads, Writes = [workspace], Executes = SystemPaths.Executes });
        ContainedProcessStart started = await starts.StartAsync(new ProcessStart("/bin/true"));
        await started.Process!.Completion;
        while (starts.Ready is not { Length: 2 } || starts.Ready.Any(static e => e.Holder == 0))
        {
            await Task.Delay(5);
        }

        Console.WriteLine(string.Join(' ', starts.Ready.Select(static e => e.Holder)));
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
