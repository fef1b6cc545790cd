using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Replay;

/// <summary>What another policy set says of decisions: the same, changed and by whom, or unknown and why.</summary>
public sealed class DecisionReplayTests
{
    private static readonly EntityUid s_agent = new("Agent", "bot");
    private static readonly EntityUid s_pay = new("Action", "pay");
    private static readonly EntityUid s_invoice = new("Invoice", "i-1");

    [Theory]
    [InlineData("@id(\"a\") permit(principal, action, resource);", "@id(\"a\") permit(principal, action, resource); @id(\"no\") forbid(principal, action, resource) when { context.input.amount > 50 };", ReplayChange.Forbids, "no")]
    [InlineData("@id(\"a\") permit(principal, action, resource); @id(\"no\") forbid(principal, action, resource);", "@id(\"a\") permit(principal, action, resource);", ReplayChange.NoLongerForbids, "no")]
    [InlineData("@id(\"a\") permit(principal, action, resource);", "@id(\"a\") permit(principal, action, resource) when { context.input.amount < 50 };", ReplayChange.NoLongerPermits, "a")]
    [InlineData("@id(\"a\") permit(principal, action, resource);", "@id(\"b\") permit(principal, action, resource) when { false };", ReplayChange.NoLongerPermits, "a")]
    [InlineData("@id(\"a\") permit(principal, action, resource) when { false };", "@id(\"b\") permit(principal, action, resource);", ReplayChange.Permits, "b")]
    [InlineData("@id(\"a\") permit(principal, action, resource);", "@id(\"a\") @approval(\"boss\") permit(principal, action, resource);", ReplayChange.Obligations, "a")]
    [InlineData("@id(\"a\") permit(principal, action, resource);", "@id(\"a\") permit(principal, action, resource); @id(\"ask\") @approval(\"boss\") permit(principal, action, resource);", ReplayChange.Obligations, "ask")]
    [InlineData("@id(\"a\") @rate(\"5/1m\") permit(principal, action, resource);", "@id(\"a\") @rate(\"6/1m\") permit(principal, action, resource);", ReplayChange.Obligations, "a")]
    [InlineData("@id(\"a\") permit(principal, action, resource);", "@id(\"a\") permit(principal, action, resource); @id(\"bad\") forbid(principal, action, resource) when { context.input.colour == \"red\" };", ReplayChange.Fails, "bad")]
    [InlineData("@id(\"a\") permit(principal, action, resource); @id(\"bad\") forbid(principal, action, resource) when { context.input.colour == \"red\" };", "@id(\"a\") permit(principal, action, resource);", ReplayChange.NoLongerFails, "bad")]
    [InlineData("@id(\"a\") @credential(\"x\") permit(principal, action, resource);", "@id(\"a\") @credential(\"x\") permit(principal, action, resource); @id(\"b\") @credential(\"y\") permit(principal, action, resource);", ReplayChange.Conflicts, "a,b")]
    public void Changed_NamesWhatMadeTheDifference(string old, string now, ReplayChange change, string by)
    {
        ReplayResult result = Replay(now, Record(old));

        ReplayGroup group = Assert.Single(result.Changes);
        Assert.Equal((change, by, 1L, 1L), (group.Change, string.Join(',', group.Policies), group.Count, result.Changed));
    }

    [Fact]
    public void Changed_PermitThatGainsAnApproval_IsFromPermitToRequireApproval()
    {
        ReplayGroup group = Assert.Single(Replay("@approval(\"boss\") permit(principal, action, resource);", Record("permit(principal, action, resource);")).Changes);

        Assert.Equal((DecisionOutcome.Permit, (DecisionOutcome?)DecisionOutcome.RequireApproval), (group.From, group.To));
    }

    [Theory]
    [InlineData("@id(\"a\") permit(principal, action, resource);", "@id(\"b\") permit(principal, action, resource);", 1)]
    [InlineData("@id(\"a\") permit(principal, action, resource) when { false };", "@id(\"no\") forbid(principal, action, resource);", 1)]
    [InlineData("@id(\"a\") permit(principal, action, resource);", "@id(\"a\") permit(principal, action, resource) when { context.input.amount == 100 };", 0)]
    public void Same_EvenByOtherPolicies_IsNoChange(string old, string now, long forAnotherReason)
    {
        ReplayResult result = Replay(now, Record(old));

        Assert.Equal((1L, forAnotherReason, 0L), (result.Same, result.SameForAnotherReason, result.Changed + result.Unknown));
    }

