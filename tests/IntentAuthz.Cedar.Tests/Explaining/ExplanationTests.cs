namespace IntentAuthz.Cedar.Tests.Explaining;

/// <summary>What an explanation says, in words that need no Cedar.</summary>
public sealed class ExplanationTests
{
    private static readonly EntityStore Entities = EntityStore.ParseJson(
        """
        [
          { "uid": { "type": "User", "id": "alice" }, "attrs": { "team": "billing", "level": 2 }, "parents": [{ "type": "Group", "id": "staff" }] },
          { "uid": { "type": "Folder", "id": "2026" }, "attrs": {}, "parents": [] },
          { "uid": { "type": "Invoice", "id": "7" }, "attrs": { "owner": { "__entity": { "type": "User", "id": "bob" } }, "frozen": true }, "parents": [{ "type": "Folder", "id": "2026" }] }
        ]
        """);

    private const string Context =
        """
        { "input": { "amount": { "__extn": { "fn": "decimal", "arg": "900.0" } }, "count": 7, "currency": "EUR", "tags": ["a", "b"] },
          "approved": false, "ip": { "__extn": { "fn": "ip", "arg": "10.1.2.3" } }, "now": { "__extn": { "fn": "datetime", "arg": "2026-11-26T20:00:00Z" } } }
        """;

    private static CedarExplanation Explain(string policies, string action = "pay", string context = Context) => CedarExplainer.Explain(
        new(new("User", "alice"), new("Action", action), new("Invoice", "7"), CedarRecord.ParseJson(context)),
        PolicySet.TryParse(policies, "p.cedar", out var set, out var diagnostics) ? set : throw new CedarSyntaxException(diagnostics),
        Entities);

    private static string Must(string condition) =>
        Assert.Single(Assert.Single(Explain($"permit(principal, action, resource) when {{ {condition} }};").Policies).Conditions).Sentence;

    private static string Would(string condition) =>
        Explain($"permit(principal, action, resource) when {{ {condition} }};").Suggestions is [var first, ..] ? first.Sentence : "(nothing)";

