namespace IntentAuthz.Cedar.Tests.Compilation;

public sealed class CompiledPolicySetTests
{
    private static readonly EntityUid Alice = new("User", "alice");

    private static readonly EntityUid Read = new("Action", "read");

    private static readonly EntityUid Plan = new("Doc", "plan");

    private static readonly EntityStore Entities = EntityStore.Create(
    [
        new(Alice, CedarRecord.Create([new("level", 3), new("team", "red")]), [new("Group", "staff")]),
        new(Plan, CedarRecord.Create([new("owner", Alice), new("readers", CedarSet.Create([new CedarEntity(new("Group", "staff"))]))]), [new("Folder", "f")]),
    ]);

    private static readonly CedarRequest Request = new(
        Alice, Read, Plan,
        CedarRecord.Create([new("n", 7), new("text", "hello"), new("amount", CedarDecimal.FromScaled(15_000)), new("when", new CedarDatetime(0))]));

    [Theory]
    [InlineData("context.n + 1 < 10 && principal.level * 2 == 6")]
    [InlineData("context.text like \"h*o\" || context.text == \"x\"")]
    [InlineData("principal in Group::\"staff\" && principal in resource.readers && resource.owner == principal")]
    [InlineData("context.amount.lessThan(decimal(\"2.0\")) && context.when.toTime() == duration(\"0ms\")")]
    [InlineData("[\"a\", \"b\", \"hello\"].contains(context.text) && [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].contains(context.n)")]
    [InlineData("context has n && !(context has missing) && principal has team && (if context.n == 7 then true else context.nothing)")]
    [InlineData("context.missing == 1 || context.n < 100")]
    [InlineData("principal.hasTag(\"x\") || resource in [Folder::\"f\", Folder::\"g\"]")]
    public void Deciding_allocates_nothing(string condition)
    {
        var policies = PolicySet.Parse($"permit(principal is User, action, resource in Folder::\"f\") when {{ {condition} }}; forbid(principal == User::\"bob\", action, resource);");
        var compiled = policies.Compile();
        var bound = compiled.Bind(Entities);
        var provider = new Provider();
        Assert.Equal(0, AllocatedBy(() => bound.Decide(Request)));
        Assert.Equal(0, AllocatedBy(() => compiled.Decide(Request, Entities)));
        Assert.Equal(0, AllocatedBy(() => compiled.Decide(Request, provider)));
    }

    [Fact]
    public void Deciding_plain_values_allocates_nothing()
    {
        var authorizer = PolicySet.Parse(
            """
            permit(principal is User, action == Action::"read", resource in Folder::"f") when { context.text == "hello" && context.n < 10 } unless { context.amount.lessThan(decimal("1.0")) };
            forbid(principal in Group::"robots", action, resource) when { context.text != "x" };
            """).Compile().Bind(Entities).WithLayout(new RequestLayout("User", "Action", "Doc", "text", "n", "amount"));
        Assert.Equal(CedarDecision.Allow, authorizer.Decide("alice", "read", "plan", "hello", 7L, CedarScalar.FromScaledDecimal(15_000)));
        Assert.Equal(0, AllocatedBy(() => authorizer.Decide("alice", "read", "plan", "hello", 7L, CedarScalar.FromScaledDecimal(15_000))));
        Assert.Equal(0, AllocatedBy(() => authorizer.Decide("nobody", "else", "knows", "hello", 7L, CedarScalar.Absent)));
    }

