using System.Diagnostics;
using System.Net;

using IntentAuthz.Containment.Tests.Egress;

using Microsoft.Extensions.AI;

namespace IntentAuthz.Containment.Tests.Tools;

/// <summary>The ready tools, under policies over what they will do, contained for real.</summary>
public sealed class CodeToolTests
{
    [Fact]
    public async Task ShellAndFiles_ShareTheTasksWorkspace()
    {
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync();

        Assert.StartsWith("written", await fixture.CallAsync(CodeTools.WriteFile, ("path", "src/a.txt"), ("content", "hello\n")), StringComparison.Ordinal);
        string ran = await fixture.ShellAsync("cat src/a.txt; echo more > src/b.txt; rm src/a.txt");

        Assert.Contains("\"exit\":0", ran, StringComparison.Ordinal);
        Assert.Contains("\"output\":\"hello\\n\"", ran, StringComparison.Ordinal);
        Assert.Contains("\"added\":[\"src/b.txt\"]", ran, StringComparison.Ordinal);
        Assert.Contains("\"removed\":[\"src/a.txt\"]", ran, StringComparison.Ordinal);
        Assert.Equal("more\n", await fixture.CallAsync(CodeTools.ReadFile, ("path", "./src//b.txt")));
    }

    [Fact]
    public async Task Shell_PolicyOverWhatACommandWillDo_DecidesBeforeItRuns()
    {
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync("""
            permit(principal, action == Action::"shell", resource)
            when { !context.input.opaque && context.input.writesOutside.isEmpty() && context.input.connects.isEmpty() && context.input.privileges.isEmpty() };
            forbid(principal, action == Action::"shell", resource) when { context.input.deletes.contains("keep") };
            """);

        Assert.Contains("\"exit\":0", await fixture.ShellAsync("echo a > keep"), StringComparison.Ordinal);
        Assert.Contains("denied (no-permit)", await fixture.ShellAsync("$(cat keep) keep"), StringComparison.Ordinal);
        Assert.Contains("denied (no-permit)", await fixture.ShellAsync("echo a > /etc/motd"), StringComparison.Ordinal);
        Assert.Contains("denied (no-permit)", await fixture.ShellAsync("echo a > ../other"), StringComparison.Ordinal);
        Assert.Contains("denied (no-permit)", await fixture.ShellAsync("curl http://evil.example/"), StringComparison.Ordinal);
        Assert.Contains("denied (no-permit)", await fixture.ShellAsync("echo 'unterminated"), StringComparison.Ordinal);
        Assert.Contains("denied", await fixture.ShellAsync("rm keep"), StringComparison.Ordinal);
        Assert.True(File.Exists($"{fixture.Root}/keep"));
    }