    [Theory]
    [InlineData("context.input.amount.lessThanOrEqual(decimal(\"500.0\"))", "input.amount must be at most 500 (it is 900)")]
    [InlineData("decimal(\"500.0\").greaterThan(context.input.amount)", "input.amount must be less than 500 (it is 900)")]
    [InlineData("context.input.count < 5", "input.count must be less than 5 (it is 7)")]
    [InlineData("5 >= context.input.count", "input.count must be at most 5 (it is 7)")]
    [InlineData("!(context.input.count > 5)", "input.count must be at most 5 (it is 7)")]
    [InlineData("context.input.currency == \"CHF\"", "input.currency must be \"CHF\" (it is \"EUR\")")]
    [InlineData("context.input.currency != \"EUR\"", "input.currency must not be \"EUR\" (it is \"EUR\")")]
    [InlineData("[\"CHF\", \"USD\"].contains(context.input.currency)", "input.currency must be one of \"CHF\" or \"USD\" (it is \"EUR\")")]
    [InlineData("context.input.tags.contains(\"c\")", "input.tags must contain \"c\" (it holds \"a\" and \"b\")")]
    [InlineData("context.approved", "approved must be true")]
    [InlineData("context.approved == true", "approved must be true")]
    [InlineData("context.input has note", "input.note must be given")]
    [InlineData("principal in Group::\"admins\"", "the principal must be in group \"admins\" (it is user \"alice\")")]
    [InlineData("principal.team == \"sales\"", "the principal's team must be \"sales\" (it is \"billing\")")]
    [InlineData("resource.owner == principal", "the resource's owner must be the principal, which is user \"alice\" (it is user \"bob\")")]
    [InlineData("context.input.currency like \"US*\"", "input.currency must match the pattern \"US*\" (it is \"EUR\")")]
    [InlineData("context.ip.isInRange(ip(\"192.168.0.0/16\"))", "ip must be in the range 192.168.0.0/16 (it is 10.1.2.3)")]
    [InlineData("context.now < datetime(\"2026-11-26T18:00:00Z\")", "now must be before 2026-11-26 18:00:00 UTC (it is 2026-11-26 20:00:00 UTC)")]
    [InlineData("context.input.count == 1 || context.approved", "either input.count must be 1 (it is 7) or approved must be true")]
    [InlineData("if context.approved then true else context.input.count < 5", "input.count must be less than 5 (it is 7), since approved is not true")]
    [InlineData("context.input.currency like \"a\\*b*\"", "input.currency must match the pattern \"a\\*b*\" (it is \"EUR\")")]
    [InlineData("resource is Folder", "the resource must be of the type folder (it is invoice \"7\")")]
    [InlineData("principal == Other::User::\"alice\"", "the principal must be `Other::User::\"alice\"` (it is `User::\"alice\"`)")]
    [InlineData("principal is Other::User", "the principal must be of the type Other::User (it is `User::\"alice\"`)")]
    [InlineData("{\"a\": 2} == {\"a\": context.input.count}", "`{a: context.input.count}` must be `{a: 2}` (it is `{a: 7}`)")]
    [InlineData("context.input.tags == [[1]]", "input.tags must be `[[1]]` (it holds \"a\" and \"b\")")]
    [InlineData("(principal.level + 1) * 2 == 3", "(the principal's level plus 1) times 2 must be 3 (it is 6)")]
    [InlineData("context.approved || (context.approved && context.input.count * 9223372036854775807 > 5)", "either approved must be true or approved must be true and input.count times 9223372036854775807 must be more than 5 (it cannot be worked out)")]
    [InlineData("context.approved || (context.approved && context.input.count < 1 && context.input.count < 2 && context.input.count < 3 && context.input.count < 4)",
        "either approved must be true or approved must be true, input.count must be less than 1 (it is 7), input.count must be less than 2 (it is 7), input.count must be less than 3 (it is 7) and 1 more must hold")]
    public void A_false_condition_is_said_in_words(string condition, string sentence) => Assert.Equal(sentence, Must(condition));

    [Theory]
    [InlineData("context.input.amount.lessThanOrEqual(decimal(\"500.0\"))", "input.amount were 500 (it is 900)")]
    [InlineData("context.input.count < 5 && context.approved", "input.count were 4 (it is 7) and approved were true")]
    [InlineData("context.input.count < 5 || context.approved", "input.count were 4 (it is 7)")]
    [InlineData("context.input has note && context.input.note == \"ok\"", "input.note were \"ok\" (it is not given)")]
    [InlineData("context.input.tags.containsAll([\"c\", \"d\"])", "input.tags also held \"c\" and \"d\" (it holds \"a\" and \"b\")")]
    [InlineData("!resource.frozen", "the resource's frozen were not true")]
    [InlineData("principal in Group::\"admins\"", "the principal were in group \"admins\" (it is user \"alice\")")]
    [InlineData("context.input.count < 5 && context.input.count > 3 && context.input.count != 4", "(nothing)")]
    [InlineData("context.input.tags.contains(\"c\") && context.input.tags.contains(\"d\")", "input.tags also held \"c\" and \"d\" (it holds \"a\" and \"b\")")]
    [InlineData("context.input.count > 10 && context.input.count != 11", "input.count were 12 (it is 7)")]
    [InlineData("context.input.tags.contains(\"c\") && !context.input.tags.contains(\"a\")", "input.tags also held \"c\" and did not hold \"a\" (it holds \"a\" and \"b\")")]
    [InlineData("context.input.tags.isEmpty()", "input.tags were empty (it holds \"a\" and \"b\")")]
    [InlineData("!(context.input has currency)", "input.currency were not given (it is \"EUR\")")]
    [InlineData("context.input has note", "input.note were \"\" (it is not given)")]
    [InlineData("context.input.currency like \"a\\*b*\"", "input.currency were \"a*b\" (it is \"EUR\")")]
    [InlineData("if context.input.missing then false else true", "input.missing were false (it is not given)")]
    [InlineData("!([\"a\", \"b\"].containsAll(context.input.tags))", "input.tags also held \"other\" (it holds \"a\" and \"b\")")]
    [InlineData("!([\"EUR\"].contains(context.input.currency))", "input.currency were \"other\" (it is \"EUR\")")]
    [InlineData("context.input == {\"count\": 1}", "input were `{")]
    [InlineData("false", "(nothing)")]
    public void The_smallest_change_that_permits_is_said_in_words(string condition, string sentence) =>
        Assert.StartsWith(sentence, Would(condition), StringComparison.Ordinal);