    [Theory]
    [InlineData("context.n + 1 < 10 && context.text == \"hello\" && context.amount.lessThan(decimal(\"2.0\"))")]
    [InlineData("context has n && !(context has missing) && context.input.deep.flag && context.input has deep.flag && !(context.input.deep has other)")]
    [InlineData("context.when.toTime() == duration(\"0ms\") && [\"a\", \"b\", \"hello\"].contains(context.text) && principal in resource.readers")]
    public void A_permit_that_reads_values_of_the_context_allocates_nothing_and_asks_for_no_record(string condition)
    {
        var compiled = PolicySet.Parse(
            $"permit(principal is User, action, resource in Folder::\"f\") when {{ {condition} }}; forbid(principal, action, resource) when {{ context.n > 100 }};").Compile();
        var record = CedarRecord.Create([.. Request.Context, new("input", CedarRecord.Create([new("deep", CedarRecord.Create([new("flag", true)]))]))]);
        var context = new Unmade(record);
        var provider = new Provider();
        Assert.Equal(["policy0"], compiled.Authorize(Request.Principal, Request.Action, Request.Resource, context, Entities).Reasons);
        Assert.Equal(0, AllocatedBy(() => compiled.Authorize(Request.Principal, Request.Action, Request.Resource, context, Entities).Decision));
        Assert.Equal(0, AllocatedBy(() => compiled.Authorize(Request.Principal, Request.Action, Request.Resource, context, provider).Decision));
    }

    private sealed class Unmade(CedarRecord record) : ICedarContext
    {
        public bool TryRead(ReadOnlySpan<string> path, out CedarScalar value) => ((ICedarContext)record).TryRead(path, out value);

        public CedarRecord ToRecord() => throw new InvalidOperationException("Nobody should need it.");
    }

    [Theory]
    [InlineData("context has a.b", "False")]
    [InlineData("context.a has b", "Error")]
    [InlineData("context.a.b", "Error")]
    [InlineData("context has n.b", "Error")]
    [InlineData("context.n has b", "Error")]
    [InlineData("context has input.b", "False")]
    [InlineData("context.input has b", "False")]
    [InlineData("context has missing", "False")]
    [InlineData("context.missing", "Error")]
    [InlineData("context.who has level", "True")]
    [InlineData("context.who.level == 3", "True")]
    [InlineData("context.input.text == \"x\"", "True")]
    [InlineData("context.input == {text: \"x\"}", "True")]
    public void What_is_missing_on_the_way_fails_or_is_false_as_in_the_record(string condition, string truth)
    {
        var policies = PolicySet.Parse($"permit(principal, action, resource) when {{ {condition} }};");
        var record = CedarRecord.Create([new("n", 7), new("who", Alice), new("input", CedarRecord.Create([new("text", "x")]))]);
        foreach (var (name, context) in ReadContexts.Of(record, new Random(1)))
        {
            var response = policies.Compile().Authorize(Request.Principal, Request.Action, Request.Resource, context, Entities);
            Engines.Same(CedarAuthorizer.Authorize(new(Alice, Read, Plan, record), policies, Entities), response, name);
            Assert.Equal(truth, response.Errors.Count > 0 ? "Error" : response.Decision == CedarDecision.Allow ? "True" : "False");
        }
    }

    [Theory]
    [InlineData("context.input.text == \"x\"")]
    [InlineData("context == {}")]
    public void An_exception_of_the_context_passes_through_and_the_set_works_on(string condition)
    {
        var compiled = PolicySet.Parse($"permit(principal, action, resource) when {{ {condition} || true }};").Compile();
        Assert.Throws<TimeoutException>(() => compiled.Authorize(Request.Principal, Request.Action, Request.Resource, new BrokenContext(), Entities));
        Assert.Equal(CedarDecision.Allow, compiled.Decide(new(Alice, Read, Plan, CedarRecord.Create([new("input", CedarRecord.Create([new("text", "x")]))])), Entities));
    }

    private sealed class BrokenContext : ICedarContext
    {
        public bool TryRead(ReadOnlySpan<string> path, out CedarScalar value) => throw new TimeoutException();

        public CedarRecord ToRecord() => throw new TimeoutException();
    }