    [Fact]
    public async Task Shell_PolicyThatPermitsWhatIsNotOpaque_DeniesCodeThatNobodyHasRead()
    {
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync("""
            permit(principal, action == Action::"shell", resource) unless { context.input.opaque };
            permit(principal, action == Action::"write_file", resource);
            """);
        await fixture.CallAsync(CodeTools.WriteFile, ("path", "Makefile"), ("content", "all:\n\techo made > made\n"));
        await fixture.CallAsync(CodeTools.WriteFile, ("path", "run.sh"), ("content", "echo made > made\n"));

        foreach (string command in (string[])["make", "sh run.sh", "true && make", "cat Makefile; ./run.sh", "git commit -m x", "make \"$(cat x)\"", "echo x > Makefile; make"])
        {
            Assert.Contains("denied (no-permit)", await fixture.ShellAsync(command), StringComparison.Ordinal);
        }

        Assert.False(File.Exists($"{fixture.Root}/made"));
        Assert.Contains("\"exit\":0", await fixture.ShellAsync("cat Makefile"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shell_PolicyThatPermitsCodeOfTheWorkspace_RunsItAndNothingThatIsOpaque()
    {
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync("""
            permit(principal, action == Action::"shell_code", resource) when { !context.input.opaque && !context.input.complete && context.input.code.contains("run.sh") };
            permit(principal, action == Action::"write_file", resource);
            """);
        await fixture.CallAsync(CodeTools.WriteFile, ("path", "run.sh"), ("content", "echo made > made\n"));

        Assert.Contains("\"added\":[\"made\"]", await fixture.ShellAsync("sh run.sh"), StringComparison.Ordinal);
        Assert.Contains("denied (no-permit)", await fixture.ShellAsync("echo x >> run.sh; sh run.sh"), StringComparison.Ordinal);
        Assert.Contains("denied (no-permit)", await fixture.ShellAsync("echo x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shell_CodeContainment_HoldsCommandsThatRunCodeAndNoOthers()
    {
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync(codeLimits: new ContainmentLimits { OutputBytes = 1_000 });
        await fixture.CallAsync(CodeTools.WriteFile, ("path", "run.sh"), ("content", "printf '%05000d' 0\n"));

        Assert.Contains("\"exit\":0", await fixture.ShellAsync("printf '%05000d' 0"), StringComparison.Ordinal);
        Assert.Contains("\"limit\":\"Output\"", await fixture.ShellAsync("sh run.sh"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_PolicyOverOnePath_SeesItInOneSpelling()
    {
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync("""
            permit(principal, action in [Action::"read_file", Action::"write_file"], resource) unless { context.input.file like "private/*" };
            """);
        await fixture.CallAsync(CodeTools.WriteFile, ("path", "a"), ("content", "x"));

        foreach (string path in (string[])["private/x", "./private/x", "private//x", "private/./x"])
        {
            Assert.Contains("denied (no-permit)", await fixture.CallAsync(CodeTools.ReadFile, ("path", path)), StringComparison.Ordinal);
        }

        foreach (string path in (string[])["a/../private/x", $"{fixture.Root}/private/x", "/etc/passwd", "../x"])
        {
            Assert.Contains($"denied ({ReasonCodes.DerivedInputFailed})", await fixture.CallAsync(CodeTools.ReadFile, ("path", path)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ReadFile_LinkThatACommandMade_IsNotFollowed()
    {
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync();
        await File.WriteAllTextAsync($"{fixture.Outside}/key", "secret");

        await fixture.ShellAsync($"ln -s {fixture.Outside}/key link");

        Assert.StartsWith("error: 'link'", await fixture.CallAsync(CodeTools.ReadFile, ("path", "link")), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", await fixture.ShellAsync("cat link"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shell_TaskIsRevokedWhileItRuns_TheTreeEnds()
    {
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync();
        Task<string> running = fixture.ShellAsync("touch began; (sleep 1000 & sleep 1000)");
        Stopwatch waited = Stopwatch.StartNew();
        while (!File.Exists($"{fixture.Root}/began") && waited.Elapsed < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(5);
        }

        await fixture.RevokeAsync();

        Assert.Contains("cancelled-by-revocation", await running.WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
        Assert.Contains("revoked", await fixture.ShellAsync("true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shell_FillsTheWorkspace_IsEndedAndLaterWritesAreRefused()
    {
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync(limits: new ContainmentLimits { WorkspaceBytes = 1_000_000 });

        string ran = await fixture.ShellAsync("i=0; while [ $i -lt 10000 ]; do head -c 100000 /dev/zero > f$i 2>/dev/null || printf '%0100000d' 0 > f$i; i=$((i+1)); done");

        Assert.Contains("\"limit\":\"Workspace\"", ran, StringComparison.Ordinal);
        Assert.StartsWith("error: The workspace holds", await fixture.CallAsync(CodeTools.WriteFile, ("path", "x"), ("content", "x")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpGet_FollowsRedirectsThatAreEachDecided()
    {
        await using Origin other = Origin.AnsweringText("arrived", "Content-Type: text/plain\r\n");
        string? location = null;
        await using Origin first = Origin.Answering(_ => $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync(
            hosts: [EgressFixture.Local("a.example.com", first.Port), EgressFixture.Local("b.example.com", other.Port)]);
        (fixture.Names["a.example.com"], fixture.Names["b.example.com"]) = ([IPAddress.Loopback], [IPAddress.Loopback]);

        location = $"http://b.example.com:{other.Port}/x";
        string arrived = await fixture.CallAsync(CodeTools.HttpGet, ("url", $"http://a.example.com:{first.Port}/"));
        location = $"http://127.0.0.1:{other.Port}/x";
        string refused = await fixture.CallAsync(CodeTools.HttpGet, ("url", $"http://a.example.com:{first.Port}/"));
        location = "file:///etc/passwd";
        string file = await fixture.CallAsync(CodeTools.HttpGet, ("url", $"http://a.example.com:{first.Port}/"));

        Assert.Contains("\"body\":\"arrived\"", arrived, StringComparison.Ordinal);
        Assert.Contains("outside-containment", refused, StringComparison.Ordinal);
        Assert.StartsWith("error: a redirect", file, StringComparison.Ordinal);
        Assert.Single(other.Received);
    }

    [Fact]
    public async Task Create_CalledAroundTheGuard_Fails()
    {
        AIFunction shell = CodeTools.Create(new CodeToolOptions("code"))[0];

        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(async () => await shell.InvokeAsync(new AIFunctionArguments { ["command"] = "true" }));

        Assert.Contains("around the guard", e.Message, StringComparison.Ordinal);
    }
}
