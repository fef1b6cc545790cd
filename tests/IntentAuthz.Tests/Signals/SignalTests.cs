using System.Text.Json;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Signals;

/// <summary>What detectors raise, on what evidence, and what it leads to.</summary>
public sealed class SignalTests
{
    private const string PermitAll = "permit(principal, action, resource);";
    private const string DenyPayments = """
        permit(principal, action, resource);
        forbid(principal, action in Action::"payments", resource);
        """;

    [Fact]
    public async Task OrdinaryTask_RaisesNothing()
    {
        await using GuardFixture fixture = Fixture(PermitAll);
        AgentTask task = await fixture.OpenAsync();
        foreach (string tool in new[] { "mail.read", "mail.send", "pay", "mail.read" })
        {
            await fixture.CallAsync(task, tool);
        }

        Assert.Empty(task.GetSignals());
    }

    [Fact]
    public async Task Chaining_ConfidentialSourceThenPublicSink_IsRaised()
    {
        await using GuardFixture fixture = Fixture(PermitAll);
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "post");
        await fixture.CallAsync(task, "payroll.read");

        await fixture.CallAsync(task, "post");

        Signal signal = Assert.Single(task.GetSignals());
        Assert.Equal((SignalKind.Chaining, "what is confidential was read, and 'post' shows what it is given to the public"), (signal.Kind, signal.Evidence));
    }

    [Fact]
    public async Task Chaining_DeclaredToxicCombination_IsRaisedInItsOrderOnly()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => o.Signals.ToxicCombinations.Add(new ToxicCombination("hr", "outbound")));
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "mail.send");
        await fixture.CallAsync(task, "payroll.read");
        Assert.Empty(task.GetSignals());

        await fixture.CallAsync(task, "mail.send");

        Assert.Equal("an action of 'outbound' follows one of 'hr'", Assert.Single(task.GetSignals()).Evidence);
    }

    [Fact]
    public async Task LateralMovement_BeyondTheUsualServices_IsRaised()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => o.Signals.UsualServices.Add("mail"));
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "mail.read");
        Assert.Empty(task.GetSignals());

        await fixture.CallAsync(task, "payroll.read");

        Assert.Equal((SignalKind.LateralMovement, "'payroll' is none of the usual services"), (task.GetSignals()[0].Kind, task.GetSignals()[0].Evidence));
    }

    [Fact]
    public async Task LateralMovement_BeyondTheirUsualNumber_IsRaised()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => o.Signals.MaxServices = 1);
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "mail.read");
        await fixture.CallAsync(task, "mail.send");
        Assert.Empty(task.GetSignals());

        await fixture.CallAsync(task, "pay");

        Assert.Equal(SignalKind.LateralMovement, Assert.Single(task.GetSignals()).Kind);
    }

    [Fact]
    public async Task RepeatedEscalation_MutatedRetriesOfADeniedCall_IsRaised()
    {
        await using GuardFixture fixture = Fixture(DenyPayments, static o => o.Signals.MaxDenialsOfOneTool = 2);
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.Empty(task.GetSignals());
            await fixture.CallAsync(task, "pay", JsonSerializer.Serialize(new { amount = i }));
        }

        Assert.Equal((SignalKind.RepeatedEscalation, "'pay' was denied 3 times, with whatever arguments"), (task.GetSignals()[0].Kind, task.GetSignals()[0].Evidence));
    }

    [Fact]
    public async Task RepeatedEscalation_ManyDenials_IsRaised()
    {
        await using GuardFixture fixture = Fixture("permit(principal, action == Action::\"nothing\", resource);", static o => o.Signals.MaxDenials = 2, b => b.AddTool(ToolDescriptor.For("nothing")));
        AgentTask task = await fixture.OpenAsync();
        foreach (string tool in new[] { "mail.read", "mail.send", "payroll.read" })
        {
            Assert.Empty(task.GetSignals());
            await fixture.CallAsync(task, tool);
        }

        Assert.Equal("3 calls were denied", Assert.Single(task.GetSignals()).Evidence);
    }

    [Fact]
    public async Task RepeatedEscalation_DeniedEffectByAnotherTool_IsRaised()
    {
        await using GuardFixture fixture = Fixture(
            """
            permit(principal, action, resource);
            forbid(principal, action == Action::"files.delete", resource);
            """,
            null,
            static b => b
                .AddSchema("entity File;")
                .AddTool(ToolDescriptor.For("files.delete").Effect(ToolEffect.Delete).Argument("path", ArgumentRole.Target).Resource("File", "path"))
                .AddTool(ToolDescriptor.For("shell.rm").Effect(ToolEffect.Delete).Argument("path", ArgumentRole.Target).Resource("File", "path")));
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "files.delete", """{"path":"/a"}""");
        await fixture.CallAsync(task, "shell.rm", """{"path":"/b"}""");
        Assert.Empty(task.GetSignals());

        await fixture.CallAsync(task, "shell.rm", """{"path":"/a"}""");

        Assert.Equal("the effect that was denied to 'files.delete' is tried with 'shell.rm'", Assert.Single(task.GetSignals()).Evidence);
    }

    [Fact]
    public async Task RepeatedEscalation_DenialsOfEverMoreDangerousTools_IsRaised()
    {
        await using GuardFixture fixture = Fixture(
            "forbid(principal, action, resource) when { context has risk };", null,
            static b => b.AddTool(ToolDescriptor.For("a").Risk(RiskClass.Low)).AddTool(ToolDescriptor.For("b").Risk(RiskClass.High)).AddTool(ToolDescriptor.For("c").Risk(RiskClass.Critical)));
        AgentTask task = await fixture.OpenAsync();
        foreach (string tool in new[] { "a", "b", "c" })
        {
            await fixture.CallAsync(task, tool);
        }

        Assert.Equal("calls of ever more dangerous tools were denied", Assert.Single(task.GetSignals()).Evidence);
    }

    [Fact]
    public async Task Runaway_TheSameCallOverAndOver_IsRaised()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => o.Signals.MaxRepeats = 3);
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 10; i++)
        {
            await fixture.CallAsync(task, "mail.read", JsonSerializer.Serialize(new { amount = i }));
        }

        Assert.Empty(task.GetSignals());
        for (int i = 0; i < 4; i++)
        {
            await fixture.CallAsync(task, "mail.read");
        }

        Assert.Equal((SignalKind.Runaway, "'mail.read' was called 4 times with the same arguments"), (task.GetSignals()[0].Kind, task.GetSignals()[0].Evidence));
    }

    [Fact]
    public async Task Runaway_WhiteSpaceAroundTheArguments_MakesNoOtherCall()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => o.Signals.MaxRepeats = 3);
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 4; i++)
        {
            await fixture.CallAsync(task, "mail.read", new string(' ', i) + """{"amount":1}""" + new string('\n', i));
        }

        Assert.Equal(SignalKind.Runaway, Assert.Single(task.GetSignals()).Kind);
    }

    [Fact]
    public async Task Runaway_Burst_IsRaised_AndTheSameNumberOverALongerTimeIsNot()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => (o.Signals.MaxBurst, o.Signals.BurstWindow) = (5, TimeSpan.FromSeconds(1)));
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 20; i++)
        {
            await fixture.CallAsync(task, "mail.read", JsonSerializer.Serialize(new { amount = i }));
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.Empty(task.GetSignals());
        for (int i = 0; i < 6; i++)
        {
            await fixture.CallAsync(task, "mail.read", JsonSerializer.Serialize(new { amount = 100 + i }));
        }

        Assert.Equal("more than 5 calls started within 1 s", task.GetSignals()[0].Evidence);
    }

    [Fact]
    public async Task GoalDrift_OutsideTheMandateAfterAStrangersText_IsRaised()
    {
        await using GuardFixture fixture = Fixture(PermitAll);
        AgentTask task = await fixture.OpenAsync(Mandate.Of(MandateGrant.Of("mail.read", "payroll.read")));
        await fixture.CallAsync(task, "pay");
        Assert.Empty(task.GetSignals());
        await fixture.CallAsync(task, "mail.read");

        await fixture.CallAsync(task, "pay");

        Assert.Equal(SignalKind.GoalDrift, Assert.Single(task.GetSignals()).Kind);
    }

    [Theory]
    [InlineData("{\"n\":1}", null)]
    [InlineData("{\"n\":\"x\"}", "a result of 'typed' does not fit its schema")]
    [InlineData("{\"n\":10000000000000000000}", "a result of 'typed' has 26 characters, where 20 are usual")]
    public async Task UnexpectedOutput_WhatDoesNotFitOrIsTooLong_IsRaised(string result, string? evidence)
    {
        await using GuardFixture fixture = Fixture(
            PermitAll, null, static b => b.AddTool(ToolDescriptor.For("typed").OutputSchema(JsonElement.Parse("""{"type":"object","properties":{"n":{"type":"number"}},"required":["n"]}""")).UsualResult(20)));
        AgentTask task = await fixture.OpenAsync();

        await fixture.Guard.InvokeAsync(task, new ToolCall("typed", "{}"), (_, _) => new ValueTask<ToolResult>(ToolResult.FromJson(JsonElement.Parse(result))));

        Assert.Equal(evidence, task.GetSignals().SingleOrDefault()?.Evidence);
    }

    [Theory]
    [InlineData(SignalResponse.Record, ReasonCodes.Completed, TaskState.Active)]
    [InlineData(SignalResponse.RequireApproval, ReasonCodes.ApprovalRequired, TaskState.Active)]
    [InlineData(SignalResponse.Suspend, ReasonCodes.TaskSuspended, TaskState.Suspended)]
    [InlineData(SignalResponse.Revoke, ReasonCodes.Revoked, TaskState.Revoked)]
    public async Task Response_HoldsForTheCallThatRaisesIt_AndFromThenOn(SignalResponse response, string outcome, TaskState state)
    {
        await using GuardFixture fixture = Fixture(PermitAll, o => o.Signals.Responses[SignalKind.Chaining] = response);
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "payroll.read");

        GuardResult raising = await fixture.CallAsync(task, "post");
        GuardResult later = await fixture.CallAsync(task, "mail.read");

        Assert.Equal((outcome, outcome, state), (raising.OutcomeCode, later.OutcomeCode, task.State));
        Assert.Equal(response, Assert.Single(task.GetSignals()).Response);
    }

    [Fact]
    public async Task RequiredApproval_LetsTheCallRunOnceSomebodySaidYes()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => o.Signals.Responses[SignalKind.Chaining] = SignalResponse.RequireApproval);
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "payroll.read");
        GuardResult asked = await fixture.CallAsync(task, "post");

        Assert.True((await fixture.Guard.Approvals.ApproveAsync(asked.Decision.Approval!.Value, fixture.Boss)).IsPermitted);

        Assert.True((await fixture.CallAsync(task, "post")).IsCompleted);
    }

    [Fact]
    public async Task Signal_InASubTask_IsSeenInTheTasksAbove()
    {
        await using GuardFixture fixture = Fixture(
            PermitAll,
            static o => o.Signals.Responses[SignalKind.Chaining] = SignalResponse.RequireApproval);
        AgentTask parent = await fixture.OpenAsync();
        AgentTask child = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            parent, new TaskRequest(fixture.Agent, "a part", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(1)))).GetTaskOrThrow();
        await fixture.CallAsync(child, "payroll.read");
        await fixture.CallAsync(child, "post");

        Assert.Equal(SignalKind.Chaining, Assert.Single(parent.GetSignals()).Kind);
        Assert.Equal(ReasonCodes.ApprovalRequired, (await fixture.CallAsync(parent, "mail.read")).OutcomeCode);
    }

    [Fact]
    public async Task Policy_SeesSignals()
    {
        await using GuardFixture fixture = Fixture("""
            permit(principal, action, resource);
            forbid(principal, action == Action::"pay", resource) when { context.history.signals.contains("chaining") };
            """);
        AgentTask task = await fixture.OpenAsync();
        Assert.True((await fixture.CallAsync(task, "pay")).IsCompleted);
        await fixture.CallAsync(task, "payroll.read");
        await fixture.CallAsync(task, "post");

        Assert.Equal(ReasonCodes.Forbidden, (await fixture.CallAsync(task, "pay")).OutcomeCode);
    }

    [Fact]
    public async Task Signal_IsAudited_ABoundedNumberOfTimes()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => o.Signals.MaxRepeats = 2);
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 50; i++)
        {
            await fixture.CallAsync(task, "mail.read");
        }

        AuditRecord[] records = [.. (await fixture.RecordsAsync()).Where(static r => r.Kind == AuditKind.Signal)];
        Assert.Equal(8, records.Length);
        Assert.Equal("runaway", records[0].ReasonCode);
        Assert.Equal(8, task.GetSignals().Length);
    }

    [Fact]
    public async Task ParallelCalls_AreAllCounted()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => o.Signals.MaxRepeats = 199);
        AgentTask task = await fixture.OpenAsync();

        await Parallel.ForAsync(0, 200, async (_, _) => await fixture.CallAsync(task, "mail.read"));

        Assert.Equal("'mail.read' was called 200 times with the same arguments", Assert.Single(task.GetSignals()).Evidence);
    }

    [Theory]
    [InlineData("MaxServices", 0)]
    [InlineData("MaxDenials", 0)]
    [InlineData("MaxRepeats", 1)]
    [InlineData("MaxBurst", 0)]
    public void Options_OutOfRange_AreRefusedByName(string name, int value)
    {
        SignalOptions options = new();
        typeof(SignalOptions).GetProperty(name)!.SetValue(options, value);

        Assert.Contains($"Signals.{name} is {value}", Assert.Single(options.Problems()), StringComparison.Ordinal);
    }

    private static GuardFixture Fixture(string policies, Action<IntentAuthzOptions>? configure = null, Action<IntentAuthzBuilder>? add = null) => new(
        policies,
        b =>
        {
            b.AddTool(Open(ToolDescriptor.For("mail.read").ResultLabel(Integrity.Untrusted, Confidentiality.Public)))
                .AddTool(Open(ToolDescriptor.For("mail.send").InActionGroups("outbound").ResultLabel(Integrity.Trusted, Confidentiality.Public)))
                .AddTool(Open(ToolDescriptor.For("payroll.read").InActionGroups("hr").ResultLabel(Integrity.Trusted, Confidentiality.Confidential)))
                .AddTool(Open(ToolDescriptor.For("post").ShownTo(Confidentiality.Public).ResultLabel(Integrity.Trusted, Confidentiality.Public)))
                .AddTool(Open(ToolDescriptor.For("pay").InActionGroups("payments").ResultLabel(Integrity.Trusted, Confidentiality.Public)));
            add?.Invoke(b);
        },
        configure);

    private static ToolDescriptorBuilder Open(ToolDescriptorBuilder tool) =>
        tool.InputSchema("""{"properties":{"amount":{"type":"integer"}}}""").Argument("amount", ArgumentRole.Selector).Idempotent();
}
