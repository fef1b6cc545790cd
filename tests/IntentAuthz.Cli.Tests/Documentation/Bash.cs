using System.Diagnostics;

namespace IntentAuthz.Cli.Tests.Documentation;

/// <summary>Runs lines of a shell as a reader would type them, with <c>intentauthz</c> as these tests have built it.</summary>
internal static class Bash
{
    /// <summary>Whether there is one: not on Windows.</summary>
    public static bool IsThere => !OperatingSystem.IsWindows();

    /// <summary>What the lines print, and the exit code of the last.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="directory">Where they run.</param>
    /// <param name="intentauthz">What <c>intentauthz</c> stands for, if not for the tool.</param>
    public static async Task<VerbResult> RunAsync(string lines, string directory, string intentauthz = """dotnet exec "$TOOL" "$@";""")
    {
        ProcessStartInfo start = new("bash", ["-c", $"intentauthz() {{ {intentauthz} }}\n{lines}"]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TOOL"] = typeof(IntentAuthzCommand).Assembly.Location;
        start.Environment["DECISION_KEY"] = DocumentedFiles.Key;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new(process.ExitCode, await output, await errors);
    }
}
