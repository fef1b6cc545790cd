using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Incidents;

/// <summary>Reopening lifts what the incident itself has laid. What was there before, or what somebody else wants too, stays and is named.</summary>
public sealed class ReopeningTests
{
    private static readonly OperatorKey s_key = new("an operator key of the tests, 32+ characters");

    [Theory]
    [InlineData(false, "never")]
    [InlineData(false, "before")]
    [InlineData(false, "after")]
    [InlineData(true, "never")]
    [InlineData(true, "before")]
    [InlineData(true, "after")]
    public async Task Reopen_LeavesTheOperatorsStop_WhetherItCameBeforeTheFreezeOrAfter(bool wholeTenant, string frozen)
    {
        await using GuardFixture fixture = IncidentFixture.Create(static o => o.OperatorKey = s_key);
        RevocationTarget target = wholeTenant ? RevocationTarget.WholeTenant(GuardFixture.Acme) : RevocationTarget.Agent(GuardFixture.Acme, fixture.Agent.Id);
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        Incident incident = (await boss.OpenAsync(target, IncidentSeverity.Low, "just looking")).Incident!;
        if (frozen == "after")
        {
            await boss.FreezeAsync(GuardFixture.Acme, incident.Id, "stop it");
        }

        await fixture.Guard.Revocations.RevokeAsync(target, s_key, "a legal hold");
        if (frozen == "before")
        {
            await boss.FreezeAsync(GuardFixture.Acme, incident.Id, "stop it too");
            await boss.RevokeAsync(GuardFixture.Acme, incident.Id, "stop it too");
        }

        IncidentStep reopened = await boss.ReopenAsync(GuardFixture.Acme, incident.Id, "a false alarm");

        Assert.True(reopened.IsDone, reopened.Decision.ToString());
        Assert.True(fixture.Guard.Revocations.IsRevoked(target));
        Assert.Contains(reopened.Remaining, r => r.StartsWith($"{target} stays stopped by the operator key", StringComparison.Ordinal) && r.Contains("a legal hold", StringComparison.Ordinal));
        Assert.True((await fixture.Guard.Revocations.LiftAsync(target, s_key, "over")).IsPermitted);
        Assert.Equal(TaskState.Active, (await fixture.OpenAsync()).State);
    }

    [Fact]
    public async Task Reopen_AfterTheAgentWasFrozenAndRevoked_LetsItWorkAgain()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        RevocationTarget agent = RevocationTarget.Agent(GuardFixture.Acme, fixture.Agent.Id);
        AgentTask task = await fixture.OpenAsync();
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        Incident incident = (await boss.OpenAsync(agent, IncidentSeverity.High, "it leaks")).Incident!;
        await boss.FreezeAsync(GuardFixture.Acme, incident.Id, "it leaks");
        await boss.RevokeAsync(GuardFixture.Acme, incident.Id, "it leaks");
        Assert.Equal(incident.Id, Assert.Single(fixture.Guard.Revocations.Entries).Incident);

        IncidentStep reopened = await boss.ReopenAsync(GuardFixture.Acme, incident.Id, "mended");