    [Fact]
    public void What_a_forbid_asks_for_only_to_be_given_is_said()
    {
        var forbid = Assert.Single(Explain("permit(principal, action, resource); forbid(principal, action, resource) when { context.input has currency };").Policies);
        Assert.Equal("input.currency is given", Assert.Single(forbid.Conditions).Sentence);
        var compared = Explain("permit(principal, action, resource); forbid(principal, action, resource) when { context has input && context.input has currency && context.input.currency == \"EUR\" };");
        Assert.Equal("input.currency is \"EUR\" (it is \"EUR\")", Assert.Single(Assert.Single(compared.Policies).Conditions).Sentence);
    }

    [Fact]
    public void A_change_of_what_another_change_leads_to_is_told_by_its_own_name() => Assert.Equal(
        "the resource's owner were user \"alice\" (it is user \"bob\") and user \"alice\"'s level were 5 (it is 2)",
        Would("resource.owner == principal && resource.owner.level == 5"));

    [Fact]
    public void A_search_that_leaves_something_out_says_so()
    {
        Assert.True(Explain("permit(principal, action, resource) when { [\"CHF\", \"USD\"].contains(context.input.currency) };").IsComplete);
        Assert.False(Explain("permit(principal, action, resource) when { [\"A\", \"B\", \"C\", \"D\", \"E\"].contains(context.input.currency) };").IsComplete);
    }

