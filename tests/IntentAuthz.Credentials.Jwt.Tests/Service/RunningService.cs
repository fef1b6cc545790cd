using System.Collections.Concurrent;
using System.Diagnostics;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>The sample service in a process of its own, on a free loopback port.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2); // builds of others share the machine

    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    private RunningService(Process process) => _process = process;

    internal Uri Address { get; private set; } = null!;

    /// <summary>The codes it refused requests for, in order, from its own log.</summary>
    internal IReadOnlyList<string> RefusalCodes =>
        [.. _output.Select(static l => l.Trim()).Where(static l => l.StartsWith("refused ", StringComparison.Ordinal)).Select(static l => l.Split(' ', ':')[1])];

    internal static async Task<RunningService> StartAsync(params string[] arguments)
    {
        DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string root = framework.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        string program = Path.Combine(root, "samples", "ProtectedService", "bin", framework.Parent!.Name, framework.Name, "ProtectedService.dll");
        Assert.True(File.Exists(program), $"{program} is missing; build samples/ProtectedService in the same configuration as these tests.");

        Process process = new()
        {
            StartInfo = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
            {
                ArgumentList = { program, "--urls", "http://127.0.0.1:0" },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (string argument in arguments)
        {
            process.StartInfo.ArgumentList.Add(argument);
        }

        RunningService service = new(process);
        process.OutputDataReceived += (_, e) => service._output.Enqueue(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => service._output.Enqueue(e.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        const string Listening = "Now listening on: ";
        string line = await service.WaitForAsync(static l => l.Contains(Listening, StringComparison.Ordinal));
        service.Address = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim());
        return service;
    }

    /// <summary>Waits until it has refused so many requests: its log is written behind its answers.</summary>
    internal async Task<string> RefusalAsync(int number)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (RefusalCodes.Count < number)
        {
            Assert.True(waited.Elapsed < s_patience, $"The service did not log refusal {number}: {string.Join('\n', _output)}");
            await Task.Delay(10);
        }

        return RefusalCodes[number - 1];
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(); // this process alone: it has started no other
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task<string> WaitForAsync(Func<string, bool> isIt)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            if (_output.FirstOrDefault(isIt) is { } line)
            {
                return line;
            }

            Assert.True(!_process.HasExited && waited.Elapsed < s_patience, $"The service did not start: {string.Join('\n', _output)}");
            await Task.Delay(10);
        }
    }
}
