using IntentAuthz.Cedar;
using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Schemas;

/// <summary>Every request the library makes is one that the schema describes: otherwise policies would be checked against something else than what they decide.</summary>
public sealed class RequestShapeTests
{
    private static readonly string[] s_administrative = ["Approve", "ApproveOwn", "Endorse", "OpenTask", "ReloadPolicies", "Reopen", "Respond", "Revoke", "SetMode"];
    private static readonly TenantId s_acme = GuardFixture.Acme;

    [Fact]
    public async Task Requests_OfEveryKind_ConformToTheSchema()
    {
        ConformingEngine engine = new();
        await using GuardFixture fixture = new(
            "permit(principal, action, resource);",
            b => b.UsePolicyEngine(engine)
                .AddSchema("""
                    namespace IntentAuthz { entity Agent in [Team] = { team: String }; }
                    entity Team;
                    entity Folder in [Folder];
                    entity File in [Folder] = { owner: String };
                    """)
                .AddTool(ToolDescriptor.For("mail.read").Idempotent())
                .AddTool(ToolDescriptor.For("files.write").Action("write").InActionGroups("files").Risk(RiskClass.Medium)
                    .InputSchema("""{"properties":{"path":{"type":"string"},"size":{"type":"number"},"tags":{"type":"array","items":{"type":"string"}}},"required":["path"]}""")
                    .Argument("path", ArgumentRole.Target)
                    .Resource("File", a => new ResourceReference(
                        new EntityUid("File", a.GetProperty("path").GetString()!),
                        new CedarRecord.Builder { { "owner", "ann" } }.Build(),
                        [new EntityUid("Folder", "/")]))));
        engine.SchemaOf = () => fixture.Policies.Schema.Schema;
        AgentIdentity agent = AgentIdentity.HostAsserted(
            new AgentId("bot"), s_acme, "ann", ["billing"], new CedarRecord.Builder { { "team", "ap" } }.Build());
        Principal service = Principal.Service("scheduler", s_acme, "operator");
        engine.Asks = request => request.Action.Id switch
        {
            "write" => new Obligations { Approvals = [new ApprovalRequirement("finance", 1), new ApprovalRequirement("operator", 1)] },
            "OpenTask" when request.Principal.Type == "IntentAuthz::Service" => new Obligations { Approvals = [new ApprovalRequirement("finance", 1)] },
            _ => Obligations.None,
        };

        foreach (Principal user in new[] { fixture.Clerk, service })
        {
            AgentTask task = (await fixture.Guard.Tasks.OpenAsync(
                new TaskRequest(agent, "tidy up", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)) { Delegation = Delegation.OnBehalfOf(user) },
                fixture.Clerk)).GetTaskOrThrow();
            await fixture.CallAsync(task, "mail.read");
            GuardResult asked = await fixture.CallAsync(task, "files.write", """{"path":"/a","size":1,"tags":["x"]}""");
            await fixture.Guard.Approvals.ApproveAsync(asked.Decision.Approval!.Value, fixture.Boss);
            await fixture.Guard.Approvals.ApproveAsync(asked.Decision.Approval!.Value, service);
            Assert.True((await fixture.CallAsync(task, "files.write", """{"path":"/a","size":1,"tags":["x"]}""")).IsCompleted);
            (await fixture.Guard.Tasks.OpenSubTaskAsync(
                task, new TaskRequest(agent, "a part of it", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(1)))).GetTaskOrThrow();
            await fixture.Guard.Endorsements.EndorseAsync(task, new Endorsement("signed invoice", "/a", "write", ArgumentRole.Target), fixture.Boss);
            await fixture.Guard.Tasks.SuspendAsync(task, fixture.Boss, "a test");
            await fixture.Guard.Tasks.ResumeAsync(task, fixture.Boss);
        }

        OpenTaskResult pending = await fixture.Guard.Tasks.OpenAsync(
            new TaskRequest(agent, "tidy up", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)), service);
        await fixture.Guard.Approvals.ApproveAsync(pending.Decision.Approval!.Value, service);
        IncidentResponder responder = fixture.Guard.Incidents.As(fixture.Boss);
        IncidentId incident = (await responder.OpenAsync(RevocationTarget.Agent(s_acme, agent.Id), IncidentSeverity.High, "a test")).Incident!.Id;
        await responder.FreezeAsync(s_acme, incident, "a test");
        await responder.ReopenAsync(s_acme, incident, "a test");
        await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Agent(s_acme, agent.Id), fixture.Boss, "a test");
        await fixture.Policies.ReloadAsync(fixture.Boss);
        await fixture.Policies.SetModeAsync(fixture.Boss, EnforcementMode.Enforce);
        await fixture.Policies.SetModeAsync(fixture.Boss, EnforcementMode.Observe, "mail.read");

        Assert.Empty(engine.Findings);
        Assert.Equal(
            ["Action::\"mail.read\"", "Action::\"write\"", .. s_administrative.Select(static a => $"IntentAuthz::Action::\"{a}\"")],
            engine.Asked.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Schema_WithoutTools_DescribesTheAdministrativeActions() =>
        Assert.Equal(
            s_administrative,
            PolicySchema.Create([]).Schema.Actions.Select(static a => a.Id).Order(StringComparer.Ordinal));
}
