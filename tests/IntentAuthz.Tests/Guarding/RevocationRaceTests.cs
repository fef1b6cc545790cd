using IntentAuthz.Tests.Credentials;

namespace IntentAuthz.Tests.Guarding;

/// <summary>Taking authority away while calls are decided and while they run.</summary>
public sealed class RevocationRaceTests
{
    private const string PermitAll = """permit(principal is IntentAuthz::Agent, action, resource);""";

    private static readonly OperatorKey s_key = new("a key of at least thirty-two characters");

    [Fact]
    public async Task RevokeAsync_CallInFlight_ToolIsCancelledAndItsResultWithheld()
    {
        await using GuardFixture fixture = new(PermitAll, b => b.AddTool(ToolDescriptor.For("slow")));
        AgentTask task = await fixture.OpenAsync();
        TaskCompletionSource running = new();
        Task<GuardResult> call = fixture.Guard.InvokeAsync(task, new ToolCall("slow", "{}"), async (_, token) =>
        {
            running.SetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.Infinite, token));
            return ToolResult.FromText("finished all the same");
        }).AsTask();
        await running.Task;

        RevocationResult revoked = await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(task.Tenant, task.Id), fixture.Boss, "suspicious");
        GuardResult result = await call;

        Assert.True(revoked.IsPermitted, revoked.ToString());
        Assert.Equal(ReasonCodes.CancelledByRevocation, result.OutcomeCode);
        Assert.Null(result.Result);
        Assert.Equal(TaskState.Revoked, task.State);
        Assert.Equal(ReasonCodes.Revoked, (await fixture.CallAsync(task, "slow")).Decision.ReasonCode);
    }

    public static TheoryData<string> Targets => ["task", "agent", "delegation", "tool", "tenant", "everything", "parent"];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task RevokeAsync_BetweenDecisionAndDispatch_TheToolNeverStarts(string what)
    {
        // The audit sink is the last wait before dispatch for a high-risk tool: revoking while it writes hits exactly the gap.
        GatedSink sink = new();
        await using GuardFixture fixture = new(
            PermitAll, b => b.AddTool(ToolDescriptor.For("wire").Risk(RiskClass.High)), o => o.OperatorKey = s_key, sink);
        AgentTask parent = await fixture.OpenAsync();
        AgentTask task = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            parent, new TaskRequest(fixture.Agent, "part", parent.Mandate, TimeSpan.FromMinutes(5)))).GetTaskOrThrow();
        sink.Close();
        Task<GuardResult> call = fixture.CallAsync(task, "wire");
        await sink.Reached;

        RevocationTarget target = what switch
        {
            "task" => RevocationTarget.Task(task.Tenant, task.Id),
            "parent" => RevocationTarget.Task(task.Tenant, parent.Id),
            "agent" => RevocationTarget.Agent(task.Tenant, task.Agent.Id),
            "delegation" => RevocationTarget.DelegationLink(task.Tenant, task.Delegation.Links[0].Id),
            "tool" => RevocationTarget.Tool(task.Tenant, "wire"),
            "tenant" => RevocationTarget.WholeTenant(task.Tenant),
            _ => RevocationTarget.Everything,
        };
        await fixture.Guard.Revocations.RevokeAsync(target, s_key, "stop");
        sink.Open();
        GuardResult result = await call;

        Assert.Equal(ReasonCodes.Revoked, result.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task RevokeAsync_RacesManyCalls_NoCallStartsUncancelledAfterItReturned()
    {
        await using GuardFixture fixture = new(PermitAll, b => b.AddTool(ToolDescriptor.For("quick").Idempotent()));
        // Two callers of fifty calls a round: 20,000 checks by default, a million in the long run.
        int rounds = Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 10_000 : 200;
        for (int round = 0; round < rounds; round++)
        {
            AgentTask task = await fixture.OpenAsync();
            int returned = 0;
            int violations = 0;
            using Barrier start = new(3);
            Task[] callers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                start.SignalAndWait();
                for (int i = 0; i < 50; i++)
                {
                    await fixture.Guard.InvokeAsync(task, new ToolCall("quick", "{}"), (_, token) =>
                    {
                        bool late = Volatile.Read(ref returned) != 0;
                        if (late && !token.IsCancellationRequested)
                        {
                            Interlocked.Increment(ref violations);
                        }

                        return new ValueTask<ToolResult>(ToolResult.None);
                    });
                }
            }))];
            Task revoking = Task.Run(async () =>
            {
                start.SignalAndWait();
                await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(task.Tenant, task.Id), fixture.Boss, "race");
                Volatile.Write(ref returned, 1);
            });
            await Task.WhenAll([.. callers, revoking]);

            Assert.True(violations == 0, $"round {round}: {violations} calls started with a live token after the revocation had returned");
        }
    }

    [Fact]
    public async Task RevokeAsync_OfAnyKind_RacesCallsBesideAWriterAndExpiry_NoCallStartsUncancelledAfterItReturned()
    {
        TestIssuer issuer = new();
        await using GuardFixture fixture = new(
            PermitAll,
            b => b.AddTool(ToolDescriptor.For("quick").Idempotent().NeedsCredential("c"))
                .AddCredentialProfile(new CredentialProfile("c", "vault", "bank", ["all"], TimeSpan.FromMinutes(5)))
                .AddIssuer(issuer),
            o => o.OperatorKey = s_key);
        Random random = new(7);
        int checks = Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 1_000_000 : 20_000;
        int started = 0;
        using CancellationTokenSource done = new();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                RevocationTarget other = RevocationTarget.Lease(GuardFixture.Acme, new LeaseId($"other-{i}"));
                await fixture.Guard.Revocations.RevokeAsync(other, s_key, "another's");
                if (i % 2 == 0)
                {
                    await fixture.Guard.Revocations.LiftAsync(other, s_key, "another's");
                }

                if (i % 100 == 0)
                {
                    fixture.Clock.Advance(TimeSpan.FromMilliseconds(100)); // the entries' time passes, and the sweep runs
                    await Task.Delay(1);
                }
            }
        });
        int round = 0;
        string? version = null;
        for (int made = 0; made < checks; round++)
        {
            AgentTask parent = await fixture.OpenAsync(lifetime: TimeSpan.FromDays(7));
            AgentTask task = (await fixture.Guard.Tasks.OpenSubTaskAsync(
                parent, new TaskRequest(fixture.Agent, "part", parent.Mandate, TimeSpan.FromDays(7)))).GetTaskOrThrow();
            LeaseId lease = default;
            GuardResult first = await fixture.Guard.InvokeAsync(task, new ToolCall("quick", "{}"), (invocation, _) =>
            {
                lease = invocation.Credential!.Lease.Id;
                return new ValueTask<ToolResult>(ToolResult.None);
            });
            Assert.True(first.IsCompleted, first.ToString());
            version ??= (await fixture.RecordsAsync()).Last(static r => r.PolicyVersion is { Length: > 0 }).PolicyVersion!;
            RevocationTarget target = random.Next(11) switch
            {
                0 => RevocationTarget.Task(task.Tenant, task.Id),
                1 => RevocationTarget.Task(task.Tenant, parent.Id),
                2 => RevocationTarget.Agent(task.Tenant, task.Agent.Id),
                3 => RevocationTarget.DelegationLink(task.Tenant, task.Delegation.Links[0].Id),
                4 => RevocationTarget.Tool(task.Tenant, "quick"),
                5 => RevocationTarget.PolicyVersion(task.Tenant, version),
                6 => RevocationTarget.WholeTenant(task.Tenant),
                7 => RevocationTarget.Lease(task.Tenant, lease),
                8 => RevocationTarget.Issuer(task.Tenant, "vault"),
                9 => RevocationTarget.Issuer(null, "vault"),
                _ => RevocationTarget.Everything,
            };

            // A lease that is revoked is replaced by another, which its call may use: only calls with the old one count.
            LeaseId? onlyWith = target.Kind == RevocationKind.Lease ? lease : null;
            int returned = 0;
            int violations = 0;
            using Barrier start = new(3);
            int delay = random.Next(200);
            Task[] callers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                start.SignalAndWait();
                for (int i = 0; i < 50; i++)
                {
                    await fixture.Guard.InvokeAsync(task, new ToolCall("quick", "{}"), (invocation, token) =>
                    {
                        bool late = Volatile.Read(ref returned) != 0;
                        Interlocked.Increment(ref started);
                        if (late && !token.IsCancellationRequested && (onlyWith is null || invocation.Credential!.Lease.Id == onlyWith))
                        {
                            Interlocked.Increment(ref violations);
                        }

                        return new ValueTask<ToolResult>(ToolResult.None);
                    });
                }
            }))];
            Task revoking = Task.Run(async () =>
            {
                start.SignalAndWait();
                Thread.SpinWait(delay * 50);
                RevocationResult result = await fixture.Guard.Revocations.RevokeAsync(target, s_key, "race");
                Volatile.Write(ref returned, 1);
                Assert.True(result.IsPermitted);
            });
            await Task.WhenAll([.. callers, revoking]);
            made += 100;

            Assert.True(violations == 0, $"round {round}, {target.Kind}: {violations} calls started with a live token after the revocation had returned");
            await fixture.Guard.Revocations.LiftAsync(target, s_key, "next round");
            await fixture.Guard.Tasks.CompleteAsync(parent);
        }

        await done.CancelAsync();
        await writing;
        Assert.True(started > 0, "no call ever started, so nothing was tried");
    }

    [Fact]
    public async Task Everything_StandsAgainstNewTasksUntilLifted()
    {
        await using GuardFixture fixture = new(PermitAll, b => b.AddTool(ToolDescriptor.For("quick")), o => o.OperatorKey = s_key);
        Assert.False((await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Everything, fixture.Boss, "no key")).IsPermitted);
        Assert.False((await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Everything, new OperatorKey(new string('x', 40)), "wrong key")).IsPermitted);
        Assert.True((await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Everything, s_key, "drill")).IsPermitted);

        OpenTaskResult refused = await fixture.Guard.Tasks.OpenAsync(
            new TaskRequest(fixture.Agent, "work", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(1)), fixture.Clerk);
        Assert.Equal(ReasonCodes.Revoked, refused.Decision.ReasonCode);

        Assert.True((await fixture.Guard.Revocations.LiftAsync(RevocationTarget.Everything, s_key, "drill over")).IsPermitted);
        Assert.True((await fixture.CallAsync(await fixture.OpenAsync(), "quick")).IsCompleted);
    }

    [Fact]
    public async Task SuspendAsync_ThenResume_CallsStopAndRunAgainButAnAgentCannotResume()
    {
        await using GuardFixture fixture = new(PermitAll, b => b.AddTool(ToolDescriptor.For("quick").Idempotent()));
        AgentTask task = await fixture.OpenAsync();

        Assert.True((await fixture.Guard.Tasks.SuspendAsync(task, fixture.Boss, "looking into it")).IsPermitted);
        Assert.Equal(ReasonCodes.TaskSuspended, (await fixture.CallAsync(task, "quick")).Decision.ReasonCode);
        Assert.True((await fixture.Guard.Tasks.ResumeAsync(task, fixture.Clerk)).IsPermitted);
        Assert.True((await fixture.CallAsync(task, "quick")).IsCompleted);
    }

    /// <summary>A sink whose writes wait while it is closed.</summary>
    private sealed class GatedSink : IAuditSink
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _gate;

        internal Task Reached => _reached.Task;

        internal void Close() => Volatile.Write(ref _gate, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

        internal void Open() => Volatile.Read(ref _gate)!.SetResult();

        public async ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
        {
            if (Volatile.Read(ref _gate) is { } gate && records.ToArray().Any(r => r is { Kind: AuditKind.Decision, Tool: "wire" }))
            {
                _reached.TrySetResult();
                await gate.Task;
            }
        }
    }
}
