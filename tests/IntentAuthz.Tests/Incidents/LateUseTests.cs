using System.Text.Json;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Incidents;

/// <summary>Credentials that are used after the task that they served is over.</summary>
public sealed class LateUseTests
{
    [Fact]
    public async Task LateUse_OfATaskThatIsOver_OpensAnIncidentOfItsAgentAndOwner_AboutTheTopOfItsTree()
    {
        await using GuardFixture fixture = Create();
        AgentTask task = await fixture.OpenAsync();
        AgentIdentity helper = AgentIdentity.HostAsserted(new AgentId("helper"), GuardFixture.Acme, "hal");
        AgentTask child = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            task, new TaskRequest(helper, "part of it", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(5)))).GetTaskOrThrow();
        LeaseId lease = await PullAsync(fixture, child);
        await fixture.Guard.Tasks.CompleteAsync(task); // ends both

        Assert.False(await fixture.Guard.Leases.ReportUseAsync(child.Tenant, lease, child.Id, "crm"));

        Incident incident = Assert.Single(fixture.Guard.Incidents.GetOpen(null));
        Assert.Equal(RevocationTarget.Task(task.Tenant, task.Id), incident.Subject);
        Assert.Equal((task.Id, task.Agent.Id, "ann", "pay invoices"), (incident.RootTask, incident.Agent, incident.Owner, incident.Purpose));
        AuditRecord signal = Assert.Single(await fixture.RecordsAsync(), static r => r.Kind == AuditKind.Signal);
        Assert.Equal((child.Id, helper.Id, "hal", lease), (signal.Subject?.Task, signal.Subject?.Agent, signal.Subject?.Owner, signal.Lease));
        Assert.Equal(child.Tenant, signal.Tenant);
        incident = await fixture.UntilAsync(incident, static i => i.Has(IncidentEntryKind.Evidence));
        JsonElement evidence = JsonElement.Parse(incident.Last(IncidentEntryKind.Evidence).Data!);
        Assert.Equal(2, evidence.GetProperty("ended").GetArrayLength());
        Assert.Equal("pull-db", Assert.Single(evidence.GetProperty("lent").GetProperty("credentials").EnumerateArray()).GetProperty("profile").GetString());
        Assert.True(evidence.GetProperty("lent").GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task LateUse_WhereTheTaskAboveLives_JoinsItsTree()
    {
        await using GuardFixture fixture = Create();
        AgentTask task = await fixture.OpenAsync();
        AgentTask child = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            task, new TaskRequest(fixture.Agent, "part of it", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(5)))).GetTaskOrThrow();
        LeaseId lease = await PullAsync(fixture, child);
        await fixture.Guard.Tasks.CompleteAsync(child);

        await fixture.Guard.Leases.ReportUseAsync(child.Tenant, lease, child.Id, "crm");

        Incident incident = Assert.Single(fixture.Guard.Incidents.GetOpen(null));
        Assert.Equal((RevocationTarget.Task(task.Tenant, task.Id), "ann"), (incident.Subject, incident.Owner));
        incident = await fixture.UntilAsync(incident, static i => i.Has(IncidentEntryKind.Evidence));
        Assert.Equal(1, JsonElement.Parse(incident.Last(IncidentEntryKind.Evidence).Data!).GetProperty("histories").GetArrayLength());
    }

    [Fact]
    public async Task LateUses_OfManyTasksOfOneAgent_StopAtItsQuota_AndSoDoThoseOfUnknownTasksTogether()
    {
        await using GuardFixture fixture = Create(static o => o.Incidents.MaxPerAgent = 3);
        List<(AgentTask Task, LeaseId Lease)> used = [];
        for (int i = 0; i < 10; i++)
        {
            AgentTask task = await fixture.OpenAsync();
            used.Add((task, await PullAsync(fixture, task)));
            await fixture.Guard.Tasks.CompleteAsync(task);
        }

        foreach ((AgentTask task, LeaseId lease) in used)
        {
            await fixture.Guard.Leases.ReportUseAsync(task.Tenant, lease, task.Id, "crm");
            await fixture.Guard.Leases.ReportUseAsync(task.Tenant, LeaseId.New(), TaskId.New(), "crm"); // of a process that is gone
        }

        Assert.Equal(3, fixture.Guard.Incidents.GetOpen(null).Count(i => i.Agent == fixture.Agent.Id));
        Assert.Equal(3, fixture.Guard.Incidents.GetOpen(null).Count(static i => i.Agent is null));
        Assert.Equal(14, fixture.Guard.Incidents.LeftOut);
        AgentIdentity other = AgentIdentity.HostAsserted(new AgentId("other-bot"), GuardFixture.Acme, "olga");
        AgentTask theirs = await fixture.OpenAsync(new TaskRequest(other, "work", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)));
        LeaseId copied = await PullAsync(fixture, theirs);
        await fixture.Guard.Tasks.CompleteAsync(theirs);

        await fixture.Guard.Leases.ReportUseAsync(theirs.Tenant, copied, theirs.Id, "crm");

        Assert.Equal("olga", Assert.Single(fixture.Guard.Incidents.GetOpen(null), i => i.Agent == other.Id).Owner);
    }

    [Fact]
    public async Task LateUses_OfOneLease_FillNeitherAuditNorTimeline_AndAnotherLeaseIsStillTold()
    {
        await using GuardFixture fixture = Create();
        AgentTask task = await fixture.OpenAsync();
        LeaseId lease = await PullAsync(fixture, task);
        await fixture.Guard.Tasks.CompleteAsync(task);
        for (int i = 0; i < 200; i++)
        {
            await fixture.Guard.Leases.ReportUseAsync(task.Tenant, lease, task.Id, "crm");
        }

        await fixture.Guard.Leases.ReportUseAsync(task.Tenant, LeaseId.New(), task.Id, "crm");

        Assert.Equal(LateUses.MaxTold + 1, (await fixture.RecordsAsync()).Count(static r => r.Kind == AuditKind.Signal));
        Assert.InRange(Assert.Single(fixture.Guard.Incidents.GetOpen(null)).Entries.Length, 2, 80);
    }

    [Fact]
    public async Task LateUse_AfterTheIncidentIsClosed_OpensAnother_HoweverOftenItWasToldBefore()
    {
        await using GuardFixture fixture = Create();
        AgentTask task = await fixture.OpenAsync();
        LeaseId lease = await PullAsync(fixture, task);
        await fixture.Guard.Tasks.CompleteAsync(task);
        for (int i = 0; i < 20; i++)
        {
            await fixture.Guard.Leases.ReportUseAsync(task.Tenant, lease, task.Id, "crm");
        }

        Incident first = Assert.Single(fixture.Guard.Incidents.GetOpen(null));
        await fixture.Guard.Incidents.As(fixture.Boss).CloseAsync(first.Tenant, first.Id, "over");
        await fixture.Guard.Leases.ReportUseAsync(task.Tenant, lease, task.Id, "crm");

        Assert.NotEqual(first.Id, Assert.Single(fixture.Guard.Incidents.GetOpen(null)).Id);
    }

    [Fact]
    public void Uses_OfMoreLeasesThanAreRemembered_AreCountedAnew()
    {
        LateUses uses = new();
        LeaseId first = LeaseId.New();
        for (int i = 0; i < LateUses.MaxTold; i++)
        {
            Assert.True(uses.Take(GuardFixture.Acme, first));
        }

        Assert.False(uses.Take(GuardFixture.Acme, first));
        Assert.True(uses.Take(new TenantId("other"), first));
        for (int i = 0; i < LateUses.MaxLeases; i++)
        {
            uses.Take(GuardFixture.Acme, LeaseId.New());
        }

        Assert.True(uses.Take(GuardFixture.Acme, first));
    }

    private static async Task<LeaseId> PullAsync(GuardFixture fixture, AgentTask task)
    {
        Assert.True((await fixture.CallAsync(task, "pull")).IsCompleted);
        return (await fixture.Guard.ReadLiveAsync(task.Tenant)).Leases.First(l => l.Task == task.Id).Id;
    }

    private static GuardFixture Create(Action<IntentAuthzOptions>? configure = null) => IncidentFixture.Create(
        configure,
        static b => b.AddTool(IncidentFixture.Tool("pull").NeedsCredential("pull-db"))
            .AddCredentialProfile(new CredentialProfile("pull-db", "vault", "db", ["read"], TimeSpan.FromMinutes(5)))
            .AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new(Secret.FromString("a secret of sixteen and more")))));
}
