using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace IntentAuthz.Containment.Tests;

/// <summary>
/// Runs made-up commands under <c>strace</c> and asks whether the analysis had said everything that the kernel saw: it was predicted, or the command was opaque, or
/// it came after code was opened that the analysis had named.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("intentauthz-differential-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Analyze_GeneratedCommands_KernelSeesNothingThatWasNotSaid()
    {
        Assert.True(File.Exists("/usr/bin/strace"), "strace is not installed; .ci/run does it (apt-get install strace).");
        bool isLong = Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";
        int count = isLong ? 10_000 : 150;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("INTENTAUTHZ_SEED"), CultureInfo.InvariantCulture, out int given) ? given : isLong ? Environment.TickCount : 1;
        string template = Path.Combine(_root, "template");
        MakeTree(template);
        var misses = new List<string>();
        int opaque = 0;
        int compared = 0;
        int code = 0;
        int told = 0;
        for (int i = 0; i < count && misses.Count < 25; i++)
        {
            string command = new CommandGenerator(unchecked(seed + (i * 7919))).Next();
            switch (Try(command, template, unchecked(seed + (i * 7919)), misses))
            {
                case Comparison.Compared:
                    compared++;
                    break;
                case Comparison.RunsCode:
                    code++;
                    break;
                case Comparison.Opaque:
                    opaque++;
                    break;
            }

            if (isLong && (i % 500 == 0 || misses.Count > told))
            {
                // A long run can be stopped, and still has said what it found.
                File.AppendAllText(Path.Combine(Path.GetTempPath(), "intentauthz-differential.log"), $"{i}: compared {compared}, code {code}, opaque {opaque}, misses {misses.Count}\n{string.Join('\n', misses.Skip(told))}\n");
                told = misses.Count;
            }
        }

        output.WriteLine($"seed {seed}: {compared} compared, {code} that run named code, {opaque} opaque");
        Assert.True(misses.Count == 0, $"seed {seed}: {compared} compared, {code} that run named code, {opaque} opaque, {misses.Count} misses\n" + string.Join("\n", misses));
    }

    private enum Comparison
    {
        Compared,
        RunsCode,
        Opaque,
        TookTooLong,
    }

    private Comparison Try(string command, string template, int seed, List<string> misses)
    {
        string directory = Path.Combine(_root, "w", "work");
        if (Directory.Exists(Path.Combine(_root, "w")))
        {
            Run("/bin/rm", ["-rf", Path.Combine(_root, "w")], _root, 10_000);
        }

        Run("/bin/cp", ["-a", template, Path.Combine(_root, "w")], _root, 10_000);
        string home = Path.Combine(_root, "w", "home");
        var analyzer = new ShellAnalyzer(new ShellAnalyzerOptions
        {
            WorkingDirectory = directory,
            Home = home,
            Environment = new Dictionary<string, string> { ["HOME"] = home, ["PWD"] = directory, ["LC_ALL"] = "C", ["PATH"] = "/usr/local/bin:/usr/bin:/bin", ["TERM"] = "dumb" },
        });
        ShellAnalysis analysis = analyzer.Analyze(command);
        if (analysis.IsOpaque)
        {
            return Comparison.Opaque;
        }

        string trace = Path.Combine(_root, "trace");
        if (!Run("/usr/bin/strace", ["-f", "-qq", "-y", "-s", "4096", "-e", "trace=" + KernelTrace.Calls, "-o", trace, "/bin/bash", "-c", command], directory, 10_000, home))
        {
            return Comparison.TookTooLong;
        }

        if (new PredictionCheck(analysis).FirstMiss(KernelTrace.Read(trace, directory)) is { } miss)
        {
            misses.Add($"--- seed {seed}\n{command}\n  {miss.Kind} {miss.Target.Replace(_root, "", StringComparison.Ordinal)} was not said\n  {miss.Line.Replace(_root, "", StringComparison.Ordinal)}\n  reads: {string.Join(' ', analysis.Reads).Replace(_root, "", StringComparison.Ordinal)}\n  writes: {string.Join(' ', analysis.Writes).Replace(_root, "", StringComparison.Ordinal)}\n  deletes: {string.Join(' ', analysis.Deletes).Replace(_root, "", StringComparison.Ordinal)}");
        }

        return analysis.IsComplete ? Comparison.Compared : Comparison.RunsCode;
    }

    private static void MakeTree(string root)
    {
        string work = Path.Combine(root, "work");
        string home = Path.Combine(root, "home");
        Directory.CreateDirectory(home);
        File.WriteAllText(Path.Combine(home, "h.txt"), "home\n");

        // Without an identity git makes one of the machine's name, and asks the network for it.
        File.WriteAllText(Path.Combine(home, ".gitconfig"), "[user]\n\tname = Test\n\temail = test@example.com\n");
        foreach (string directory in new[] { "sub/deep", "src", "out", "empty" })
        {
            Directory.CreateDirectory(Path.Combine(work, directory));
        }

        File.WriteAllText(Path.Combine(work, "a.txt"), "a 1\nb 2\nax 3\n");
        File.WriteAllText(Path.Combine(work, "b.txt"), "a 1\nc 2\n");
        File.WriteAllText(Path.Combine(work, "data.csv"), "a,1\nb,2\n");
        File.WriteAllText(Path.Combine(work, "notes.md"), "# Notes\nx y\n");
        File.WriteAllText(Path.Combine(work, "list.json"), "{\"a\":[1,2]}\n");
        File.WriteAllText(Path.Combine(work, "sp ace.txt"), "space\n");
        File.WriteAllText(Path.Combine(work, "sub/x.txt"), "x=1\n");
        File.WriteAllText(Path.Combine(work, "sub/y.log"), "log\n");
        File.WriteAllText(Path.Combine(work, "sub/deep/z.txt"), "z\n");
        File.WriteAllText(Path.Combine(work, "src/main.c"), "int main(void){return 0;}\n");
        File.WriteAllText(Path.Combine(work, "src/util.py"), "open('out/py', 'w').write('x')\n");
        File.WriteAllText(Path.Combine(work, "run.sh"), "cat a.txt > out/ran; rm -f b.txt\n");
        File.WriteAllText(Path.Combine(work, "sub/Makefile"), "all:\n\tcat x.txt > made; rm -f y.log\n");
        Run("/bin/sh", ["-c", "tar -czf archive.tgz sub src && git init -q . && git -c user.name=t -c user.email=t@t add -A && git -c user.name=t -c user.email=t@t commit -qm first && rm -f .git/hooks/*; zip -q z.zip a.txt b.txt || true"], work, 30_000, home);
    }

    private static bool Run(string program, string[] arguments, string directory, int milliseconds, string? home = null)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        start.Environment["HOME"] = home ?? directory;
        start.Environment["PWD"] = directory;
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["TERM"] = "dumb";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (process.WaitForExit(milliseconds))
        {
            return true;
        }

        process.Kill(entireProcessTree: true);
        process.WaitForExit(5_000);
        return false;
    }
}
