using System.Diagnostics;

namespace IntentAuthz.Sqlite.Tests;

/// <summary>A real second process on the same file; killed with SIGKILL, so that nothing of it runs on.</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    internal StreamReader Answers => _process.StandardOutput;

    internal static async Task<OtherProcess> StartAsync(string path)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(Samples).Assembly.Location);
        start.ArgumentList.Add(path);
        OtherProcess other = new(Process.Start(start)!);
        Assert.Equal("ready", await other._process.StandardOutput.ReadLineAsync());
        return other;
    }

    internal async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The other process ended at '{command}'.");
    }

    internal Task TellAsync(string command) => _process.StandardInput.WriteLineAsync(command);

    internal void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(); // SIGKILL
            _process.WaitForExit();
        }
    }

    /// <summary>Ends it as a host ends: the state is disposed.</summary>
    internal async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
