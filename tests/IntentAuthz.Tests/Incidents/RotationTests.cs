using System.Collections.Concurrent;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Incidents;

/// <summary>What revoking renews: all that was lent, once, and it says where that is not known.</summary>
public sealed class RotationTests
{
    private static readonly OperatorKey s_key = new("an operator key of the tests, 32+ characters");

    private readonly ConcurrentQueue<string> _rotated = [];
    private bool _fails;

    [Fact]
    public async Task Revoke_OfAnAgentWithManyTasks_RenewsWhatEachOfThemWasLent()
    {
        await using GuardFixture fixture = Create(100);
        for (int i = 0; i < 100; i++)
        {
            await PullAsync(fixture, await fixture.OpenAsync(), i);
        }

        IncidentStep step = await RevokeAsync(fixture, RevocationTarget.Agent(GuardFixture.Acme, fixture.Agent.Id));

        Assert.Equal(100, _rotated.Distinct().Count());
        Assert.Equal(100, _rotated.Count);
        Assert.Equal(100, step.Rotations.Length);
        Assert.DoesNotContain(step.Remaining, static r => r.Contains("not known", StringComparison.Ordinal));
        Assert.Equal(100, step.Incident!.GetRotations().Length);
    }

    [Fact]
    public async Task Revoke_OfATool_RenewsWhatItsCallsWereGiven_AlsoOnceTheyHaveReturned()
    {
        await using GuardFixture fixture = Create(2);
        AgentTask task = await fixture.OpenAsync();
        await PullAsync(fixture, task, 0);
        await PullAsync(fixture, task, 1);
        await PullAsync(fixture, task, 1);

        IncidentStep step = await RevokeAsync(fixture, RevocationTarget.Tool(GuardFixture.Acme, "pull1"));

        Assert.Equal(["p1"], _rotated);
        Assert.Equal(RotationState.Rotated, Assert.Single(step.Rotations).State);
        Assert.Equal(TaskState.Active, task.State);
    }

