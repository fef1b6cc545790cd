using System.Text.Json;

using IntentAuthz.Tests.Credentials;
using IntentAuthz.Tests.Guarding;
using IntentAuthz.Tests.Policies;

namespace IntentAuthz.Tests.Incidents;

/// <summary>What opens an incident, and what its steps do.</summary>
public sealed class IncidentTests
{
    private static readonly OperatorKey s_key = new("an operator key of the tests, 32+ characters");

    [Fact]
    public async Task Signal_AtOrAboveTheLevel_OpensAnIncidentWithItsEvidence()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        AgentTask task = await fixture.OpenAsync();

        Incident incident = await fixture.LoopAsync(task);

        Assert.Equal(IncidentState.Detected, incident.State);
        Assert.Equal((RevocationTarget.Task(task.Tenant, task.Id), "ann", "pay invoices"), (incident.Subject, incident.Owner, incident.Purpose));
        Assert.StartsWith("runaway: 'read' was called", incident.Reason, StringComparison.Ordinal);
        incident = await fixture.UntilAsync(incident, i => i.Has(IncidentEntryKind.Evidence));
        JsonElement history = JsonElement.Parse(incident.Last(IncidentEntryKind.Evidence).Data!).GetProperty("histories")[0];
        Assert.Equal(task.Id.Value, history.GetProperty("task").GetString());
        Assert.True(history.GetProperty("events").GetArrayLength() >= 4, history.ToString());
        Assert.Equal("runaway", history.GetProperty("signals")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Signal_BelowTheLevel_OpensNone()
    {
        await using GuardFixture fixture = IncidentFixture.Create(static o => o.Incidents.OpenAt = IncidentSeverity.Medium);
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 5; i++)
        {
            await fixture.CallAsync(task, "read");
        }

        Assert.Empty(fixture.Guard.Incidents.GetOpen(null));
        Assert.NotEmpty(task.GetSignals());
    }

    [Fact]
    public async Task Severity_NamedForAKind_HoldsWhateverTheResponse()
    {
        await using GuardFixture fixture = IncidentFixture.Create(static o =>
        {
            o.Incidents.OpenAt = IncidentSeverity.High;
            o.Incidents.Severities[SignalKind.Runaway] = IncidentSeverity.Critical;
        });

        Assert.Equal(IncidentSeverity.Critical, (await fixture.LoopAsync(await fixture.OpenAsync())).Severity);
    }

    [Fact]
    public async Task Signals_OfTheSameTaskOrOneBelow_JoinTheOpenIncident()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        AgentTask task = await fixture.OpenAsync();
        Incident first = await fixture.LoopAsync(task);
        AgentTask child = (await fixture.Guard.Tasks.OpenSubTaskAsync(task, new TaskRequest(fixture.Agent, "part of it", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(5)))).GetTaskOrThrow();

        Incident second = await fixture.LoopAsync(child, "write");

