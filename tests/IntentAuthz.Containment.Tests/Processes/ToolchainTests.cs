using System.Text;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>What an agent that writes code runs all day runs contained, with all layers on.</summary>
public sealed class ToolchainTests : IDisposable
{
    private readonly string _workspace = Directory.CreateTempSubdirectory("toolchain").FullName;

    public void Dispose() => Directory.Delete(_workspace, recursive: true);

    [Theory]
    [InlineData("/usr/bin/cc", """printf 'int puts(const char *); int main(void) { return puts("built") < 0; }' > a.c && cc -O1 -o a a.c && ./a""", "built")]
    [InlineData("/usr/bin/git", "git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first && git log --format=%s", "first")]
    [InlineData("/usr/bin/bash", "bash -c 'x=(1 2 3); diff <(echo a) <(echo a) && echo ${#x[@]}'", "3")]
    [InlineData("/usr/bin/perl", "perl -e 'print join(q(,), map { $_ * 2 } 1..3)'", "2,4,6")]
    [InlineData("/usr/bin/python3", "python3 -c 'import json, subprocess; print(json.loads(subprocess.check_output([\"echo\", \"[42]\"]))[0])'", "42")]
    [InlineData("/usr/bin/node", "node -e 'console.log([1,2].map(x => x + 1).join())'", "2,3")]
    [InlineData("/usr/bin/make", "printf 'all:\\n\\t@echo made\\n' > Makefile && make -s", "made")]
    [InlineData("/usr/share/dotnet/dotnet", "DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 /usr/share/dotnet/dotnet --version | grep -c '^[0-9]'", "1")]
    public async Task Program_OfAnOrdinaryToolchain_RunsContained(string program, string script, string output)
    {
        if (!File.Exists(program))
        {
            // The test is about the layers, not about what is installed; but CI installs the first, and has the next three.
            Assert.False(program is "/usr/bin/cc" or "/usr/bin/git" or "/usr/bin/bash" or "/usr/bin/perl", $"{program} is missing; .ci/run installs what tests need.");
            return;
        }

        ContainmentBounds bounds = new()
        {
            Reads = SystemPaths.Reads, Executes = [.. SystemPaths.Executes, _workspace], Writes = [_workspace], Limits = new ContainmentLimits { WallTime = TimeSpan.FromMinutes(1) },
        };
        ContainedProcessStart started = await ContainedProcess.StartAsync(new ProcessStart("/bin/sh") { Arguments = ["-c", script], WorkingDirectory = _workspace }, bounds);
        Assert.True(started.IsStarted, started.Refusal);
        await using ContainedProcess process = started.Process;

        ProcessOutcome outcome = await process.Completion;

        string error = Encoding.UTF8.GetString(outcome.Error.Span);
        Assert.True(outcome.ExitCode == 0, $"{program} ended with {outcome.ExitCode} or signal {outcome.Signal}: {error}");
        Assert.Equal(output, Encoding.UTF8.GetString(outcome.Output.Span).Trim());
    }
}
