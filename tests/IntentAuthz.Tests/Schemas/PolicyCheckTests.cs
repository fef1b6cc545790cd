using IntentAuthz.Cedar;
using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Schemas;

/// <summary>Policies are checked against the tools whenever either changes, and what does not fit changes nothing.</summary>
public sealed class PolicyCheckTests
{
    private static ToolDescriptorBuilder Pay => ToolDescriptor.For("payments.pay").Action("pay").InActionGroups("payments")
        .InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"number"},"note":{"type":"string"},"any":{}},"required":["to","amount"]}""")
        .Resource("Account", "to");

    [Theory]
    [InlineData("""permit(principal, action == Action::"pya", resource);""", "test.cedar(1,19): error: unknown-action", "pay")]
    [InlineData("""permit(principal, action in Action::"payment", resource);""", "test.cedar(1,19): error: unknown-action", "payments")]
    [InlineData("""permit(principal is IntentAuthz::Agnet, action, resource);""", "unknown-entity-type", "IntentAuthz::Agent")]
    [InlineData("""permit(principal, action == Action::"pay", resource) when { context.input.amuont > 5 };""", "test.cedar(1,75): error: unknown-attribute", "amount")]
    [InlineData("""permit(principal, action == Action::"pay", resource) when { context.input.amount > 5 };""", "unexpected-type", "decimal")]
    [InlineData("""permit(principal, action == Action::"pay", resource) when { context.input.note == "x" };""", "optional-attribute", "has note")]
    [InlineData("""permit(principal, action == Action::"pay", resource) when { context.input has any && context.input.any == "x" };""", "incompatible-types", "mapToString")]
    [InlineData("""permit(principal, action == Action::"pay", resource) when { context.risk.untrustedRole.contains("target") };""", "unknown-attribute", "untrustedRoles")]
    [InlineData("""permit(principal, action == Action::"pay", resource) when { context.provenance.amout.trusted };""", "unknown-attribute", "amount")]
    [InlineData("""permit(principal, action == Action::"pay", resource) when { resource.owner == "ann" };""", "unknown-attribute", "AddSchema(\"entity Account")]
    [InlineData("""permit(principal, action == Action::"pay", resource in Folder::"x");""", "unknown-entity-type", "AddSchema")]
    [InlineData("""permit(principal, action == Action::"pay", resource is IntentAuthz::Tool);""", "inapplicable-action", "appliesTo")]
    [InlineData("""permit(principal, action == IntentAuthz::Action::"OpenTsk", resource);""", "unknown-action", "OpenTask")]
    [InlineData("""forbid(principal, action, resource) when { context.risk.level > 2 };""", "unknown-attribute", "risk")] // opening a task has no risk
    public void Start_PolicyThatDoesNotFitTheTools_IsRefused_WithPlaceAndFix(string policy, string place, string fix)
    {
        PolicyLoadException refused = Assert.Throws<PolicyLoadException>(() => new GuardFixture(policy, static b => b.AddTool(Pay)));

        Assert.Contains(place, refused.Message, StringComparison.Ordinal);
        Assert.Contains(fix, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_SeveralPoliciesThatDoNotFit_AreAllReported_EachOnce()
    {
        PolicyLoadException refused = Assert.Throws<PolicyLoadException>(() => new GuardFixture(
            """permit(principal, action == Action::"a", resource); permit(principal, action == Action::"b", resource);""",
            static b => b.AddTool(Pay).AddPolicies(PolicySource.Text("""permit(principal, action == Action::"c", resource);""", "acme.cedar", GuardFixture.Acme))));

        Assert.Equal(["acme.cedar(1,19)", "test.cedar(1,19)", "test.cedar(1,71)"], refused.Problems.Select(static p => p.Split(':')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Start_ComparisonOfDifferentTypes_IsRefusedUnlessThePermissiveCheckIsChosen()
    {
        const string Comparing = """permit(principal, action == Action::"pay", resource) when { context.input.to == context.task.depth };""";

        Assert.Throws<PolicyLoadException>(() => new GuardFixture(Comparing, static b => b.AddTool(Pay)));
        await using GuardFixture permissive = new(Comparing, static b => b.AddTool(Pay), static o => o.PolicyValidation = ValidationMode.Permissive);
        Assert.Null(permissive.Policies.LastReloadError);
    }

    [Fact]
    public async Task Reload_SetThatDoesNotFit_IsRefused_CountedAndVisible_AndTheLastGoodOneStays()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """permit(principal, action == Action::"pay", resource);""");
            await using GuardFixture fixture = new("", b => b.AddTool(Pay).AddPolicies(PolicySource.File(file)));
            AgentTask task = await fixture.OpenAsync();
            await File.WriteAllTextAsync(file, """permit(principal, action == Action::"pya", resource);""");

            PolicyReloadResult refused = await fixture.Policies.ReloadAsync(fixture.Boss);

            Assert.False(refused.Succeeded);
            Assert.Contains("unknown-action", refused.Message, StringComparison.Ordinal);
            Assert.Equal((refused.Message, 1), (fixture.Policies.LastReloadError, fixture.Policies.RefusedReloads));
            Assert.True((await fixture.CallAsync(task, "payments.pay", """{"to":"ACME","amount":1}""")).IsCompleted);

            await File.WriteAllTextAsync(file, """forbid(principal, action == Action::"pay", resource);""");
            Assert.True((await fixture.Policies.ReloadAsync(fixture.Boss)).Succeeded);
            Assert.Equal((null, 1), (fixture.Policies.LastReloadError, fixture.Policies.RefusedReloads));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task AddTool_ThatAPolicyInForceDoesNotFit_IsRefused_AndAnotherOneIsNot()
    {
        await using GuardFixture fixture = new(
            """forbid(principal, action in Action::"payments", resource) when { context.input.amount.greaterThan(decimal("5.0")) };""", static b => b.AddTool(Pay));
        ToolDescriptorBuilder refund = ToolDescriptor.For("payments.refund").InActionGroups("payments");

        PolicyLoadException refused = Assert.Throws<PolicyLoadException>(() => fixture.Guard.Tools.Add(refund.Build()));
        Assert.Contains("amount", refused.Message, StringComparison.Ordinal);
        Assert.False(fixture.Guard.Tools.TryGet("payments.refund", out _));
        Assert.DoesNotContain("payments.refund", fixture.Policies.Schema.ToCedar(), StringComparison.Ordinal);

        fixture.Guard.Tools.Add(refund.InputSchema("""{"properties":{"amount":{"type":"number"}},"required":["amount"]}""").Build());
        Assert.Contains("payments.refund", fixture.Policies.Schema.ToCedar(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddTools_OfWhichOneDoesNotFit_AddsNone()
    {
        await using GuardFixture fixture = new("", static b => b.AddTool(Pay));

        Assert.Throws<PolicyLoadException>(() => fixture.Guard.Tools.Add([ToolDescriptor.For("fits").Build(), ToolDescriptor.For("Approve").Build()]));
        Assert.False(fixture.Guard.Tools.TryGet("fits", out _));
        fixture.Guard.Tools.Add(ToolDescriptor.For("fits").Build());
        Assert.True(fixture.Guard.Tools.TryGet("fits", out _));
    }

    [Fact]
    public async Task AddTool_ThatAReloadedPolicyNames_TheToolComesFirst()
    {
        string file = Path.GetTempFileName();
        try
        {
            await using GuardFixture fixture = new("", b => b.AddTool(Pay).AddPolicies(PolicySource.File(file)));
            await File.WriteAllTextAsync(file, """permit(principal, action == Action::"later", resource);""");
            Assert.False((await fixture.Policies.ReloadAsync(fixture.Boss)).Succeeded);

            fixture.Guard.Tools.Add(ToolDescriptor.For("later").Build());

            Assert.True((await fixture.Policies.ReloadAsync(fixture.Boss)).Succeeded);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task OpenTask_UnderAMandateThatDoesNotFitTheTools_IsRefusedWithTheNearestName()
    {
        await using GuardFixture fixture = new("", static b => b.AddTool(Pay));
        (Mandate Mandate, string Expected)[] cases =
        [
            (Mandate.Of(MandateGrant.Of("pya")), "pay"),
            (Mandate.Of(MandateGrant.Of("pay").Where("amount", ArgumentConstraint.AtMost(5))), "decimal"),
            (Mandate.Of(MandateGrant.Of("pay").On(new EntityUid("Acount", "ACME"))), "Account"),
            (Mandate.FromPolicies(PolicySource.Text("""permit(principal, action, resource) when { context.input.amuont > 1 };""", "mandate.cedar"), "small"), "mandate.cedar(1,"),
        ];
        foreach ((Mandate mandate, string expected) in cases)
        {
            OpenTaskResult refused = await fixture.Guard.Tasks.OpenAsync(new TaskRequest(fixture.Agent, "pay", mandate, TimeSpan.FromHours(1)), fixture.Clerk);
            Assert.Equal(ReasonCodes.InvalidMandate, refused.Decision.ReasonCode);
            Assert.Contains(expected, refused.Decision.Explanation, StringComparison.Ordinal);
        }

        Assert.NotNull(await fixture.OpenAsync(Mandate.Of(MandateGrant.Of("payments").On(new EntityUid("Account", "ACME")).Where("amount", ArgumentConstraint.AtMost(5m)))));
    }

    [Fact]
    public async Task OpenTask_UnderAMandateThatANewToolMadeFit_IsPossible()
    {
        await using GuardFixture fixture = new("", static b => b.AddTool(Pay));
        TaskRequest request = new(fixture.Agent, "pay", Mandate.Of(MandateGrant.Of("later")), TimeSpan.FromHours(1));
        Assert.False((await fixture.Guard.Tasks.OpenAsync(request, fixture.Clerk)).IsOpen);

        fixture.Guard.Tools.Add(ToolDescriptor.For("later").Build());

        Assert.True((await fixture.Guard.Tasks.OpenAsync(request, fixture.Clerk)).IsOpen);
    }

    [Fact]
    public async Task Call_MappedToATypeTheDescriptorDoesNotDeclare_IsDenied()
    {
        await using GuardFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action, resource);""",
            static b => b.AddTool(ToolDescriptor.For("read").Resource("File", static _ => new ResourceReference(new EntityUid("Folder", "/")))));

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "read");

        Assert.Equal(ReasonCodes.ResourceMappingFailed, result.Decision.ReasonCode);
        Assert.Contains("Folder", result.Decision.Explanation, StringComparison.Ordinal);
    }
}
