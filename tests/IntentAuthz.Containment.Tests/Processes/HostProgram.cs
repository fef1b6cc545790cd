using System.Diagnostics;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>The test assembly run as a program: a host of one contained process, which a test can kill or take rights from.</summary>
internal static class HostProgram
{
    /// <summary>Starts it.</summary>
    internal static Process Start(string what, string workspace, params string[] before)
    {
        string[] command = [.. before, Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet", typeof(HostProgram).Assembly.Location, what, workspace];
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
    }

    private static async Task<int> Main(string[] arguments)
    {
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
