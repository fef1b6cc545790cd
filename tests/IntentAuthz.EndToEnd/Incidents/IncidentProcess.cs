using System.Collections.Concurrent;
using System.Diagnostics;

namespace IntentAuthz.EndToEnd.Incidents;

/// <summary>A directory with state, audit and key of a running <see cref="IncidentHost"/>, and the command line to answer its incidents with.</summary>
internal sealed class IncidentProcess : IAsyncDisposable
{
    internal const string OperatorKey = "the operator key of a rehearsal, long enough";

    private readonly ConcurrentQueue<string> _said = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Process _process;

    private IncidentProcess(DirectoryInfo directory, Process process)
    {
        Directory = directory.FullName;
        _process = process;
        process.OutputDataReceived += (_, line) => Note(_said, line.Data);
        process.ErrorDataReceived += (_, line) => Note(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal string Directory { get; }

    internal string State => Path.Combine(Directory, "state.db");

    internal string Audit => Path.Combine(Directory, "audit.jsonl");

    internal string Key => Path.Combine(Directory, "operator.key");

    /// <summary>The command line as it was built, of the same configuration and framework as these tests.</summary>
    internal static string Cli
    {
        get
        {
            DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
            return Path.Combine(Repository.Root, "src", "IntentAuthz.Cli", "bin", framework.Parent!.Name, framework.Name, "IntentAuthz.Cli.dll");
        }
    }

    internal string[] Said => [.. _said];

    internal static async Task<IncidentProcess> StartAsync()
    {
        DirectoryInfo directory = System.IO.Directory.CreateTempSubdirectory("intentauthz-incident-");
        string key = Path.Combine(directory.FullName, "operator.key");
        await File.WriteAllTextAsync(key, OperatorKey + "\n");
        Process process = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", typeof(IncidentProcess).Assembly.Location, IncidentHost.Verb, Path.Combine(directory.FullName, "state.db"), Path.Combine(directory.FullName, "audit.jsonl"), key])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        IncidentProcess started = new(directory, process);
        try
        {
            await started.UntilAsync(static line => line == IncidentHost.Ready);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the host has said something.</summary>
    internal async Task<string> UntilAsync(Func<string, bool> wanted, int after = 0)
    {
        for (int i = 0; i < 3000; i++)
        {
            if (_said.Skip(after).FirstOrDefault(wanted) is { } line)
            {
                return line;
            }

            if (_process.HasExited)
            {
                break;
            }

            await Task.Delay(20);
        }

        throw new InvalidOperationException($"The host did not say it.\n{string.Join('\n', _said)}\n{string.Join('\n', _errors)}");
    }

    /// <summary>The task of an agent, as the host has said.</summary>
    internal string TaskOf(string agent) => _said.First(l => l.StartsWith($"{agent} task ", StringComparison.Ordinal)).Split(' ')[2];

    /// <summary>Runs <c>intentauthz incident</c> as a process.</summary>
    internal async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using Process verb = Process.Start(new ProcessStartInfo("dotnet", ["exec", Cli, "incident", .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Directory,
        })!;
        Task<string> output = verb.StandardOutput.ReadToEndAsync();
        Task<string> errors = verb.StandardError.ReadToEndAsync();
        await verb.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (verb.ExitCode, await output, await errors);
    }

    /// <summary>Has the host end as hosts do.</summary>
    internal async Task StopAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static void Note(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
