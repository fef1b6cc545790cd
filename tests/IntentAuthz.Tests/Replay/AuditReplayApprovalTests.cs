using IntentAuthz.Tests.Audit;
using IntentAuthz.Tests.Guarding;

using System.Text.Json;

namespace IntentAuthz.Tests.Replay;

/// <summary>Not only policies ask for approvals. The audit says who did, so that a replay lays at the policies' door what is theirs and nothing else.</summary>
public sealed class AuditReplayApprovalTests : IDisposable
{
    private const string Open = """@id("open") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";
    private const string Asking = """@id("open") @approval("finance") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";
    private const string Pay = """{"amount":20}""";

    private readonly string _directory = Directory.CreateTempSubdirectory("audit-approvals").FullName;

    private string Log => Path.Combine(_directory, "audit.jsonl");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("policy", Asking)]
    [InlineData("mandate", Open)]
    [InlineData("proposal", Open)]
    [InlineData("signal", Open)]
    [InlineData("score", Open)]
    [InlineData("repeat", Open)]
    [InlineData("policy,score", Asking)]
    [InlineData("policy,mandate", Asking)]
    public async Task Run_UnderUnchangedPolicies_NothingHasChangedWhoeverAsked(string askers, string policies)
    {
        JsonElement[] asked = await WriteAsync(askers.Split(','), policies);

        Assert.Equal(2, asked.Length); // when it was asked for, and when it was used
        Assert.All(asked, record => Assert.Equal(askers, string.Join(',', record.GetProperty("approvalAskedBy").EnumerateArray().Select(static a => a.GetString()))));
        ReplayResult result = await ReplayAsync(policies);
        Assert.Equal((result.Decisions, 0L, 0L, 0L), (result.Same, result.SameForAnotherReason, result.Changed, result.Unknown));
        Assert.True(result.Decisions >= 2);
    }

    [Theory]
    [InlineData("mandate")]
    [InlineData("proposal")]
    [InlineData("signal")]
    [InlineData("score")]
    [InlineData("repeat")]
    public async Task Run_UnderPoliciesThatAskNow_ThatIsTheChange(string asker)
    {
        await WriteAsync([asker], Open);

        ReplayResult result = await ReplayAsync(Asking);

        ReplayGroup group = Assert.Single(result.Changes);
        Assert.Equal((DecisionOutcome.Permit, DecisionOutcome.RequireApproval, result.Decisions), (group.From, group.To, group.Count));
    }

    [Fact]
    public async Task Run_OverALogThatDoesNotSayWhoAsked_IsUnknownUnlessItIsDeniedNow()
    {
        await WriteAsync(["score"], Open);
        File.WriteAllText(Log, File.ReadAllText(Log).Replace("\"approvalAskedBy\":[\"score\"],", "", StringComparison.Ordinal));

        ReplayResult same = await ReplayAsync(Open);
        ReplayResult denied = await ReplayAsync("""@id("stop") forbid(principal, action == Action::"pay", resource);""");

        Assert.Equal((0L, 2L), (same.Changed, same.Unknown));
        Assert.Equal("an approval was asked for, and the record does not say by whom", Assert.Single(same.Unknowns).Missing);
        Assert.Equal((2L, 0L), (denied.Changed, denied.Unknown));
    }

    [Fact]
    public async Task Run_OverACallThatAMandateAskedAboutAndAnObservedPolicyDenied_DoesNotSayThatPoliciesPermitted()
    {
        JsonElement[] asked = await WriteAsync(["mandate"], """permit(principal, action == Action::"read", resource);""", EnforcementMode.Observe);

        Assert.False(asked[0].TryGetProperty("approvalAskedBy", out _));
        ReplayResult result = await ReplayAsync(Open);
        Assert.Equal((0L, 1L, 1L), (result.Same, result.Changed, result.Unknown)); // the one that waited; the one that ran says what the policy would have been
    }

    [Fact]
    public async Task Record_OfACallThatNobodyAskedAbout_SaysNothingOfIt()
    {
        await WriteAsync([], Open);

        Assert.DoesNotContain("approvalAskedBy", File.ReadAllText(Log), StringComparison.Ordinal);
        Assert.Equal(1, (await ReplayAsync(Open)).Same);
    }

    private Task<ReplayResult> ReplayAsync(string policies) => new DecisionReplay([PolicySource.Text(policies)]).RunOverAuditAsync(AuditLog.JsonLines(Log));

    /// <summary>Makes a call about which somebody asks, has it approved and makes it again. The records that name an approval, each as the schema says.</summary>
    private async Task<JsonElement[]> WriteAsync(string[] askers, string policies, EnforcementMode mode = EnforcementMode.Enforce)
    {
        await using (JsonLinesAuditSink sink = new(Log, new AuditFileOptions()))
        {
            ToolDescriptorBuilder pay = ToolDescriptor.For("pay").InputSchema("""{"properties":{"amount":{"type":"integer"}},"required":["amount"]}""");
            await using GuardFixture fixture = new(policies, b => b.AddTool(askers.Contains("repeat") ? pay : pay.Idempotent()).AddTool(ToolDescriptor.For("read")), o => o.PolicyMode = mode, sink);
            Mandate mandate = askers.Contains("mandate")
                ? Mandate.FromPolicies(PolicySource.Text("@approval(\"finance\") permit(principal, action, resource);", "mandate.cedar"), "with finance")
                : Mandate.WhateverPoliciesPermit("a test");
            AgentTask task = await fixture.OpenAsync(new TaskRequest(fixture.Agent, "pay", askers.Contains("score") ? mandate.WithScoreCeiling(0) : mandate, TimeSpan.FromHours(1))
            {
                Proposal = askers.Contains("proposal") ? MandateProposal.Of("reading only", MandateGrant.Of("read")) : null,
                Outside = OutsideProposal.RequireApproval,
            });
            if (askers.Contains("signal"))
            {
                task.Signals.Take(new Signal(SignalKind.Chaining, default, task.Id, null, "seen", SignalResponse.RequireApproval));
            }

            if (askers.Contains("repeat"))
            {
                await fixture.Guard.InvokeAsync(task, new ToolCall("pay", Pay), static (_, _) => throw new TimeoutException());
            }

            GuardResult asked = await fixture.CallAsync(task, "pay", Pay);
            if (asked.Decision.Approval is { } approval)
            {
                await fixture.Guard.Approvals.ApproveAsync(approval, fixture.Boss);
                Assert.True((await fixture.CallAsync(task, "pay", Pay)).IsCompleted);
            }

            await fixture.RecordsAsync();
        }

        JsonSchemaCheck schema = new(JsonElement.Parse(await File.ReadAllTextAsync(AuditRecordTests.SchemaPath)));
        JsonElement[] lines = [.. (await File.ReadAllLinesAsync(Log)).Select(static l => JsonElement.Parse(l))];
        Assert.All(lines, line => Assert.Empty(schema.Faults(line)));
        return
        [
            .. lines.Where(static l => l.TryGetProperty("record", out JsonElement r) && r.GetProperty("kind").GetString() == "decision" && r.TryGetProperty("approval", out _))
                .Select(static l => l.GetProperty("record")),
        ];
    }
}
