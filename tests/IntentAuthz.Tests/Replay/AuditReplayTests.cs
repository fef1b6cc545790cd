using IntentAuthz.Cedar;
using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Replay;

/// <summary>What can be said from an audit log alone, and that the rest is called unknown.</summary>
public sealed class AuditReplayTests : IDisposable
{
    private const string Old = """
        @id("pay") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input.amount <= 100 };
        @id("tell") permit(principal is IntentAuthz::Agent, action == Action::"tell", resource);
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("audit-replay").FullName;

    private string Log => Path.Combine(_directory, "audit.jsonl");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Run_OverALog_DecidesWhatDoesNotDependOnArguments()
    {
        await WriteAsync();

        ReplayResult same = await ReplayAsync(Old);
        Assert.Equal((4L, 2L, 0L, 2L), (same.Decisions, same.Same, same.Changed, same.Unknown)); // both calls of tell; pay depends on the amount
        Assert.Contains("neither arguments", Assert.Single(same.Unknowns.Select(static u => u.Missing).Distinct()), StringComparison.Ordinal);
        Assert.All(same.Unknowns, static u => Assert.Equal("pay", Assert.Single(u.Policies)));

        ReplayResult forbidden = await ReplayAsync(Old + "@id(\"quiet\") forbid(principal, action == Action::\"tell\", resource);");
        ReplayGroup group = Assert.Single(forbidden.Changes);
        Assert.Equal((ReplayChange.Forbids, "quiet", 2L), (group.Change, string.Join(',', group.Policies), group.Count));

        ReplayResult asked = await ReplayAsync(Old.Replace("@id(\"tell\")", "@id(\"tell\") @approval(\"boss\")", StringComparison.Ordinal));
        Assert.Equal(DecisionOutcome.RequireApproval, Assert.Single(asked.Changes).To);

        // Nothing permits paying any more, whatever the amount was.
        ReplayResult gone = await ReplayAsync("@id(\"tell\") permit(principal is IntentAuthz::Agent, action == Action::\"tell\", resource);");
        Assert.Equal((3L, 1L, 0L), (gone.Same, gone.Changed, gone.Unknown));
    }

    [Fact]
    public async Task Run_GroupsOfActions_AreKnownFromASchemaAlone()
    {
        await WriteAsync();
        const string now = "permit(principal is IntentAuthz::Agent, action in Action::\"harmless\", resource);";
        const string schema = """
            namespace IntentAuthz { entity Agent; entity Tool; }
            action harmless;
            action pay appliesTo { principal: IntentAuthz::Agent, resource: IntentAuthz::Tool, context: {} };
            action tell in [harmless] appliesTo { principal: IntentAuthz::Agent, resource: IntentAuthz::Tool, context: {} };
            """;

        Assert.Equal(4, (await ReplayAsync(now)).Unknown);
        ReplayResult known = await new DecisionReplay([PolicySource.Text(now)], new ReplayOptions { Schema = Schema.ParseCedar(schema) }).RunOverAuditAsync(AuditLog.JsonLines(Log));
        Assert.Equal((3L, 1L, 0L), (known.Same, known.Changed, known.Unknown));
    }

    [Fact]
    public async Task Run_LinesThatAreNone_AreNamedAndTheRestIsRead()
    {
        await WriteAsync();
        string[] lines = File.ReadAllLines(Log);
        File.WriteAllLines(Log, [lines[0], "noise", lines[1].Replace("\"kind\":", "\"kinder\":", StringComparison.Ordinal), .. lines[2..]]);

        ReplayResult result = await ReplayAsync(Old);

        Assert.Equal(3, result.Problems.Length);
        Assert.Contains($"{Log}:2: ", result.Problems[0], StringComparison.Ordinal);
        Assert.StartsWith($"{Log}:3: Record ", result.Problems[1], StringComparison.Ordinal);
        Assert.Equal($"{Log}:3: the record cannot be read (KeyNotFoundException).", result.Problems[2]);
    }

    [Fact]
    public async Task Run_ALogAsItWasWritten_SaysThatItIsIntact()
    {
        await WriteAsync();

        ReplayResult result = await ReplayAsync(Old);

        Assert.True(result.Audit!.IsIntact);
        Assert.Empty(result.Problems);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("taken out")]
    [InlineData("moved")]
    [InlineData("cut off before a checkpoint kept elsewhere")]
    public async Task Run_ALogThatWasAltered_SaysThatTheChainDoesNotHold_AndReadsTheRest(string how)
    {
        List<AuditCheckpoint> kept = [];
        await WriteAsync(kept);
        string[] lines = File.ReadAllLines(Log);
        int told = Array.FindIndex(lines, static l => l.Contains("\"tool\":\"tell\"", StringComparison.Ordinal));
        File.WriteAllLines(Log, how switch
        {
            "changed" => lines.Select((l, i) => i == told ? l.Replace("\"outcome\":\"permit\"", "\"outcome\":\"deny\"", StringComparison.Ordinal) : l),
            "taken out" => lines.Where((_, i) => i != told),
            "moved" => [.. lines[..told], lines[told + 1], lines[told], .. lines[(told + 2)..]],
            _ => lines[..(told + 1)],
        });
        AuditVerifyOptions against = new();
        kept.ForEach(against.Checkpoints.Add);

        ReplayResult result = await new DecisionReplay([PolicySource.Text(Old)]).RunOverAuditAsync(AuditLog.JsonLines(Log), against);

        Assert.False(result.Audit!.IsIntact, how);
        Assert.Contains(result.Audit.Findings[0].ToString(), result.Problems);
        Assert.InRange(result.Decisions, 3, 4);
    }

    [Fact]
    public async Task Run_DecisionOnAResourceThatIsCut_IsUnknown()
    {
        const string policies = "permit(principal is IntentAuthz::Agent, action, resource);";
        await using (JsonLinesAuditSink sink = new(Log))
        {
            await using GuardFixture fixture = new(
                policies, static b => b.AddTool(ToolDescriptor.For("read").Argument("path", ArgumentRole.Target).Resource("File", "path").Idempotent()), sink: sink);
            AgentTask task = await fixture.OpenAsync();
            await fixture.CallAsync(task, "read", $$"""{"path":"{{new string('x', 10_000)}}"}""");
            await fixture.CallAsync(task, "read", """{"path":"x"}""");
        }

        ReplayResult result = await ReplayAsync(policies);

        Assert.Empty(result.Problems);
        Assert.Equal((2L, 1L, 1L), (result.Decisions, result.Same, result.Unknown));
        Assert.Contains("too long", Assert.Single(result.Unknowns).Missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoSuchFile_SaysSo() => await Assert.ThrowsAsync<FileNotFoundException>(() => ReplayAsync(Old));

    private Task<ReplayResult> ReplayAsync(string policies) => new DecisionReplay([PolicySource.Text(policies)]).RunOverAuditAsync(AuditLog.JsonLines(Log));

    private async Task WriteAsync(List<AuditCheckpoint>? kept = null)
    {
        await using JsonLinesAuditSink sink = new(Log, new AuditFileOptions { CheckpointWritten = c => kept?.Add(c) });
        await using GuardFixture fixture = new(
            Old,
            static b => b
                .AddTool(ToolDescriptor.For("pay").InputSchema("""{"properties":{"amount":{"type":"integer"}},"required":["amount"]}""").Idempotent())
                .AddTool(ToolDescriptor.For("tell").InputSchema("""{"properties":{"text":{"type":"string"}},"required":["text"]}""").Idempotent()),
            sink: sink);
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "pay", """{"amount":20}""");
        await fixture.CallAsync(task, "pay", """{"amount":2000}""");
        await fixture.CallAsync(task, "tell", """{"text":"a"}""");
        await fixture.CallAsync(task, "tell", """{"text":"b"}""");
    }
}