    [Fact]
    public async Task Revoke_OfATool_ThatRunsNow_RenewsWhatItsTasksWereLent()
    {
        await using GuardFixture fixture = Create(40);
        List<Task> running = [];
        for (int i = 0; i < 40; i++)
        {
            AgentTask task = await fixture.OpenAsync();
            await PullAsync(fixture, task, i);
            TaskCompletionSource entered = new();
            running.Add(fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}"), async (_, cancelled) =>
            {
                entered.SetResult();
                await Task.Delay(Timeout.Infinite, cancelled);
                return ToolResult.FromText("never");
            }).AsTask());
            await entered.Task;
        }

        await RevokeAsync(fixture, RevocationTarget.Tool(GuardFixture.Acme, "read"));
        await Task.WhenAll(running);

        Assert.Equal(40, _rotated.Distinct().Count());
    }

    [Theory]
    [InlineData(RevocationKind.Task)]
    [InlineData(RevocationKind.Agent)]
    [InlineData(RevocationKind.Tenant)]
    [InlineData(RevocationKind.Tool)]
    public async Task Revoke_OfWhatIsOver_RenewsWhatItWasLent(RevocationKind kind)
    {
        await using GuardFixture fixture = Create();
        AgentTask task = await fixture.OpenAsync();
        await PullAsync(fixture, task, 0);
        await fixture.Guard.Tasks.CompleteAsync(task);

        IncidentStep step = await RevokeAsync(fixture, kind switch
        {
            RevocationKind.Task => RevocationTarget.Task(task.Tenant, task.Id),
            RevocationKind.Agent => RevocationTarget.Agent(task.Tenant, task.Agent.Id),
            RevocationKind.Tool => RevocationTarget.Tool(task.Tenant, "pull0"),
            _ => RevocationTarget.WholeTenant(task.Tenant),
        });

        Assert.Equal(["p0"], _rotated);
        Assert.DoesNotContain(step.Remaining, static r => r.Contains("not known", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Revoke_OfATask_RenewsWhatFortySubTasksThatAreOverWereLent()
    {
        await using GuardFixture fixture = Create(40);
        AgentTask task = await fixture.OpenAsync();
        AgentIdentity helper = AgentIdentity.HostAsserted(new AgentId("helper"), GuardFixture.Acme, "ann");
        for (int i = 0; i < 40; i++)
        {
            AgentTask child = (await fixture.Guard.Tasks.OpenSubTaskAsync(
                task, new TaskRequest(helper, "part of it", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(5)))).GetTaskOrThrow();
            await PullAsync(fixture, child, i);
            await fixture.Guard.Tasks.CompleteAsync(child);
        }

        await fixture.Guard.Tasks.CompleteAsync(task);
        await RevokeAsync(fixture, RevocationTarget.Agent(GuardFixture.Acme, helper.Id));
        Assert.Equal(40, _rotated.Count);
        _rotated.Clear();

        await RevokeAsync(fixture, RevocationTarget.Task(task.Tenant, task.Id));

        Assert.Equal(40, _rotated.Count); // another incident: what was renewed for the first may have leaked since
    }

    [Fact]
    public async Task Revoke_AgainAndAgain_RenewsOnce_AndTriesOnWhatFailed()
    {
        await using GuardFixture fixture = Create();
        AgentTask task = await fixture.OpenAsync();
        await PullAsync(fixture, task, 0);
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        Incident incident = (await boss.OpenAsync(RevocationTarget.Task(task.Tenant, task.Id), IncidentSeverity.High, "it leaks")).Incident!;
        _fails = true;
        Assert.Equal(RotationState.Failed, Assert.Single((await boss.RevokeAsync(task.Tenant, incident.Id, "it leaks")).Rotations).State);
        _fails = false;

        IncidentStep[] steps = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await boss.RevokeAsync(task.Tenant, incident.Id, "it leaks"))));

        Assert.Equal(["p0"], _rotated);
        Assert.All(steps, static s => Assert.Equal(RotationState.Rotated, Assert.Single(s.Rotations).State));
        Assert.DoesNotContain(
            fixture.Guard.Incidents.Find(task.Tenant, incident.Id)!.GetRemaining(fixture.Clock.GetUtcNow()), static r => r.StartsWith("replace", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Revoke_AfterReopening_RenewsAgain_SinceItWasLentAgain()
    {
        await using GuardFixture fixture = Create();
        RevocationTarget tool = RevocationTarget.Tool(GuardFixture.Acme, "pull0");
        await PullAsync(fixture, await fixture.OpenAsync(), 0);
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        IncidentId incident = (await RevokeAsync(fixture, tool)).Incident!.Id;
        await boss.ReopenAsync(GuardFixture.Acme, incident, "it was mended");

        await boss.RevokeAsync(GuardFixture.Acme, incident, "it was not");

        Assert.Equal(["p0", "p0"], _rotated);
    }

    [Fact]
    public async Task Revoke_OfATaskThatIsNotKnownHere_SaysSo()
    {
        await using GuardFixture fixture = Create();

        IncidentStep step = await RevokeAsync(fixture, RevocationTarget.Task(GuardFixture.Acme, TaskId.New()));

        Assert.Contains(step.Remaining, static r => r.StartsWith("what the task was lent is not known completely here", StringComparison.Ordinal));
        Assert.Equal(step.Remaining.ToArray(), step.Incident!.GetRemaining(fixture.Clock.GetUtcNow()).ToArray());
        Assert.Contains("not known completely", step.Incident.Last(IncidentEntryKind.Rotated).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_OnceAgentAndTaskAreForgottenByMany_StillKnowsTheAgents_AndSaysThatItDoesNotKnowTheTasks()
    {
        await using GuardFixture fixture = Create();
        AgentTask task = await fixture.OpenAsync();
        await PullAsync(fixture, task, 0);
        await fixture.Guard.Tasks.CompleteAsync(task);
        AgentIdentity other = AgentIdentity.HostAsserted(new AgentId("busy-bot"), GuardFixture.Acme, "ann");
        for (int i = 0; i < EndedTasks.MaxTasks; i++)
        {
            AgentTask next = await fixture.OpenAsync(new TaskRequest(other, "work", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)));
            await fixture.Guard.Tasks.CompleteAsync(next);
        }

        IncidentStep ofTask = await RevokeAsync(fixture, RevocationTarget.Task(task.Tenant, task.Id));
        Assert.Empty(_rotated);
        Assert.Contains(ofTask.Remaining, static r => r.Contains("not known", StringComparison.Ordinal));
        IncidentStep ofAgent = await RevokeAsync(fixture, RevocationTarget.Agent(task.Tenant, task.Agent.Id));

        Assert.Equal(["p0"], _rotated);
        Assert.Empty(ofAgent.Remaining);
    }

    [Fact]
    public void Sums_ThatAreFull_ForgetTheOldest_AndSaySoOfItsTenantAlone()
    {
        LentSums sums = new(most: 3);
        TenantId other = new("other");
        RevocationTarget first = RevocationTarget.Agent(GuardFixture.Acme, new AgentId("first"));
        RevocationTarget theirs = RevocationTarget.Agent(other, new AgentId("first"));
        sums.Add(first, "vault", "a");
        sums.Add(first, "vault", "b");
        sums.Add(theirs, "vault", "a");
        Assert.True(sums.AddTo([], first));

        sums.Add(RevocationTarget.Agent(GuardFixture.Acme, new AgentId("second")), "vault", "c");

        HashSet<(string, string)> lent = [];
        Assert.False(sums.AddTo(lent, first));
        Assert.Empty(lent);
        Assert.False(sums.AddTo(lent, RevocationTarget.WholeTenant(GuardFixture.Acme)));
        Assert.Equal([("vault", "c")], lent);
        lent.Clear();
        Assert.True(sums.AddTo(lent, RevocationTarget.WholeTenant(other)));
        Assert.Equal([("vault", "a")], lent);
    }

    private static async Task PullAsync(GuardFixture fixture, AgentTask task, int profile)
    {
        GuardResult result = await fixture.CallAsync(task, $"pull{profile}");
        Assert.True(result.IsCompleted, result.ToString());
    }

    private static async Task<IncidentStep> RevokeAsync(GuardFixture fixture, RevocationTarget subject)
    {
        IncidentResponder responder = fixture.Guard.Incidents.As(s_key);
        IncidentStep opened = await responder.OpenAsync(subject, IncidentSeverity.High, "it leaks");
        IncidentStep step = await responder.RevokeAsync(subject.Tenant, opened.Incident!.Id, "it leaks");
        Assert.True(step.IsDone, step.Decision.ToString());
        return step with { Incident = fixture.Guard.Incidents.Find(subject.Tenant, opened.Incident.Id) };
    }

    private GuardFixture Create(int profiles = 1) => IncidentFixture.Create(
        static o => o.OperatorKey = s_key,
        builder =>
        {
            for (int i = 0; i < profiles; i++)
            {
                builder.AddTool(IncidentFixture.Tool($"pull{i}").NeedsCredential($"p{i}"))
                    .AddCredentialProfile(new CredentialProfile($"p{i}", "vault", "db", ["read"], TimeSpan.FromMinutes(5)));
            }

            builder.AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new(Secret.FromString("a secret of sixteen and more")))
            {
                HonouredFor = TimeSpan.FromMinutes(5),
                Rotate = async (profile, _) =>
                {
                    await Task.Yield();
                    if (_fails)
                    {
                        throw new IOException("the vault is sealed");
                    }

                    _rotated.Enqueue(profile);
                },
            });
        });
}
