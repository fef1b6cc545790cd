using System.ComponentModel;
using System.Diagnostics;

namespace IntentAuthz.Cedar.Differential.Reference;

/// <summary>The reference implementation, installed by npm beside the test's binaries, once.</summary>
internal static class ReferenceInstallation
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static readonly Lazy<string?> Problem = new(Install);

    public static string Directory { get; } = Path.Combine(AppContext.BaseDirectory, "Reference");

    /// <summary>Why the reference cannot be asked, and what to do; null if it can.</summary>
    public static string? WhyAbsent => Problem.Value;

    private static string? Install()
    {
        if (!Runs("node", out var problem, "--version"))
        {
            return $"The reference implementation of Cedar runs on Node.js: install Node.js 20 or newer, with npm, and put it on the PATH. {problem}";
        }

        if (File.Exists(Path.Combine(Directory, "node_modules", "@cedar-policy", "cedar-wasm", "package.json")))
        {
            return null;
        }

        // npm is a script, which only a shell finds on Windows.
        string[] install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        var installed = OperatingSystem.IsWindows() ? Runs("cmd", out problem, ["/c", .. install]) : Runs(install[0], out problem, install[1..]);
        return installed ? null : $"npm could not install the reference implementation of Cedar (`npm ci` in {Directory}). Install npm, and see that its registry can be reached. {problem}";
    }

    private static bool Runs(string program, out string problem, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = Directory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Limit))
            {
                process.Kill(entireProcessTree: true);
                problem = $"`{program}` did not end within {Limit}.";
                return false;
            }

            problem = process.ExitCode == 0 ? "" : $"{output.GetAwaiter().GetResult()}{errors.GetAwaiter().GetResult()}";
            return process.ExitCode == 0;
        }
        catch (Win32Exception exception)
        {
            problem = exception.Message;
            return false;
        }
    }
}