    [Fact]
    public void Unknown_PartOfTheContextThatNobodyAskedForThen_IsNamedWithThePolicyThatAsksNow()
    {
        RecordedDecision recorded = Record("@id(\"a\") permit(principal, action, resource);");
        const string now = "@id(\"a\") permit(principal, action, resource); @id(\"risky\") forbid(principal, action, resource) when { context.risk.score > 80 };";

        ReplayGroup group = Assert.Single(Replay(now, recorded).Unknowns);

        Assert.Equal("context.risk was not built then", group.Missing);
        Assert.Equal("risky", Assert.Single(group.Policies));
        Assert.Equal((DecisionOutcome.Permit, (DecisionOutcome?)null), (group.From, group.To));
    }

    [Theory]
    [InlineData("@id(\"no\") forbid(principal, action, resource); permit(principal, action, resource) when { context.risk.score < 80 };", ReplayOutcome.Changed)]
    [InlineData("permit(principal, action, resource); permit(principal, action, resource) when { context.risk.score < 80 };", ReplayOutcome.Same)]
    [InlineData("permit(principal, action, resource); @approval(\"boss\") permit(principal, action, resource) when { context.risk.score < 80 };", ReplayOutcome.Unknown)]
    [InlineData("permit(principal, action, resource); forbid(principal, action == Action::\"other\", resource) when { context.risk.score < 80 };", ReplayOutcome.Same)]
    [InlineData("permit(principal, action, resource) when { context.input.amount > 100 && context.risk.score < 80 };", ReplayOutcome.Changed)]
    [InlineData("permit(principal, action, resource) when { context.input.amount > 50 && context.risk.score < 80 };", ReplayOutcome.Unknown)]
    [InlineData("permit(principal, action, resource); forbid(principal, action, resource) when { context.input.colour == \"red\" }; permit(principal, action, resource) when { context.risk.score < 80 };", ReplayOutcome.Changed)]
    public void MissingPart_WhatDoesNotDependOnIt_IsDecided(string now, ReplayOutcome expected)
    {
        ReplayResult result = Replay(now, Record("@id(\"a\") permit(principal, action, resource);"));

        ReplayOutcome found = result.Same == 1 ? ReplayOutcome.Same : result.Changed == 1 ? ReplayOutcome.Changed : ReplayOutcome.Unknown;
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Unknown_EntityThatWasNotRecorded_IsNamed()
    {
        ReplayGroup group = Assert.Single(Replay("permit(principal, action, resource) when { User::\"bea\".isBoss };", Record("permit(principal, action, resource);")).Unknowns);

        Assert.Equal("an entity of the type User was not recorded", group.Missing);
    }

    [Fact]
    public void Entity_ThatDidNotExistThen_IsKnownNotToExist()
    {
        // The invoice names its buyer, whom the host did not know.
        ReplayResult result = Replay("permit(principal, action, resource) when { resource.buyer in Group::\"vip\" };", Record("permit(principal, action, resource);"));

        Assert.Equal(1, result.Changed);
    }

    [Fact]
    public void Entities_AboveAndNamedByAttributes_AreRecorded()
    {
        ReplayResult result = Replay(
            "permit(principal in Group::\"bots\", action, resource in Folder::\"top\") when { resource.owner.team == \"sales\" };", Record("permit(principal, action, resource);"));

        Assert.Equal(1, result.Same);
    }

    [Fact]
    public void Schema_AttributeThatItRequiresAndTheLogLacks_IsUnknownNotDenied()
    {
        const string now = "permit(principal, action, resource); @id(\"class\") forbid(principal, action, resource) when { resource.class == \"secret\" };";
        RecordedDecision recorded = Record("permit(principal, action, resource);");
        Schema schema = Schema.ParseCedar("""
            entity Group; entity Folder in [Folder]; entity User = { team: String };
            entity Agent in [Group];
            entity Invoice in [Folder] = { owner: User, buyer: User, class: String };
            action pay appliesTo { principal: Agent, resource: Invoice, context: { input: { amount: Long } } };
            """);

        Assert.Equal(ReplayChange.Fails, Assert.Single(Replay(now, recorded).Changes).Change);
        ReplayGroup group = Assert.Single(new DecisionReplay([PolicySource.Text(now)], new ReplayOptions { Schema = schema }).Run([recorded]).Unknowns);
        Assert.Contains("has no attribute `class`", group.Missing, StringComparison.Ordinal);
        Assert.Equal("class", Assert.Single(group.Policies));
    }

    [Fact]
    public void Schema_PolicyThatDoesNotFit_IsRefused()
    {
        Schema schema = Schema.ParseCedar("entity Agent; entity Invoice; action pay appliesTo { principal: Agent, resource: Invoice };");

        Assert.Contains(
            "colour", Assert.Throws<PolicyLoadException>(() => new DecisionReplay([PolicySource.Text("permit(principal, action, resource) when { resource.colour == 1 };")], new ReplayOptions { Schema = schema })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scrubbed_PartThatAPolicyReads_IsUnknown()
    {
        RecordedDecision recorded = With(Record("permit(principal, action, resource) when { context.input.amount > 0 };"), ContextParts.Input);

        Assert.Equal("context.input held a secret that was taken out", Assert.Single(Replay("permit(principal, action, resource) when { context.input.amount > 0 };", recorded).Unknowns).Missing);
        Assert.Equal(1, Replay("permit(principal, action, resource);", recorded).Same);
    }

    [Fact]
    public void Tenant_WithPoliciesOfItsOwn_IsAskedThose()
    {
        RecordedDecision recorded = Record("permit(principal, action, resource);");

        Assert.Equal(1, new DecisionReplay([PolicySource.Text("permit(principal, action, resource);"), PolicySource.Text("forbid(principal, action, resource);", "own", new TenantId("acme"))]).Run([recorded]).Changed);
        Assert.Equal(1, new DecisionReplay([PolicySource.Text("permit(principal, action, resource);"), PolicySource.Text("forbid(principal, action, resource);", "own", new TenantId("other"))]).Run([recorded]).Same);
    }

    [Fact]
    public void Unknown_OfEntitiesOfManyNames_IsOneGroup()
    {
        RecordedDecision[] recorded = [.. Enumerable.Range(0, 1_000).Select(static n => Samples.Numbered(n))]; // whose resources were not recorded

        ReplayResult result = new DecisionReplay([PolicySource.Text("permit(principal, action, resource) when { resource.open };")]).Run(recorded);

        Assert.Equal(1_000, Assert.Single(result.Unknowns).Count);
    }

    [Fact]
    public void Policies_WhoseIdsHoldLinesAndColons_StayApart()
    {
        const string now = """
            @id("1:a") forbid(principal, action, resource);
            @id("b\n2:c") forbid(principal, action, resource);
            permit(principal, action, resource);
            """;

        Assert.Equal("1:a|b\n2:c", string.Join('|', Assert.Single(Replay(now, Record("permit(principal, action, resource);")).Changes).Policies));
    }

    [Fact]
    public void FromAndTo_LeaveOutWhatLiesOutside()
    {
        RecordedDecision[] recorded = [.. Enumerable.Range(0, 10).Select(static n => Samples.Numbered(n))];

        ReplayOptions options = new() { From = DateTimeOffset.UnixEpoch.AddSeconds(2), To = DateTimeOffset.UnixEpoch.AddSeconds(5) };
        Assert.Equal(3, new DecisionReplay([PolicySource.Text("permit(principal, action, resource);")], options).Run(recorded).Decisions);
    }

    [Fact]
    public void Examples_AreTheFirstAndNoMoreThanAskedFor()
    {
        RecordedDecision[] recorded = [.. Enumerable.Range(0, 100).Select(static n => Samples.Numbered(n))];

        ReplayGroup group = Assert.Single(new DecisionReplay([PolicySource.Text("permit(principal, action, resource) when { false };")], new ReplayOptions { MaxExamples = 4 }).Run(recorded).Changes);

        Assert.Equal(100, group.Count);
        Assert.Equal([0, 1, 2, 3], group.Examples.Select(static e => Samples.NumberOf(e.Recorded)));
    }

    private static RecordedDecision Record(string policies)
    {
        EntityStore host = EntityStore.Create(
        [
            new Entity(s_agent, parents: [new EntityUid("Group", "bots")]),
            new Entity(s_invoice, new CedarRecord.Builder { { "owner", new EntityUid("User", "ann") }, { "buyer", new EntityUid("User", "nobody") } }.Build(), [new EntityUid("Folder", "mine")]),
            new Entity(new EntityUid("Folder", "mine"), parents: [new EntityUid("Folder", "top")]),
            new Entity(new EntityUid("User", "ann"), new CedarRecord.Builder { { "team", "sales" } }.Build()),
        ]);
        return Recording.Record(policies, s_agent, s_pay, s_invoice, host, new CedarRecord.Builder { { "amount", 100L } }.Build());
    }

    private static RecordedDecision With(RecordedDecision d, ContextParts scrubbed) => new(d.Parts, [.. Enumerable.Range(0, 8).Select(i => d[i])])
    {
        Time = d.Time, Tenant = d.Tenant, Principal = d.Principal, Action = d.Action, Resource = d.Resource, Entities = d.Entities,
        AbsentEntities = d.AbsentEntities, Verdict = d.Verdict, PolicyVersion = d.PolicyVersion, ScrubbedParts = scrubbed,
    };

    private static ReplayResult Replay(string policies, params RecordedDecision[] decisions) => new DecisionReplay([PolicySource.Text(policies)]).Run(decisions);
}