        Assert.Equal(first.Id, second.Id);
        Assert.Single(fixture.Guard.Incidents.GetOpen(null));
        Assert.True(second.Entries.Count(static e => e.Kind == IncidentEntryKind.Signal) >= 2, string.Join("; ", second.Entries));
    }

    [Fact]
    public async Task Signal_ThatSuspendsTheTask_OpensAnIncidentThatIsContained()
    {
        await using GuardFixture fixture = IncidentFixture.Create(response: SignalResponse.Suspend);
        AgentTask task = await fixture.OpenAsync();

        Incident incident = await fixture.LoopAsync(task);

        Assert.Equal((IncidentState.Contained, IncidentSeverity.High, TaskState.Suspended), (incident.State, incident.Severity, task.State));
    }

    [Fact]
    public async Task Freeze_OfATask_SuspendsIt_CancelsItsCalls_AndReportsItsLeases()
    {
        TestIssuer issuer = new();
        await using GuardFixture fixture = WithCredential(issuer);
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        TaskCompletionSource entered = new();
        Task<GuardResult> inFlight = fixture.Guard.InvokeAsync(task, new ToolCall("pull", "{}"), async (_, cancelled) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, cancelled);
            return ToolResult.FromText("never");
        }).AsTask();
        await entered.Task;
        IncidentLive live = (await fixture.Guard.Incidents.As(fixture.Boss).ReadLiveAsync(task.Tenant, incident.Id))!;
        Assert.Equal(("pull", true), (Assert.Single(live.Calls).Tool, live.Calls[0].IsRunning));
        Assert.Single(live.Leases);

        IncidentStep step = await fixture.Guard.Incidents.As(fixture.Boss).FreezeAsync(task.Tenant, incident.Id, "it loops");

        Assert.True(step.IsDone, step.Decision.ToString());
        Assert.Equal((1, IncidentState.Contained, TaskState.Suspended), (step.CallsCancelled, step.Incident!.State, task.State));
        Assert.True(Assert.Single(step.Residuals).Confirmed);
        Assert.Null((await inFlight).Result);
        Assert.Equal(ReasonCodes.TaskSuspended, (await fixture.CallAsync(task, "write")).Decision.ReasonCode);
        Incident told = await fixture.UntilAsync(incident, i => i.Has(IncidentEntryKind.Stopped));
        Assert.Contains("1 calls were cancelled, 1 leases retired", told.Last(IncidentEntryKind.Stopped).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Freeze_Twice_ChangesNothing()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        await boss.FreezeAsync(task.Tenant, incident.Id, "once");

        IncidentStep again = await boss.FreezeAsync(task.Tenant, incident.Id, "twice");

        Assert.True(again.IsDone);
        Assert.Equal((0, IncidentState.Contained), (again.CallsCancelled, again.Incident!.State));
    }

    [Fact]
    public async Task Held_ATaskCannotBeResumedBeforeItIsReopened()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        await boss.FreezeAsync(task.Tenant, incident.Id, "it loops");
        Assert.Equal(ReasonCodes.WrongState, (await fixture.Guard.Tasks.ResumeAsync(task, fixture.Boss)).ReasonCode);

        IncidentStep reopened = await boss.ReopenAsync(task.Tenant, incident.Id, "a false alarm");

        Assert.True(reopened.IsDone, reopened.Decision.ToString());
        Assert.Empty(reopened.Remaining);
        Assert.Equal((IncidentState.Recovered, TaskState.Active), (reopened.Incident!.State, task.State));
        Assert.True((await fixture.CallAsync(task, "write")).Decision.IsPermitted);
    }

    [Fact]
    public async Task Freeze_OfAnAgent_StopsItUntilReopened_AndItsEndedTaskIsStillEvidence()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        Incident incident = (await boss.OpenAsync(RevocationTarget.Agent(task.Tenant, fixture.Agent.Id), IncidentSeverity.High, "seen on the news")).Incident!;

        await boss.FreezeAsync(task.Tenant, incident.Id, "stop it");

        Assert.Equal(TaskState.Revoked, task.State);
        Incident told = await fixture.UntilAsync(incident, i => i.Entries.Any(e => e.Kind == IncidentEntryKind.Evidence && e.Data!.Contains("revoked", StringComparison.Ordinal)));
        Assert.Equal(1, JsonElement.Parse(told.Last(IncidentEntryKind.Evidence).Data!).GetProperty("histories")[0].GetProperty("calls").GetInt32());
        await boss.ReopenAsync(task.Tenant, incident.Id, "fixed");
        Assert.Equal(TaskState.Active, (await fixture.OpenAsync()).State);
    }

    [Fact]
    public async Task Revoke_EndsTheTask_AndSaysWhatRemains()
    {
        StaticSecretIssuer vault = new("vault", static (_, _) => new(Secret.FromString("a secret of sixteen and more")));
        await using GuardFixture fixture = WithCredential(vault);
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        await fixture.CallAsync(task, "pull");
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        await boss.FreezeAsync(task.Tenant, incident.Id, "it leaks");
        await fixture.UntilAsync(incident, i => i.Has(IncidentEntryKind.Stopped));

        IncidentStep step = await boss.RevokeAsync(task.Tenant, incident.Id, "it leaks");

        Assert.Equal((TaskState.Revoked, IncidentState.Eradicated), (task.State, step.Incident!.State));
        Assert.Equal(RotationState.CannotRotate, Assert.Single(step.Rotations).State);
        Assert.Contains(step.Remaining, static r => r.Contains("may be honoured at db without end", StringComparison.Ordinal));
        Assert.Contains(step.Remaining, static r => r.StartsWith("replace the secret of 'pull-db' (vault) by hand", StringComparison.Ordinal));
        IncidentStep reopened = await boss.ReopenAsync(task.Tenant, incident.Id, "over");
        Assert.Contains("the task was revoked and stays ended; open a new one", reopened.Remaining);
    }

    [Fact]
    public async Task Revoke_WhereTheIssuerCanRotate_RenewsTheSecretThatWasLent()
    {
        List<string> rotated = [];
        StaticSecretIssuer vault = new("vault", static (_, _) => new(Secret.FromString("a secret of sixteen and more")))
        {
            Rotate = (profile, _) =>
            {
                rotated.Add(profile);
                return ValueTask.CompletedTask;
            },
        };
        await using GuardFixture fixture = WithCredential(vault);
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "pull");
        Incident incident = await fixture.LoopAsync(task);

        IncidentStep step = await fixture.Guard.Incidents.As(s_key, "olga").RevokeAsync(task.Tenant, incident.Id, "it leaks");

        Assert.True(step.IsDone, step.Decision.ToString());
        Assert.Equal(["pull-db"], rotated);
        Assert.Equal(RotationState.Rotated, Assert.Single(step.Rotations).State);
    }

    [Fact]
    public async Task Steps_AreRefusedToAgents_ToWhomPolicyDoesNotLet_AndReopenToAllButPersons()
    {
        await using GuardFixture fixture = IncidentFixture.Create(
            static o => o.OperatorKey = s_key, policies: """
                permit(principal, action, resource);
                forbid(principal == IntentAuthz::Person::"carl", action in [IntentAuthz::Action::"Revoke", IntentAuthz::Action::"Respond", IntentAuthz::Action::"Reopen"], resource);
                """);
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        IncidentRegistry incidents = fixture.Guard.Incidents;
        Principal agent = Principal.FromStore(PrincipalKind.Agent, "invoice-bot", task.Tenant);
        foreach (IncidentResponder by in new[] { incidents.As(agent), incidents.As(fixture.Clerk), incidents.As(new OperatorKey("another key that is long enough to be one")) })
        {
            Assert.False((await by.FreezeAsync(task.Tenant, incident.Id, "x")).IsDone);
            Assert.False((await by.RevokeAsync(task.Tenant, incident.Id, "x")).IsDone);
            Assert.False((await by.ReopenAsync(task.Tenant, incident.Id, "x")).IsDone);
            Assert.False((await by.CloseAsync(task.Tenant, incident.Id, "x")).IsDone);
            Assert.Null(await by.ReadLiveAsync(task.Tenant, incident.Id));
        }

        Assert.Equal(TaskState.Active, task.State);
        Assert.True((await incidents.As(s_key).FreezeAsync(task.Tenant, incident.Id, "x")).IsDone);
        Assert.Equal(ReasonCodes.NotAuthorized, (await incidents.As(s_key).ReopenAsync(task.Tenant, incident.Id, "x")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.NotAuthorized, (await incidents.As(Principal.Service("cron", task.Tenant)).ReopenAsync(task.Tenant, incident.Id, "x")).Decision.ReasonCode);
        Assert.False((await incidents.As(Principal.Person("eve", new TenantId("other"))).RevokeAsync(task.Tenant, incident.Id, "x")).IsDone);
        Assert.Equal(TaskState.Suspended, task.State);
    }

    [Fact]
    public async Task Steps_AreWrittenToTheAudit_WithWhoAndWhat()
    {
        await using GuardFixture fixture = IncidentFixture.Create();
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        await boss.FreezeAsync(task.Tenant, incident.Id, "why not");
        await boss.RevokeAsync(task.Tenant, incident.Id, "why not");
        await boss.ReopenAsync(task.Tenant, incident.Id, "why not");
        await boss.CloseAsync(task.Tenant, incident.Id, "why not");

        string[] noted = [.. (await fixture.RecordsAsync()).Where(r => r.Resources.Any(w => w.Contains(incident.Id.Value, StringComparison.Ordinal))).Select(static r => $"{r.Action} {r.Resources[0].Split(' ')[0]}")];
        Assert.Equal(["Revoke freeze", "Revoke revoke", "Reopen reopen", "Respond close"], noted);
    }

    [Theory]
    [MemberData(nameof(BrokenEngine.Ways), MemberType = typeof(BrokenEngine))]
    public async Task Freeze_WithABrokenEngineAndABrokenAudit_StopsAllTheSame(string how)
    {
        BrokenSink sink = new();
        using BrokenEngine engine = new();
        await using GuardFixture fixture = IncidentFixture.Create(static o => o.AuditShutdownTimeout = TimeSpan.Zero, b => b.UsePolicyEngine(engine), sink: sink);
        AgentTask task = await fixture.OpenAsync();
        Incident incident = await fixture.LoopAsync(task);
        sink.IsBroken = true;
        engine.Break(how);

        Task<IncidentStep> freezing = Task.Run(() => fixture.Guard.Incidents.As(fixture.Boss).FreezeAsync(task.Tenant, incident.Id, "stop").AsTask());
        for (int i = 0; i < 1500 && !freezing.IsCompleted; i++)
        {
            await Task.WhenAny(freezing, Task.Delay(20));
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(200));
        }

        Assert.True((await freezing.WaitAsync(TimeSpan.FromSeconds(1))).IsDone);
        Assert.Equal(TaskState.Suspended, task.State);
    }

    [Fact]
    public async Task Close_ThenAnotherSignal_OpensAnother_UpToTheTasksQuota()
    {
        await using GuardFixture fixture = IncidentFixture.Create(static o => o.Incidents.MaxPerTask = 2);
        AgentTask task = await fixture.OpenAsync();
        Incident first = await fixture.LoopAsync(task);
        IncidentResponder boss = fixture.Guard.Incidents.As(fixture.Boss);
        await boss.CloseAsync(task.Tenant, first.Id, "nothing");
        Incident second = await fixture.LoopAsync(task, "write");
        Assert.NotEqual(first.Id, second.Id);
        await boss.CloseAsync(task.Tenant, second.Id, "nothing");

        for (int i = 0; i < 4; i++)
        {
            await fixture.CallAsync(task, "read", """{"n":7}""");
        }

        Assert.Empty(fixture.Guard.Incidents.GetOpen(null));
        Assert.True(fixture.Guard.Incidents.LeftOut > 0);
    }

    [Theory]
    [InlineData("MaxPerTask", 0)]
    [InlineData("MaxPerAgent", 10_001)]
    [InlineData("MaxPerTenant", -1)]
    public void Options_OutOfRange_AreRefusedByName(string name, int value)
    {
        IncidentOptions options = new();
        typeof(IncidentOptions).GetProperty(name)!.SetValue(options, value);

        Assert.Contains($"Incidents.{name} is {value}", Assert.Single(options.Problems()), StringComparison.Ordinal);
    }

    private static GuardFixture WithCredential(ICredentialIssuer issuer) => IncidentFixture.Create(
        static o => o.OperatorKey = s_key,
        b => b.AddTool(IncidentFixture.Tool("pull").NeedsCredential("pull-db"))
            .AddCredentialProfile(new CredentialProfile("pull-db", "vault", "db", ["read"], TimeSpan.FromMinutes(5)))
            .AddIssuer(issuer));

    private sealed class BrokenSink : IAuditSink
    {
        internal bool IsBroken { get; set; }

        public ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken) =>
            IsBroken ? throw new IOException("the disk is full") : ValueTask.CompletedTask;
    }
}