        Assert.Equal("tasks that the stop has ended stay ended; open new ones", Assert.Single(reopened.Remaining));
        Assert.False(fixture.Guard.Revocations.IsRevoked(agent));
        Assert.Equal(TaskState.Revoked, task.State);
        Assert.Equal(TaskState.Active, (await fixture.OpenAsync()).State);
    }

    [Fact]
    public async Task Reopen_OfAnAgentWhoseTenantIsStopped_SaysSo()
    {
        await using GuardFixture fixture = IncidentFixture.Create(static o => o.OperatorKey = s_key);
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        Incident incident = (await boss.OpenAsync(RevocationTarget.Agent(GuardFixture.Acme, fixture.Agent.Id), IncidentSeverity.High, "it leaks")).Incident!;
        await boss.FreezeAsync(GuardFixture.Acme, incident.Id, "it leaks");
        await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.WholeTenant(GuardFixture.Acme), s_key, "moving house");

        IncidentStep reopened = await boss.ReopenAsync(GuardFixture.Acme, incident.Id, "mended");

        Assert.Contains(reopened.Remaining, static r => r.StartsWith("tenant acme stays stopped by the operator key", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("never frozen")]
    [InlineData("suspended, then frozen")]
    [InlineData("frozen, then suspended")]
    [InlineData("held by the operator, then frozen")]
    public async Task Reopen_DoesNotResumeATask_ThatSomebodyElseSuspended(string how)
    {
        await using GuardFixture fixture = IncidentFixture.Create(static o => o.OperatorKey = s_key);
        AgentTask task = await fixture.OpenAsync();
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        Incident incident = (await boss.OpenAsync(RevocationTarget.Task(task.Tenant, task.Id), IncidentSeverity.Low, "just looking")).Incident!;
        if (how.StartsWith("frozen", StringComparison.Ordinal))
        {
            await boss.FreezeAsync(task.Tenant, incident.Id, "it loops");
        }

        RevocationTarget hold = RevocationTarget.TaskHold(task.Tenant, task.Id);
        if (how.StartsWith("held", StringComparison.Ordinal))
        {
            await fixture.Guard.Revocations.RevokeAsync(hold, s_key, "wait");
            await fixture.Guard.Revocations.LiftAsync(hold, s_key, "enough waited"); // which resumes nothing
        }
        else
        {
            await fixture.Guard.Tasks.SuspendAsync(task, fixture.Clerk, "not before the audit is done");
        }

        if (how.EndsWith(", then frozen", StringComparison.Ordinal))
        {
            await boss.FreezeAsync(task.Tenant, incident.Id, "it loops");
        }

        IncidentStep reopened = await boss.ReopenAsync(task.Tenant, incident.Id, "a false alarm");

        Assert.False(fixture.Guard.Revocations.IsRevoked(hold));
        Assert.Equal(TaskState.Suspended, task.State);
        Assert.Contains("something else than this incident suspended it", Assert.Single(reopened.Remaining), StringComparison.Ordinal);
        Assert.True((await fixture.Guard.Tasks.ResumeAsync(task, fixture.Boss)).IsPermitted);

        await boss.FreezeAsync(task.Tenant, incident.Id, "it loops again");
        await boss.ReopenAsync(task.Tenant, incident.Id, "a false alarm again");
        Assert.Equal(TaskState.Active, task.State); // whoever suspended it has been answered
    }

    [Fact]
    public async Task Reopen_ResumesATask_ThatASignalOfTheIncidentSuspended()
    {
        await using GuardFixture fixture = IncidentFixture.Create(response: SignalResponse.Suspend);
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        Assert.Equal(TaskState.Suspended, task.State);

        IncidentStep reopened = await fixture.Guard.Incidents.As(fixture.Boss).ReopenAsync(task.Tenant, incident.Id, "a false alarm");

        Assert.Empty(reopened.Remaining);
        Assert.Equal(TaskState.Active, task.State);
    }

    [Fact]
    public async Task Reopen_WhileAFreezeRaces_LeavesAStateThatSaysWhetherItIsHeld()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        for (int round = 0; round < 200; round++)
        {
            AgentTask task = await fixture.OpenAsync();
            Incident incident = (await boss.OpenAsync(RevocationTarget.Task(task.Tenant, task.Id), IncidentSeverity.Low, "x")).Incident!;
            await boss.FreezeAsync(task.Tenant, incident.Id, "one");
            await Task.WhenAll(
                Task.Run(async () => await boss.ReopenAsync(task.Tenant, incident.Id, "again")), Task.Run(async () => await boss.FreezeAsync(task.Tenant, incident.Id, "two")));

            bool isHeld = fixture.Guard.Revocations.IsRevoked(RevocationTarget.TaskHold(task.Tenant, task.Id));
            Assert.Equal(isHeld ? IncidentState.Contained : IncidentState.Recovered, fixture.Guard.Incidents.Find(task.Tenant, incident.Id)!.State);
            Assert.False(isHeld && task.State == TaskState.Active);
            await boss.RevokeAsync(task.Tenant, incident.Id, "done");
            await boss.CloseAsync(task.Tenant, incident.Id, "done");
        }
    }

    [Fact]
    public async Task Open_ByManyAtOnce_IsOneIncident()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        for (int round = 0; round < 30; round++)
        {
            RevocationTarget agent = RevocationTarget.Agent(GuardFixture.Acme, new AgentId($"bot-{round}"));
            using Barrier together = new(8);
            IncidentStep[] opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    return boss.OpenAsync(agent, IncidentSeverity.High, "x").AsTask();
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

            Assert.Single(opened.Select(static s => s.Incident!.Id).Distinct());
            Assert.Single(fixture.Guard.Incidents.GetOpen(null), i => i.Subject == agent);
        }
    }

    [Fact]
    public async Task Closed_IncidentStopsNothing_SinceNobodyCouldReopenIt()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        await boss.CloseAsync(task.Tenant, incident.Id, "over");

        foreach (IncidentStep step in new[] { await boss.FreezeAsync(task.Tenant, incident.Id, "x"), await boss.RevokeAsync(task.Tenant, incident.Id, "x"), await boss.ReopenAsync(task.Tenant, incident.Id, "x") })
        {
            Assert.Equal((false, ReasonCodes.WrongState), (step.IsDone, step.Decision.ReasonCode));
        }

        Assert.Equal(TaskState.Active, task.State);
        Assert.Empty(fixture.Guard.Revocations.Entries);
    }

    [Fact]
    public async Task Live_IsInTheAudit_ReadOrRefused()
    {
        await using GuardFixture fixture = IncidentFixture.Create(policies: """
            permit(principal, action, resource);
            forbid(principal == IntentAuthz::Person::"carl", action == IntentAuthz::Action::"Respond", resource);
            """);
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);

        Assert.NotNull(await fixture.Guard.Incidents.As(fixture.Boss).ReadLiveAsync(task.Tenant, incident.Id));
        Assert.Null(await fixture.Guard.Incidents.As(fixture.Clerk).ReadLiveAsync(task.Tenant, incident.Id));

        AuditRecord[] noted = [.. (await fixture.RecordsAsync()).Where(r => r.Resources.Any(w => w.StartsWith($"live {incident.Id}", StringComparison.Ordinal)))];
        Assert.Equal(
            [("person bea", "Respond", DecisionOutcome.Permit), ("person carl", "Respond", DecisionOutcome.Deny)],
            noted.Select(static r => (r.Principal!, r.Action!, r.Outcome!.Value)));
    }
}