    [Fact]
    public void A_text_that_differs_only_where_it_is_cut_is_not_said_to_be_what_it_must_be()
    {
        var start = new string('x', 200);
        var explanation = Explain($"permit(principal, action, resource) when {{ context.s == \"{start}1\" }};", context: $$"""{ "s": "{{start}}2" }""");
        Assert.EndsWith("…` (it begins alike, and differs where it is cut)", Assert.Single(explanation.Policies[0].Conditions).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entity_of_the_same_name_in_another_namespace_is_told_apart_in_the_scope() =>
        Assert.Equal(
            "the principal must be `Other::User::\"alice\"` (it is `User::\"alice\"`)",
            Assert.Single(Explain("permit(principal == Other::User::\"alice\", action, resource);").Policies is [{ Conditions: var conditions }] ? conditions : []).Sentence);

    [Fact]
    public void An_item_that_only_another_policy_asks_for_is_not_suggested_beside_the_one_that_is_enough()
    {
        var explanation = Explain(
            """
            permit(principal, action, resource) when { context.input.tags.contains("c") && context.input.count > 100 && principal in Group::"none" };
            permit(principal, action, resource) when { context.input.tags.contains("d") };
            """);
        Assert.Equal("input.tags also held \"d\" (it holds \"a\" and \"b\")", Assert.Single(explanation.Suggestions).Sentence);
    }

    [Fact]
    public void To_be_out_of_a_group_names_the_groups_that_are_left()
    {
        var entities = EntityStore.ParseJson(
            """
            [
              { "uid": { "type": "User", "id": "u" }, "attrs": {}, "parents": [{ "type": "Group", "id": "a" }, { "type": "Group", "id": "b" }] },
              { "uid": { "type": "Group", "id": "a" }, "attrs": {}, "parents": [{ "type": "Group", "id": "all" }] },
              { "uid": { "type": "Group", "id": "b" }, "attrs": {}, "parents": [{ "type": "Group", "id": "all" }] }
            ]
            """);
        RequestChange Left(string forbids) => Assert.Single(Assert.Single(CedarExplainer.Explain(
            new(new("User", "u"), new("Action", "do"), new("Doc", "d")), PolicySet.Parse("permit(principal, action, resource); " + forbids), entities).Suggestions).Changes);

        var both = Left("forbid(principal in Group::\"all\", action, resource);");
        Assert.Equal("the principal were not in group \"a\" or group \"b\", and so not in group \"all\" (it is user \"u\")", both.Sentence);
        Assert.Equal("Group::\"a\", Group::\"b\"", both.From);
        // The one is enough, whatever it was looked for.
        Assert.Equal(
            "the principal were not in group \"a\" (it is user \"u\")",
            Left("forbid(principal, action, resource) when { principal in Group::\"all\" && principal in Group::\"a\" };").Sentence);
    }

    [Fact]
    public void Only_the_shortest_way_is_suggested()
    {
        var explanation = Explain(
            """
            permit(principal, action, resource) when { context.approved && context.input.count < 3 };
            permit(principal, action, resource) when { context.input.currency == "CHF" };
            """);
        Assert.Equal("input.currency were \"CHF\" (it is \"EUR\")", Assert.Single(explanation.Suggestions).Sentence);
    }

    [Fact]
    public void A_forbid_that_applied_says_what_made_it_apply_and_what_would_lift_it()
    {
        var explanation = Explain(
            """
            permit(principal, action, resource);

            @id("frozen") @description("Frozen invoices are not paid.")
            forbid(principal, action, resource) when { resource.frozen } unless { context.approved };
            """);
        var forbid = Assert.Single(explanation.Policies);
        Assert.Equal((PolicyTraceOutcome.Applied, "Frozen invoices are not paid."), (forbid.Outcome, forbid.Description));
        Assert.Equal(["the resource's frozen is true", "approved is not true"], forbid.Conditions.Select(c => c.Sentence));
        Assert.Equal(["approved were true", "the resource's frozen were not true"], explanation.Suggestions.Select(s => s.Sentence));
    }

    [Fact]
    public void Conditions_are_placed_where_they_stand()
    {
        var explanation = Explain("permit(principal, action, resource)\nwhen {\n  context.input.count > 1 &&\n  context.input.count < 5\n};");
        var condition = Assert.Single(Assert.Single(explanation.Policies).Conditions);
        Assert.Equal(("p.cedar", 4, 3), (condition.Span.Source, condition.Span.Line, condition.Span.Column));
        Assert.Equal("context.input.count < 5", condition.Text);
        Assert.Equal([new TracedValue("context.input.count", "7")], condition.Values);
    }

    [Fact]
    public void Every_false_condition_is_told_not_only_the_first()
    {
        var explanation = Explain("permit(principal, action, resource in Folder::\"2025\") when { context.input.count < 5 && context.approved } unless { resource.frozen };");
        Assert.Equal(
            ["the resource must be in folder \"2025\" (it is invoice \"7\")", "input.count must be less than 5 (it is 7)", "approved must be true", "the resource's frozen must not be true"],
            Assert.Single(explanation.Policies).Conditions.Select(c => c.Sentence));
        Assert.Equal(4, explanation.Suggestions[0].Changes.Count);
    }

    [Fact]
    public void Policies_for_other_actions_are_not_near() =>
        Assert.Empty(Explain("permit(principal, action == Action::\"read\", resource); permit(principal, action, resource is Folder);").Policies);

    [Fact]
    public void The_nearest_policy_comes_first() =>
        Assert.Equal(["policy1", "policy0"], Explain(
            """
            permit(principal, action, resource) when { context.approved && context.input.count < 3 };
            permit(principal, action, resource) when { context.input.count < 3 };
            """).Policies.Select(p => p.PolicyId));

    [Fact]
    public void A_policy_that_failed_says_why_and_where()
    {
        var explanation = Explain("permit(principal, action, resource) when { context.input.missing == 1 };");
        var policy = Assert.Single(explanation.Policies);
        Assert.Equal(PolicyTraceOutcome.Failed, policy.Outcome);
        Assert.Contains("does not have the attribute `missing`", policy.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("input.missing were 1 (it is not given)", explanation.Suggestions[0].Sentence);
    }

    [Fact]
    public void What_is_permitted_says_by_what()
    {
        var explanation = Explain("@id(\"large\") permit(principal, action == Action::\"pay\", resource) when { context.input.count > 5 };");
        Assert.True(explanation.IsAccepted);
        Assert.Equal("input.count is more than 5 (it is 7)", Assert.Single(Assert.Single(explanation.Policies).Conditions).Sentence);
        Assert.Empty(explanation.Suggestions);
    }

    [Fact]
    public void Several_layers_have_to_accept_together()
    {
        var request = new CedarRequest(new("User", "alice"), new("Action", "pay"), new("Invoice", "7"), CedarRecord.ParseJson("""{ "n": 9 }"""));
        var explanation = CedarExplainer.Explain(
            request,
            [
                new("policies", PolicySet.Parse("permit(principal, action, resource) when { context.n < 8 };")),
                new("mandate", PolicySet.Parse("permit(principal, action, resource) when { context.n < 5 };")),
            ],
            Entities);
        Assert.Equal("n were 4 (it is 9)", Assert.Single(explanation.Suggestions).Sentence);
        Assert.Equal("4", Assert.Single(explanation.Suggestions[0].Changes).To);
    }

    [Fact]
    public void A_layer_that_nothing_satisfies_can_be_set_aside_by_name()
    {
        var request = new CedarRequest(new("User", "alice"), new("Action", "refund"), new("Invoice", "7"));
        var explanation = CedarExplainer.Explain(
            request,
            [
                new("policies", PolicySet.Parse("permit(principal, action, resource);")),
                new("mandate", PolicySet.Parse("permit(principal, action == Action::\"pay\", resource);"), waiver: "the mandate granted the action \"refund\""),
            ],
            Entities);
        Assert.Equal("the mandate granted the action \"refund\"", Assert.Single(explanation.Suggestions).Sentence);
    }

    [Fact]
    public void A_vocabulary_has_the_last_word()
    {
        var words = new CedarVocabulary().Name("context.input.*", "the {0} to pay").Say("context.risk.contains(\"target\")", "the payee", "come", "from an untrusted source");
        CedarExplanation With(string policies) => CedarExplainer.Explain(
            new(new("User", "alice"), new("Action", "pay"), new("Invoice", "7"), CedarRecord.ParseJson("""{ "input": { "amount": 9 }, "risk": ["target"] }""")),
            PolicySet.Parse(policies), Entities, words);

        Assert.Equal("the amount to pay must be at most 5 (it is 9)", With("permit(principal, action, resource) when { context.input.amount <= 5 };").Policies[0].Conditions[0].Sentence);
        var forbidden = With("permit(principal, action, resource); forbid(principal, action, resource) when { context.risk.contains(\"target\") };");
        Assert.Equal("the payee comes from an untrusted source", forbidden.Policies[0].Conditions[0].Sentence);
        Assert.Equal("the payee did not come from an untrusted source", forbidden.Suggestions[0].Sentence);
    }

    [Fact]
    public void The_words_and_the_json_tell_the_same()
    {
        var explanation = Explain("@id(\"small\") permit(principal, action, resource) when { context.input.count < 5 };");
        Assert.Equal(
            """
            Not permitted.
            “policy0” does not permit (p.cedar(1,1)):
              - input.count must be less than 5 (it is 7) [p.cedar(1,57)]
            It would be permitted if input.count were 4 (it is 7).
            """,
            explanation.ToString().ReplaceLineEndings("\n"));
        using var json = System.Text.Json.JsonDocument.Parse(explanation.ToJson());
        var condition = json.RootElement.GetProperty("policies")[0].GetProperty("conditions")[0];
        Assert.Equal("input.count must be less than 5 (it is 7)", condition.GetProperty("sentence").GetString());
        Assert.Equal(57, condition.GetProperty("column").GetInt32());
        Assert.Equal("context.input.count", json.RootElement.GetProperty("suggestions")[0].GetProperty("changes")[0].GetProperty("what").GetString());
    }
}
