namespace IntentAuthz.Tests.Guarding;

/// <summary>What a call of a task that is not kept allocates and waits for: keeping tasks in a store must cost nobody anything who does not.</summary>
[Collection("who listens")] // a listener is for all guards of the process, and watching allocates
public sealed class CallCostTests
{
    /// <summary>
    /// The guard's budget. Measured on 64 bits: 912 B by the thread that calls and 16 B by the audit's writer, and up to 64 B more as long as the
    /// compiler has not optimised all of it. A single wait would cost more than what is left. Whoever needs more for something takes it from elsewhere.
    /// </summary>
    private const long Budget = 1_024;

    [Theory]
    [InlineData(false, true, Budget)]
    [InlineData(true, true, Budget)]
    [InlineData(true, false, 1_160)] // 1,048 B: a tool whose second call does more is remembered by the digest of its call
    public async Task InvokeAsync_WithoutAStore_KeepsToTheBudgetAndCompletesWithoutWaiting(bool withCredential, bool isIdempotent, long most)
    {
        ToolDescriptorBuilder pay = ToolDescriptor.For("pay")
            .InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"integer"}},"required":["to","amount"]}""")
            .Argument("to", ArgumentRole.Target)
            .Argument("amount", ArgumentRole.Magnitude);
        pay = isIdempotent ? pay.Idempotent() : pay;
        await using GuardFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input.amount <= 100 && context.task.purpose != "" };""",
            b => b.AddTool(withCredential ? pay.NeedsCredential("payments:write") : pay)
                .AddIssuer(new StaticSecretIssuer("payments", static (_, _) => new ValueTask<Secret>(new Secret("a secret of a test"u8.ToArray()))))
                .AddCredentialProfile(new CredentialProfile("payments:write", "payments", "https://payments", ["write"], TimeSpan.FromHours(1))),
            o => o.AuditQueueCapacity = o.AuditQueuePerTenant = o.AuditQueuePerTask = 10_000_000);
        AgentTask task = await fixture.OpenAsync();
        ToolCall call = new("pay", """{"to":"ACME","amount":20}""");
        ToolDispatch nothing = static (_, _) => new ValueTask<ToolResult>(ToolResult.None);
        Assert.True((await fixture.Guard.InvokeAsync(task, call, nothing)).IsCompleted); // makes the lease
        long least = long.MaxValue;
        for (int round = 0; round < 200; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ValueTask<GuardResult> result = fixture.Guard.InvokeAsync(task, call, nothing);
            Assert.True(result.IsCompletedSuccessfully, "it waited");
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True((await result).IsCompleted);
        }

        Assert.True(least <= most, $"a call allocates {least} B; it may {most}");
    }

    /// <summary>
    /// What each call makes for itself. On 64 bits: of the call 16 B are the object's own and 8 each of its members is, and 24 its id; a call in flight is a
    /// cancellation source of 48 B and five members. Whoever adds a member asks whether every call needs it.
    /// </summary>
    [Theory]
    [InlineData("call", 128)]
    [InlineData("call in flight", 88)]
    [InlineData("decision", 64)]
    public async Task WhatEachCallMakes_IsNoLargerThanItMustBe(string what, long most)
    {
        await using GuardFixture fixture = new("permit(principal, action, resource);", b => b.AddTool(ToolDescriptor.For("read")));
        AgentTask task = await fixture.OpenAsync();
        ToolDescriptor tool = Assert.Single(fixture.Guard.Tools.Tools);
        CallId id = CallId.New();
        ToolCall call = new("read", "{}");
        CallContext context = new(id, call, task, tool);
        Func<object> make = what switch
        {
            "call" => () => new CallContext(id, call, task, tool),
            "call in flight" => () => new InFlightCall(context),
            _ => () => new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, "", [], []),
        };
        make();

        long before = GC.GetAllocatedBytesForCurrentThread();
        object made = make();
        long size = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(size <= most, $"a {what} takes {size} B");
        GC.KeepAlive(made);
    }
}
