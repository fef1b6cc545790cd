using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.EndToEnd.Incidents;

/// <summary>docs/runbook.md, run word for word by a shell against a host with live agents: what the page promises of each step comes about.</summary>
public sealed class RunbookTests
{
    [Fact]
    public async Task Every_step_of_the_runbook_does_what_it_says()
    {
        List<RunbookStep> steps = RunbookStep.Read(await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "docs", "runbook.md")));
        Assert.True(steps.Count >= 10, $"{steps.Count} steps were found in the runbook.");
        await using IncidentProcess host = await IncidentProcess.StartAsync();
        string bin = System.IO.Directory.CreateDirectory(Path.Combine(host.Directory, "bin")).FullName;
        string tool = Path.Combine(bin, "intentauthz");
        await File.WriteAllTextAsync(tool, $"#!/bin/sh\nexec dotnet exec '{IncidentProcess.Cli}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        using Process shell = Process.Start(new ProcessStartInfo("bash", ["-u"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = host.Directory,
        })!;
        try
        {
            await shell.StandardInput.WriteLineAsync($"exec 2>&1\nPATH='{bin}':\"$PATH\"");
            foreach (RunbookStep step in steps)
            {
                int saidBefore = host.Said.Length;
                (int exit, string output) = await TypeAsync(shell, step.Command.Contains("STATE=/", StringComparison.Ordinal) ? $"STATE='{host.State}'\nAUDIT='{host.Audit}'\nKEY='{host.Key}'" : step.Command);
                string where = $"docs/runbook.md:{step.Line} ({step.Section})\n{step.Command}\nexit {exit}\n{output}\nhost: {string.Join(" | ", host.Said)}";
                Assert.True(step.ExitCodes.Count == 0 || step.ExitCodes.Contains(exit), where);
                string[] missing = [.. step.Missing(output)];
                Assert.True(missing.Length == 0, $"{where}\nmissing: {string.Join('\n', missing)}");
                await CheckHostAsync(host, step, saidBefore, output, where);
            }

            Assert.DoesNotContain(IncidentHost.Secret, string.Join('\n', host.Said), StringComparison.Ordinal);
        }
        finally
        {
            shell.StandardInput.Close();
            if (!shell.WaitForExit(10_000))
            {
                shell.Kill();
            }
        }

        await host.StopAsync();
        string audit = await File.ReadAllTextAsync(host.Audit);
        foreach (string noted in new[] { "freeze inc_", "export inc_", "revoke inc_", "reopen inc_", "close inc_" })
        {
            Assert.Contains(noted, audit, StringComparison.Ordinal);
        }

        Assert.True(AuditVerifier.Verify(AuditLog.JsonLines(host.Audit)).IsIntact);
    }

    /// <summary>What the page says of the host, beyond what the command prints.</summary>
    private static async Task CheckHostAsync(IncidentProcess host, RunbookStep step, int saidBefore, string output, string where)
    {
        if (step.Section.StartsWith("3.", StringComparison.Ordinal))
        {
            await host.UntilAsync(static l => l == "invoice-bot call task-suspended", saidBefore);
            await host.UntilAsync(static l => l.StartsWith("invoice-bot in flight ended ", StringComparison.Ordinal), saidBefore);
        }
        else if (step.Section.StartsWith("4.", StringComparison.Ordinal))
        {
            Assert.False(output.Split('\n').Any(static l => l.StartsWith("call ", StringComparison.Ordinal) || l.StartsWith("lease ", StringComparison.Ordinal)), where);
        }
        else if (step.Command.Contains(" export ", StringComparison.Ordinal))
        {
            CheckEvidence(host, output);
        }
        else if (step.Section.StartsWith("6.", StringComparison.Ordinal))
        {
            await host.UntilAsync(static l => l == "invoice-bot call revoked", saidBefore);
        }
        else if (step.Command.Contains(" reopen ", StringComparison.Ordinal))
        {
            await host.UntilAsync(static l => l == "report-bot call permitted", saidBefore);
        }
    }

    private static void CheckEvidence(IncidentProcess host, string output)
    {
        string folder = Assert.Single(System.IO.Directory.GetDirectories(host.Directory, "evidence-*"));
        byte[] manifest = File.ReadAllBytes(Path.Combine(folder, "manifest.json"));
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(manifest)), output, StringComparison.Ordinal);
        string[] named = [.. JsonElement.Parse(manifest).GetProperty("files").EnumerateArray().Select(static f => f.GetProperty("name").GetString()!)];
        foreach (JsonElement file in JsonElement.Parse(manifest).GetProperty("files").EnumerateArray())
        {
            byte[] content = File.ReadAllBytes(Path.Combine(folder, file.GetProperty("name").GetString()!));
            Assert.Equal(file.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(content)));
            Assert.DoesNotContain(IncidentHost.Secret, Encoding.UTF8.GetString(content), StringComparison.Ordinal);
        }

        Assert.Equal([.. named, "manifest.json"], System.IO.Directory.GetFiles(folder).Select(Path.GetFileName).OrderBy(n => n == "manifest.json").ThenBy(n => Array.IndexOf(named, n)));
        Assert.Contains("audit-proofs.json", named);
    }

    /// <summary>Types a block into the shell and reads until the shell says how it exited.</summary>
    private static async Task<(int Exit, string Output)> TypeAsync(Process shell, string block)
    {
        const string mark = "@@exit ";
        await shell.StandardInput.WriteLineAsync($"{block}\nprintf '\\n{mark}%s\\n' $?");
        await shell.StandardInput.FlushAsync();
        StringBuilder output = new();
        using CancellationTokenSource late = new(TimeSpan.FromMinutes(3));
        while (await shell.StandardOutput.ReadLineAsync(late.Token) is { } line)
        {
            if (line.StartsWith(mark, StringComparison.Ordinal))
            {
                return (int.Parse(line[mark.Length..], CultureInfo.InvariantCulture), output.ToString());
            }

            output.AppendLine(line);
        }

        throw new InvalidOperationException($"The shell ended:\n{output}");
    }
}
