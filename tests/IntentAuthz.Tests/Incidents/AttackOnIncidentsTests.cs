using System.Text;
using System.Text.Json;

using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.Logging;

namespace IntentAuthz.Tests.Incidents;

/// <summary>What an agent, or whoever writes what it reads, tries through incidents: every name it chooses, every signal it raises on purpose.</summary>
public sealed class AttackOnIncidentsTests
{
    private const string Hostile = "x\u001b[2J\u001b]0;owned\u0007\r\nIncident inc_0: Closed. All is well\u2028\u202egnp.exe\u200b\ud800";

    [Fact]
    public void Entry_WithControlCharactersAndAnsi_IsOneLineThatNoTerminalObeys()
    {
        IncidentEntry entry = new()
        {
            Incident = IncidentEntry.Opening(RevocationTarget.WholeTenant(GuardFixture.Acme), IncidentSeverity.Low, "x", "x", DateTimeOffset.UtcNow, "x").Incident,
            Tenant = GuardFixture.Acme, Kind = IncidentEntryKind.Signal, At = DateTimeOffset.UtcNow, By = Hostile, Text = Hostile + new string('a', 10_000),
        };

        foreach (string text in new[] { entry.By, entry.Text })
        {
            Assert.DoesNotContain(text, static c => char.IsControl(c) || c is '\u2028' or '\u202e' or '\u200b' || char.IsSurrogate(c));
        }

        Assert.True(entry.Text.Length <= IncidentEntry.MaxText);
    }

    [Fact]
    public void ShownText_OfAnyTwoHundredRunes_IsBoundedAndSafe()
    {
        Random random = new(7);
        for (int i = 0; i < 2_000; i++)
        {
            StringBuilder text = new();
            for (int n = random.Next(200); n > 0; n--)
            {
                text.Append((char)random.Next(0x10000)); // surrogates unpaired too
            }

            string shown = ShownText.Of(text.ToString(), 64);
            Assert.True(shown.Length <= 64, $"seed 7, case {i}: {shown.Length}");
            Assert.DoesNotContain(shown.EnumerateRunes(), static r => Rune.IsControl(r));
        }
    }

    [Fact]
    public async Task Log_OfAnIncident_HasOneLineWhateverThePurposeSays()
    {
        LinesLogger lines = new();
        LoggerIncidentSink sink = new(lines);
        IncidentEntry entry = IncidentEntry.Opening(RevocationTarget.Tool(GuardFixture.Acme, "t"), IncidentSeverity.High, Hostile, Hostile, DateTimeOffset.UtcNow, "x");

        await sink.NotifyAsync(new IncidentNotice(Incident.FromEntries([entry])!, entry), CancellationToken.None);

        string line = Assert.Single(lines.Lines);
        Assert.DoesNotContain(line, static c => char.IsControl(c) || c is '\u2028' or '\u202e');
    }