    private static long AllocatedBy(Func<CedarDecision> decide)
    {
        // Once for what is made on first use: the room for entities, and code compiled meanwhile.
        for (var i = 0; i < 50; i++)
        {
            decide();
        }

        var least = long.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            decide();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private sealed class Provider : IEntityProvider
    {
        public Entity? Find(EntityUid uid) => Entities.Find(uid);
    }

    [Fact]
    public void Many_requests_are_decided_in_their_order()
    {
        var bound = PolicySet.Parse("permit(principal in Group::\"staff\", action, resource is Doc);").Compile().Bind(Entities);
        CedarRequest[] requests = [Request, new(new("User", "bob"), Read, Plan), new(Alice, Read, new("Folder", "f")), Request];
        var decisions = new CedarDecision[5];
        bound.Decide(requests, decisions);
        Assert.Equal([CedarDecision.Allow, CedarDecision.Deny, CedarDecision.Deny, CedarDecision.Allow], decisions[..4]);
        Assert.Throws<ArgumentException>(() => bound.Decide(requests, decisions.AsSpan(0, 3)));
    }

    [Fact]
    public void A_policy_met_under_two_of_its_actions_is_one_reason()
    {
        var entities = EntityStore.Create([new(Read, parents: [new("Action", "a"), new("Action", "b")])]);
        var response = PolicySet.Parse("permit(principal, action in [Action::\"a\", Action::\"b\", Action::\"a\"], resource) when { principal != 1 };").Compile()
            .Bind(entities).Authorize(new(Alice, Read, Plan));
        Assert.Equal(["policy0"], response.Reasons);
    }

    [Fact]
    public void Reasons_and_errors_come_in_the_order_of_the_set()
    {
        var text = string.Concat(Enumerable.Range(0, 100).Select(i => (i % 4) switch
        {
            0 => "permit(principal, action, resource);",
            1 => "permit(principal == User::\"alice\", action, resource) when { context.missing };",
            2 => "permit(principal in Group::\"staff\", action == Action::\"read\", resource);",
            _ => "permit(principal is User, action, resource is Doc in Folder::\"f\");",
        }));
        var response = Engines.Authorize(Request, PolicySet.Parse(text), Entities);
        Assert.Equal((75, 25), (response.Reasons.Count, response.Errors.Count));
    }

    [Fact]
    public void An_entity_that_a_provider_finds_in_a_circle_is_in_all_of_it()
    {
        var compiled = PolicySet.Parse("permit(principal in Group::\"b\", action, resource);").Compile();
        Assert.Equal(CedarDecision.Allow, compiled.Decide(new(Alice, Read, Plan), new Circle()));
    }

    private sealed class Circle : IEntityProvider
    {
        public Entity? Find(EntityUid uid) => new(uid, parents: [new("Group", uid.Id == "a" ? "b" : "a")]);
    }

    [Fact]
    public void An_exception_of_the_provider_passes_through_and_the_set_works_on()
    {
        var compiled = PolicySet.Parse("permit(principal in Group::\"staff\", action, resource);").Compile();
        Assert.Throws<TimeoutException>(() => compiled.Authorize(Request, new Broken()));
        Assert.Equal(CedarDecision.Allow, compiled.Decide(Request, Entities));
    }

    private sealed class Broken : IEntityProvider
    {
        public Entity? Find(EntityUid uid) => throw new TimeoutException();
    }

    [Fact]
    public void Many_entities_after_in_are_found_by_the_few_that_the_request_has()
    {
        var groups = string.Join(", ", Enumerable.Range(0, 5_000).Select(i => $"Group::\"g{i}\"").Append("Group::\"staff\""));
        var response = Engines.Authorize(Request, PolicySet.Parse($"permit(principal, action, resource) when {{ principal in [{groups}] }};"), Entities);
        Assert.Equal(CedarDecision.Allow, response.Decision);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(40)]
    public void Each_of_many_groups_is_found_and_so_is_the_entity_itself(int count)
    {
        EntityUid[] groups = [.. Enumerable.Range(0, count).Select(i => new EntityUid("Group", $"g{i}"))];
        var entities = EntityStore.Create([new(Alice, parents: groups)]);
        var others = string.Concat(Enumerable.Range(0, count).Select(i => $"Group::\"other{i}\", "));
        foreach (var wanted in groups.Append(Alice))
        {
            string[] forms = [$"principal in {wanted}", $"principal in [{others}{wanted}]", $"[principal].contains(principal) && principal in [{wanted}, {others[..^2]}]"];
            Assert.All(forms, form => Assert.Equal(
                CedarDecision.Allow, Engines.Authorize(new(Alice, Read, Plan), PolicySet.Parse($"permit(principal, action, resource) when {{ {form} }};"), entities).Decision));
        }

        Assert.Equal(CedarDecision.Deny, Engines.Authorize(new(Alice, Read, Plan), PolicySet.Parse($"permit(principal, action, resource) when {{ principal in [{others[..^2]}] }};"), entities).Decision);
    }

    [Theory]
    [InlineData("{who: User::\"alice\"} has who.level")]
    [InlineData("{who: {she: User::\"alice\"}} has who.she.level")]
    [InlineData("{who: User::\"alice\"}.who.level == 3")]
    [InlineData("User::\"alice\" has level && User::\"alice\".team == \"red\"")]
    public void An_entity_in_a_constant_is_looked_up_for_each_request(string condition) =>
        Assert.Equal(CedarDecision.Allow, Engines.Authorize(Request, PolicySet.Parse($"permit(principal, action, resource) when {{ {condition} }};"), Entities).Decision);

    [Fact]
    public void Two_threads_do_not_share_what_a_request_has_found()
    {
        var compiled = PolicySet.Parse("permit(principal in Group::\"staff\", action, resource) when { resource.owner == principal };").Compile();
        var other = new CedarRequest(new("User", "bob"), Read, Plan);
        Parallel.For(0, 20_000, i => Assert.Equal(
            i % 2 == 0 ? CedarDecision.Allow : CedarDecision.Deny, compiled.Decide(i % 2 == 0 ? Request : other, Entities)));
    }

    [Theory]
    [InlineData("!(", "true", ")")]
    [InlineData("(1 + ", "context.n", ") == 1")]
    [InlineData("(if true then ", "true", " else false)")]
    [InlineData("[", "1", "].contains(1)")]
    public void A_tree_of_the_greatest_height_compiles_and_evaluates_on_a_small_stack(string open, string core, string close)
    {
        var policies = Enumerable.Range(0, CedarLimits.MaxExpressionDepth).Reverse().Select(depth => Parse(open, core, close, depth)).First(parsed => parsed is not null)!;
        CedarDecision? decision = null;
        var thread = new Thread(() => decision = policies.Compile().Bind(Entities).Decide(Request), 1024 * 1024);
        thread.Start();
        thread.Join();
        Assert.NotNull(decision);
    }

    private static PolicySet? Parse(string open, string core, string close, int depth) => PolicySet.TryParse(
        $"permit(principal, action, resource) when {{ {string.Concat(Enumerable.Repeat(open, depth))}{core}{string.Concat(Enumerable.Repeat(close, depth))} }};",
        null, out var policies, out _)
        ? policies
        : null;

    [Fact]
    public void A_provider_that_changes_its_mind_within_a_request_makes_a_failing_policy_no_exception()
    {
        var response = PolicySet.Parse("permit(principal, action, resource) when { principal.missing == resource.missing };").Compile()
            .Authorize(Request, new Fickle());
        Assert.Equal((CedarDecision.Deny, "policy0"), (response.Decision, Assert.Single(response.Errors).PolicyId));
    }

    // Has the attribute from the second time on.
    private sealed class Fickle : IEntityProvider
    {
        private int _asked;

        public Entity? Find(EntityUid uid) => new(uid, ++_asked > 1 ? CedarRecord.Create([new("missing", uid.Id)]) : null);
    }
}
