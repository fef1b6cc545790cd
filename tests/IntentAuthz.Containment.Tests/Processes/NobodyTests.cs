using System.Diagnostics;
using System.Runtime.Versioning;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>Contained processes of a host that is not root.</summary>
[SupportedOSPlatform("linux")]
public sealed class NobodyTests(NobodyRun run) : IClassFixture<NobodyRun>
{
    [Theory]
    [MemberData(nameof(NobodyRun.Names), MemberType = typeof(NobodyRun))]
    public void Test_HostIsNotRoot_HoldsAsForRoot(string name) => Assert.True(run.Failure(name) is null, run.Failure(name));

    [Fact]
    public async Task Probe_HostIsNotRoot_NamesWhatItHas()
    {
        string said = await SaidAsync("layers");

        foreach (ContainmentLayer layer in new[]
        {
            ContainmentLayer.Landlock, ContainmentLayer.SystemCallFilter, ContainmentLayer.Capabilities, ContainmentLayer.UserNamespace, ContainmentLayer.PidNamespace,
            ContainmentLayer.MountNamespace, ContainmentLayer.IpcNamespace, ContainmentLayer.NetworkNamespace, ContainmentLayer.ProcessGroup,
        })
        {
            Assert.Contains($"{layer}: yes", said, StringComparison.Ordinal);
        }

        Assert.Contains("MemoryGroup: no", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 3", "exited with 3")]
    [InlineData("kill -TERM $$; sleep 5", "ended by signal 15")]
    [InlineData("while :; do :; done", "ended by signal 24, limit CpuTime")]
    [InlineData("head -c 9000000 /dev/zero > big; exit $?", "exited with 153, limit FileSize")]
    [InlineData("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do sleep 5 & done; echo 19", "19\nended by signal 15")]
    [InlineData("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 5 & done 2> /dev/null; echo 20", "exited with 2")]
    public async Task Outcome_HostIsNotRoot_IsTheProgramsOwn(string script, string expected)
    {
        string directory = Directory.CreateTempSubdirectory("intentauthz-").FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        try
        {
            Assert.Equal(expected + "\n", await SaidAsync("run", directory, script.Replace("echo 19", "echo 19; kill -TERM $$", StringComparison.Ordinal)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<string> SaidAsync(params string[] arguments)
    {
        using Process host = HostProgram.StartAsNobody(arguments);
        return await host.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }
}
