using System.Collections.Concurrent;
using System.Diagnostics;

namespace IntentAuthz.EndToEnd.Killing;

/// <summary>One run of the host that is killed.</summary>
internal sealed class KilledProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private KilledProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data == KilledHost.Ready)
            {
                _ready.TrySetResult();
            }
            else if (line.Data is { } text)
            {
                Output.Enqueue(text);
            }
        };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                Log.Enqueue(text);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it printed, a line each. Complete once it has ended.</summary>
    internal ConcurrentQueue<string> Output { get; } = new();

    /// <summary>What it logged as a warning or worse, a line each, beginning with the event's number.</summary>
    internal ConcurrentQueue<string> Log { get; } = new();

    internal static Task<KilledProcess> StartAsync(string state, string server, int workers, int? maxPages = null) =>
        StartAsync([KilledHost.Verb, state, server, $"{workers}", .. maxPages is null ? (string[])[] : [$"{maxPages}"]]);

    internal static Task<KilledProcess> StartTaskHostAsync(string state, string events, int workers) =>
        StartAsync([KilledTaskHost.Verb, state, events, $"{workers}"]);

    internal static Task<KilledProcess> StartDecisionHostAsync(string store, string acknowledged) =>
        StartAsync([KilledDecisionHost.Verb, store, acknowledged]);

    internal static Task<KilledProcess> StartAuditHostAsync(string kind, string directory, int run) =>
        StartAsync([KilledAuditHost.Verb, kind, directory, $"{run}"]);

    private static async Task<KilledProcess> StartAsync(string[] host)
    {
        string[] arguments = ["exec", typeof(KilledProcess).Assembly.Location, .. host];
        KilledProcess started = new(Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        Task ended = started._process.WaitForExitAsync();
        if (await Task.WhenAny(started._ready.Task, ended, Task.Delay(TimeSpan.FromMinutes(1))) != started._ready.Task)
        {
            string log = string.Join('\n', started.Log);
            await started.DisposeAsync();
            throw new InvalidOperationException($"The host did not start:\n{log}");
        }

        return started;
    }

    /// <summary>SIGKILL: no handler, no flush, no dispose.</summary>
    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Has it end as a host does.</summary>
    internal async Task StopAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
