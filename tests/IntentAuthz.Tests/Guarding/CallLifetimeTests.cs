using System.Runtime.CompilerServices;

using IntentAuthz.Tests.Credentials;

namespace IntentAuthz.Tests.Guarding;

/// <summary>What of a call ends with it, whatever somebody keeps: its credential and its containment; and what a kept token does not keep.</summary>
public sealed class CallLifetimeTests
{
    private const string Permit = """permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";
    private const string WithApproval = """@approval("finance") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";

    [Theory]
    [InlineData("returns")]
    [InlineData("throws")]
    [InlineData("is cancelled")]
    [InlineData("has a lease of its own")]
    public async Task Invocation_KeptWhenTheToolIsDone_HasNeitherCredentialNorContainment(string how)
    {
        await using GuardFixture fixture = Fixture(how == "has a lease of its own" ? WithApproval : Permit);
        AgentTask task = await fixture.OpenAsync();
        if (how == "has a lease of its own")
        {
            GuardResult asked = await fixture.CallAsync(task, "pay", """{"to":"ACME"}""");
            await fixture.Guard.Approvals.ApproveAsync(asked.Decision.Approval!.Value, fixture.Boss);
        }

        using CancellationTokenSource caller = new();
        ToolInvocation? kept = null;
        bool hadBoth = false;
        ToolDispatch tool = (invocation, token) =>
        {
            kept = invocation;
            hadBoth = invocation is { Credential.IsLive: true, Containment: not null };
            if (how == "throws")
            {
                throw new InvalidOperationException("no");
            }

            if (how == "is cancelled")
            {
                caller.Cancel();
                token.ThrowIfCancellationRequested();
            }

            return new ValueTask<ToolResult>(ToolResult.None);
        };

        Task<GuardResult> call = fixture.Guard.InvokeAsync(task, new ToolCall("pay", """{"to":"ACME"}"""), tool, caller.Token).AsTask();
        if (how == "is cancelled")
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
        else
        {
            await call;
        }

        Assert.True(hadBoth, "the tool was to have both while it ran");
        Assert.Null(kept!.Credential);
        Assert.Null(kept.Containment);
        Assert.Equal("ACME", kept.Arguments.GetProperty("to").GetString()); // what a decision is explained with stays readable
    }

    [Fact]
    public async Task Decision_Kept_KeepsNoCredentialAliveAndIsStillExplained()
    {
        await using GuardFixture fixture = Fixture(Permit);
        AgentTask task = await fixture.OpenAsync();
        (Decision decision, WeakReference credential) = await CallAndForgetAsync(fixture, task);

        await fixture.Guard.Tasks.CompleteAsync(task);
        fixture.Clock.Advance(TimeSpan.FromMinutes(6)); // so long the broker may hold on to a lease that is over

        Assert.True(await IsCollectedAsync(credential), "the kept decision still reaches the credential of its call");
        Assert.NotEmpty(decision.Explain().Summary);
        GC.KeepAlive(decision);
    }

    [Fact]
    public async Task Token_KeptByTheTool_KeepsNothingOfTheCallAlive()
    {
        await using GuardFixture fixture = Fixture(Permit);
        AgentTask task = await fixture.OpenAsync();

        (CancellationToken token, WeakReference call) = await CallAndKeepTheTokenAsync(fixture, task);

        Assert.True(await IsCollectedAsync(call), "a token that a tool keeps still reaches the arguments of its call");
        Assert.False(token.IsCancellationRequested);
    }

    [Fact]
    public async Task History_KeepsTheBytesOfArguments_AndNothingThatWasMadeOfThem()
    {
        await using GuardFixture fixture = Fixture("""permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input has to };""");
        AgentTask task = await fixture.OpenAsync();

        WeakReference made = await CallAndForgetArgumentsAsync(fixture, task);
        Assert.Equal("""{"to":"ACME"}""", task.GetEvents()[0].Input!.Value.GetRawText());

        Assert.True(await IsCollectedAsync(made), "the task's history still reaches what policies and the tool saw of the arguments");
        Assert.Equal("""{"to":"ACME"}""", task.GetEvents()[0].Input!.Value.GetRawText());
    }