    [Fact]
    public async Task Purpose_OfASubTask_ThatTheAgentHasWritten_IsSafeInEvidenceNoticeAndExport()
    {
        WebhookTests.NotingSink sink = new();
        await using GuardFixture fixture = IncidentFixture.Create(add: b => b.AddIncidentSink(sink));
        AgentTask task = await fixture.OpenAsync();
        AgentTask child = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            task, new TaskRequest(fixture.Agent, "../../etc/cron.d/x\u202e\u2028", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(5)))).GetTaskOrThrow();
        Incident incident = await fixture.LoopAsync(child, arguments: """{"text":"../../../tmp/escaped"}""");
        using TemporaryFolder folder = new();

        IncidentStep step = await fixture.Guard.Incidents.As(fixture.Boss).ExportAsync(task.Tenant, incident.Id, Path.Combine(folder.Path, "evidence"));

        Assert.True(step.IsDone, step.Decision.ToString());
        Assert.Equal(["evidence"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        foreach (string file in Directory.GetFiles(Path.Combine(folder.Path, "evidence"), "*", SearchOption.AllDirectories))
        {
            Assert.Matches("^(incident|evidence-[0-9]{3}|manifest)\\.json$|^timeline\\.jsonl$", Path.GetFileName(file));
            byte[] content = File.ReadAllBytes(file);
            Assert.DoesNotContain(content, static b => b is 27 or 13 || (b < 32 && b != 10));
            Assert.DoesNotContain("escaped", Encoding.UTF8.GetString(content), StringComparison.Ordinal); // arguments are no evidence
        }

        Assert.All(sink.Notices, static n => Assert.DoesNotContain(n.ToJson(), static b => b is < 32 or > 126));
    }

    [Fact]
    public async Task Export_IntoADirectoryThatHoldsSomething_IsRefused_AndWritesNothing()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "manifest.json"), "mine");

        await Assert.ThrowsAsync<IOException>(async () => await fixture.Guard.Incidents.As(fixture.Boss).ExportAsync(task.Tenant, incident.Id, folder.Path));

        Assert.Equal("mine", File.ReadAllText(Assert.Single(Directory.GetFiles(folder.Path))));
    }

    [Fact]
    public async Task Export_IsItsWritersAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using GuardFixture fixture = IncidentFixture.Create();
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        using TemporaryFolder folder = new();
        string target = Path.Combine(folder.Path, "evidence");
        await fixture.Guard.Incidents.As(fixture.Boss).ExportAsync(task.Tenant, incident.Id, target);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(target));
        foreach (string file in Directory.GetFiles(target))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task Secret_OfALease_ThatTheAgentNamesAsAResource_IsNotInTheEvidence()
    {
        const string secret = "s3cr3t-of-the-vault-0123456789";
        await using GuardFixture fixture = IncidentFixture.Create(add: b => b
            .AddTool(ToolDescriptor.For("pull").InputSchema("""{"properties":{"n":{"type":"string"}}}""").Argument("n", ArgumentRole.Target).Resource("Row", "n").NeedsCredential("db").Idempotent())
            .AddSchema("entity Row;")
            .AddCredentialProfile(new CredentialProfile("db", "vault", "db", ["read"], TimeSpan.FromMinutes(5)))
            .AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new(Secret.FromString(secret)))));
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "pull", """{"n":"first"}""");

        Incident incident = await fixture.LoopAsync(task, "pull", $$"""{"n":"{{secret}}"}""");

        incident = await fixture.UntilAsync(incident, i => i.Has(IncidentEntryKind.Evidence));
        Assert.All(incident.Entries, static e => Assert.DoesNotContain(secret, $"{e.Text} {e.Data}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Flood_OfSignalsByOneTask_FillsNothing()
    {
        WebhookTests.NotingSink sink = new();
        await using GuardFixture fixture = IncidentFixture.Create(add: b => b.AddIncidentSink(sink));
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 2_000; i++)
        {
            await fixture.CallAsync(task, "read", $$"""{"n":{{i % 100}}}""");
        }

        Incident incident = Assert.Single(fixture.Guard.Incidents.GetOpen(null));
        Assert.True(incident.Entries.Length < 200, $"{incident.Entries.Length} entries");
        Assert.True(sink.Notices.Count < 10, $"{sink.Notices.Count} notices");
    }

    [Fact]
    public async Task Flood_OfTasksByOneAgent_StopsAtItsQuota_AndAnotherAgentStillGetsItsIncident()
    {
        await using GuardFixture fixture = IncidentFixture.Create(static o => o.Incidents.MaxPerAgent = 3);
        for (int i = 0; i < 8; i++)
        {
            AgentTask task = await fixture.OpenAsync();
            for (int n = 0; n < 3; n++)
            {
                await fixture.CallAsync(task, "read");
            }
        }

        Assert.Equal(3, fixture.Guard.Incidents.GetOpen(null).Length);
        Assert.Equal(5, fixture.Guard.Incidents.LeftOut);
        AgentIdentity other = AgentIdentity.HostAsserted(new AgentId("other-bot"), GuardFixture.Acme, "ann");
        AgentTask theirs = await fixture.OpenAsync(new TaskRequest(other, "work", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)));

        Assert.Equal(other.Id, (await fixture.LoopAsync(theirs)).Agent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("inc_../../../../etc/passwd0000000000")]
    [InlineData("inc_0123456789ABCDEF0123456789abcdef")]
    [InlineData("inc_0123456789abcdef0123456789abcde")]
    public void Id_ThatIsNotTheLibrarys_IsNone(string id) => Assert.Throws<ArgumentException>(() => new IncidentId(id));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"kind":"Everything","id":"","severity":"Low"}""")]
    [InlineData("""{"kind":"Task","id":5,"severity":"Low"}""")]
    [InlineData("""{"kind":"Task","id":"task_1","severity":"Apocalyptic"}""")]
    public void Opening_ThatCannotBeRead_IsNoIncident(string data)
    {
        IncidentEntry entry = IncidentEntry.Opening(RevocationTarget.WholeTenant(GuardFixture.Acme), IncidentSeverity.Low, "x", "x", DateTimeOffset.UtcNow, "x") with { Data = data };

        Assert.Null(Incident.FromEntries([entry]));
    }

    [Fact]
    public void Entry_OfAnotherTenant_ChangesNothing()
    {
        IncidentEntry opened = IncidentEntry.Opening(RevocationTarget.WholeTenant(GuardFixture.Acme), IncidentSeverity.High, "x", "x", DateTimeOffset.UtcNow, "x");
        IncidentEntry closed = new()
        {
            Incident = opened.Incident, Tenant = new TenantId("evil"), Kind = IncidentEntryKind.Closed, At = DateTimeOffset.UtcNow, By = "x", Text = "x",
        };

        Assert.Equal(IncidentState.Detected, Incident.FromEntries([opened, closed])!.State);
    }

    [Fact]
    public async Task Freeze_RacingActivateAndResume_LeavesNoHeldTaskRunning()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        for (int i = 0; i < 200; i++)
        {
            AgentTask task = await fixture.OpenAsync();
            Incident incident = (await boss.OpenAsync(RevocationTarget.Task(task.Tenant, task.Id), IncidentSeverity.Low, "a race")).Incident!;
            await fixture.Guard.Tasks.SuspendAsync(task, fixture.Boss, "before");
            Task<Decision> resuming = Task.Run(async () => await fixture.Guard.Tasks.ResumeAsync(task, fixture.Boss));
            Task<IncidentStep> freezing = Task.Run(async () => await boss.FreezeAsync(task.Tenant, incident.Id, "now"));
            await Task.WhenAll(resuming, freezing);

            Assert.True(task.State == TaskState.Suspended, $"round {i}: the task is {task.State} although it is held; resume said {await resuming}");
            await boss.RevokeAsync(task.Tenant, incident.Id, "done");
            await boss.CloseAsync(task.Tenant, incident.Id, "done");
        }
    }

    private sealed class TemporaryFolder : IDisposable
    {
        internal string Path { get; } = Directory.CreateTempSubdirectory("intentauthz-evidence-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    private sealed class LinesLogger : ILogger<LoggerIncidentSink>
    {
        internal List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
