namespace IntentAuthz.Tests.Guarding;

/// <summary>What a task may use in all, reserved before its tools run.</summary>
public sealed class BudgetTests
{
    private static readonly ToolDescriptorBuilder s_pay = ToolDescriptor.For("pay")
        .Action("pay")
        .InActionGroups("money")
        .InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"number"}},"required":["to"]}""")
        .Argument("to", ArgumentRole.Target)
        .Argument("amount", ArgumentRole.Magnitude)
        .Resource("Account", a => new ResourceReference(new("Account", a.GetProperty("to").GetString()!)))
        .Idempotent();

    private static readonly ToolDescriptorBuilder s_read = ToolDescriptor.For("read").Action("read").Idempotent();

    private static GuardFixture Open() => new(
        "permit(principal is IntentAuthz::Agent, action in [Action::\"pay\", Action::\"read\"], resource);", b => b.AddTool(s_pay).AddTool(s_read));

    private static Mandate Within(TaskBudget budget) => Mandate.WhateverPoliciesPermit("a test").WithBudget(budget);

    private static async Task<string[]> Codes(GuardFixture fixture, AgentTask task, params string[] calls)
    {
        List<string> codes = [];
        foreach (string call in calls)
        {
            GuardResult result = call == "read" ? await fixture.CallAsync(task, "read") : await fixture.CallAsync(task, "pay", call);
            codes.Add(result.Decision.ReasonCode);
        }

        return [.. codes];
    }

    [Fact]
    public async Task Calls_OverTheLimit_AreDeniedAndTheToolDoesNotRun()
    {
        await using GuardFixture fixture = Open();
        AgentTask task = await fixture.OpenAsync(Within(TaskBudget.Unlimited.WithCalls(2)));

        Assert.Equal([ReasonCodes.Permitted, ReasonCodes.Permitted, ReasonCodes.BudgetExceeded], await Codes(fixture, task, "read", "read", "read"));
        Assert.Equal(2, fixture.Ran.Count);
        Assert.False(fixture.Guard.CouldPermit(task, "read"));
    }

    [Fact]
    public async Task CallsOf_AnActionGroup_CountsTheActionsInItAndNoOthers()
    {
        await using GuardFixture fixture = Open();
        AgentTask task = await fixture.OpenAsync(Within(TaskBudget.Unlimited.WithCallsOf("money", 1)));

        Assert.Equal(
            [ReasonCodes.Permitted, ReasonCodes.Permitted, ReasonCodes.BudgetExceeded, ReasonCodes.Permitted],
            await Codes(fixture, task, "read", """{"to":"a"}""", """{"to":"b"}""", "read"));
    }

    [Theory]
    [InlineData("""{"to":"a","amount":60}""", """{"to":"a","amount":40.01}""", ReasonCodes.BudgetExceeded)]
    [InlineData("""{"to":"a","amount":60}""", """{"to":"a","amount":40}""", ReasonCodes.Permitted)]
    [InlineData("""{"to":"a","amount":60}""", """{"to":"a"}""", ReasonCodes.Permitted)]
    [InlineData("""{"to":"a","amount":-60}""", """{"to":"a","amount":50}""", ReasonCodes.BudgetExceeded)]
    [InlineData("""{"to":"a","amount":100}""", """{"to":"a","amount":0.0001}""", ReasonCodes.BudgetExceeded)]
    public async Task Spend_IsTheSumOfTheArgument(string first, string second, string expected)
    {
        await using GuardFixture fixture = Open();
        AgentTask task = await fixture.OpenAsync(Within(TaskBudget.Unlimited.WithSpend("amount", 100m, "pay")));

        Assert.Equal([ReasonCodes.Permitted, expected], await Codes(fixture, task, first, second));
    }

    [Fact]
    public async Task Spend_OnAnArgumentThatIsNoNumber_DeniesTheCall()
    {
        await using GuardFixture fixture = Open();
        AgentTask task = await fixture.OpenAsync(Within(TaskBudget.Unlimited.WithSpend("to", 100m)));

        Assert.Equal([ReasonCodes.BudgetExceeded], await Codes(fixture, task, """{"to":"ann"}"""));
    }

    [Fact]
    public async Task Resources_CountsDifferentOnes()
    {
        await using GuardFixture fixture = Open();
        AgentTask task = await fixture.OpenAsync(Within(TaskBudget.Unlimited.WithResources(2)));

        Assert.Equal(
            [ReasonCodes.Permitted, ReasonCodes.Permitted, ReasonCodes.Permitted, ReasonCodes.BudgetExceeded, ReasonCodes.Permitted],
            await Codes(fixture, task, """{"to":"a"}""", """{"to":"b"}""", """{"to":"a"}""", """{"to":"c"}""", """{"to":"b"}"""));
    }

    [Fact]
    public async Task Time_EndsTheTaskBeforeItsLifetime()
    {
        await using GuardFixture fixture = Open();
        AgentTask task = await fixture.OpenAsync(Within(TaskBudget.Unlimited.WithTime(TimeSpan.FromMinutes(5))), lifetime: TimeSpan.FromHours(1));
        fixture.Clock.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal([ReasonCodes.TaskExpired], await Codes(fixture, task, "read"));
    }

    [Fact]
    public async Task ASubTask_SpendsTheBudgetOfTheTaskAbove()
    {
        await using GuardFixture fixture = Open();
        AgentTask task = await fixture.OpenAsync(Within(TaskBudget.Unlimited.WithCalls(2)));
        AgentTask sub = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            task, new TaskRequest(fixture.Agent, "part", Within(TaskBudget.Unlimited.WithCalls(100)), TimeSpan.FromMinutes(5)))).GetTaskOrThrow();

        Assert.Equal([ReasonCodes.Permitted, ReasonCodes.Permitted, ReasonCodes.BudgetExceeded], await Codes(fixture, sub, "read", "read", "read"));
        Assert.Equal([ReasonCodes.BudgetExceeded], await Codes(fixture, task, "read"));
    }

    [Fact]
    public async Task ARefusalAbove_TakesNothingFromTheSubTask()
    {
        await using GuardFixture fixture = Open();
        AgentTask task = await fixture.OpenAsync(Within(TaskBudget.Unlimited.WithSpend("amount", 10m)));
        AgentTask sub = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            task, new TaskRequest(fixture.Agent, "part", Within(TaskBudget.Unlimited.WithCalls(1)), TimeSpan.FromMinutes(5)))).GetTaskOrThrow();

        Assert.Equal(
            [ReasonCodes.BudgetExceeded, ReasonCodes.Permitted, ReasonCodes.BudgetExceeded],
            await Codes(fixture, sub, """{"to":"a","amount":11}""", """{"to":"a","amount":10}""", "read"));
    }

    [Fact]
    public async Task ManyCallsAtOnce_NeverRacePastALimit()
    {
        await using GuardFixture fixture = Open();
        AgentTask task = await fixture.OpenAsync(Within(TaskBudget.Unlimited.WithCalls(50).WithSpend("amount", 30m)));

        GuardResult[] results = await Task.WhenAll(Enumerable.Range(0, 400).Select(_ => Task.Run(() => fixture.CallAsync(task, "pay", """{"to":"a","amount":1}"""))));

        Assert.Equal(30, results.Count(r => r.IsCompleted));
        Assert.Equal(30, fixture.Ran.Count);
    }

    [Fact]
    public void Description_SaysTheLimitsToWhoeverApproves() =>
        Assert.Equal(
            "pay; at most 3 calls, at most 2 calls of pay, amount up to 100.5 in all of pay, at most 5 different resources, for at most 00:10:00",
            Mandate.Of(MandateGrant.Of("pay"))
                .WithBudget(TaskBudget.Unlimited.WithCalls(3).WithCallsOf("pay", 2).WithSpend("amount", 100.5m, "pay").WithResources(5).WithTime(TimeSpan.FromMinutes(10)))
                .Description);

    [Fact]
    public void Limits_BelowNothing_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TaskBudget.Unlimited.WithCalls(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TaskBudget.Unlimited.WithSpend("amount", -0.01m));
        Assert.Throws<ArgumentOutOfRangeException>(() => TaskBudget.Unlimited.WithResources(TaskBudget.MostResources + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TaskBudget.Unlimited.WithTime(TimeSpan.Zero));
    }
}