    /// <summary>What is looked at in others' calls is read under the lock that a call leaves by, so nobody finds half a call.</summary>
    [Fact]
    public async Task CallsThatEnd_WhileOthersListAndCancel_AreFoundWholeOrNotAtAll()
    {
        await using GuardFixture fixture = Fixture(Permit);
        AgentTask task = await fixture.OpenAsync();
        using CancellationTokenSource done = new();
        Task<int> looking = Task.Run(() =>
        {
            int found = 0;
            List<LiveCall> calls = [];
            while (!done.IsCancellationRequested)
            {
                calls.Clear();
                task.Calls.AddTo(calls, tool: null);
                found += calls.Count;
                Assert.All(calls, call => Assert.Equal((task.Id, "pay", true), (call.Task, call.Tool, call.Lease is not null)));
                Assert.Equal(0, task.Calls.Cancel(ReasonCodes.Revoked, static call => call.Credential!.Lease.Issuer == "another"));
            }

            return found;
        });

        for (int i = 0; i < 2_000; i++)
        {
            Assert.True((await fixture.CallAsync(task, "pay", """{"to":"ACME"}""")).IsCompleted);
        }

        await fixture.Guard.InvokeAsync(task, new ToolCall("pay", "{}"), async (_, token) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), token); // long enough to be found at least once
            return ToolResult.None;
        });
        await done.CancelAsync();
        Assert.True(await looking > 0, "no call was ever found in flight");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(Decision Decision, WeakReference Credential)> CallAndForgetAsync(GuardFixture fixture, AgentTask task)
    {
        WeakReference? credential = null;
        GuardResult result = await fixture.Guard.InvokeAsync(task, new ToolCall("pay", """{"to":"ACME"}"""), (invocation, _) =>
        {
            credential = new WeakReference(invocation.Credential);
            return new ValueTask<ToolResult>(ToolResult.None);
        });
        Assert.True(credential!.IsAlive);
        return (result.Decision, credential);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> CallAndForgetArgumentsAsync(GuardFixture fixture, AgentTask task)
    {
        WeakReference? arguments = null;
        GuardResult result = await fixture.Guard.InvokeAsync(task, new ToolCall("pay", """{"to":"ACME"}"""), (invocation, _) =>
        {
            Assert.Equal("ACME", invocation.Arguments.GetProperty("to").GetString());
            arguments = new WeakReference(((CallContext)invocation).Given);
            return new ValueTask<ToolResult>(ToolResult.None);
        });
        Assert.True(result.IsCompleted, result.ToString());
        return arguments!;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(CancellationToken Token, WeakReference Call)> CallAndKeepTheTokenAsync(GuardFixture fixture, AgentTask task)
    {
        (CancellationToken Token, WeakReference? Call) kept = default;
        await fixture.Guard.InvokeAsync(task, new ToolCall("pay", """{"to":"ACME"}"""), (invocation, token) =>
        {
            kept = (token, new WeakReference(invocation));
            return new ValueTask<ToolResult>(ToolResult.None);
        });
        return kept!;
    }

    /// <summary>Waits between the attempts: what has just been awaited may still be on the stack, and so may what it works with.</summary>
    private static async Task<bool> IsCollectedAsync(WeakReference reference)
    {
        for (int i = 0; i < 100 && reference.IsAlive; i++)
        {
            await Task.Delay(10);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return !reference.IsAlive;
    }

    private static GuardFixture Fixture(string policies) => new(
        policies,
        b => b.AddTool(ToolDescriptor.For("pay").Argument("to", ArgumentRole.Target).NeedsCredential("pay").NeedsContainment("build").Idempotent())
            .AddCredentialProfile(new CredentialProfile("pay", "vault", "bank", ["write"], TimeSpan.FromMinutes(5)))
            .AddIssuer(new TestIssuer())
            .AddContainmentProfile(new ContainmentProfile("build", new ContainmentBounds { Reads = ["/usr"], Writes = [], Hosts = [] }))
            .UseContainment(new Provider()));

    private sealed class Provider : IContainmentProvider
    {
        public ValueTask<ContainmentResult> PrepareAsync(ContainmentRequest request, CancellationToken cancellationToken) =>
            new(ContainmentResult.Ready(new Contained(request)));
    }

    private sealed class Contained(ContainmentRequest request) : CallContainment
    {
        public override ContainmentBounds Bounds => request.Bounds;

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
