using System.Text;

namespace IntentAuthz.Cedar.Tests.Explaining;

/// <summary>Policies, ids and values of somebody who wants the reader to see something else, or the process to stop.</summary>
public sealed class HostileExplanationTests
{
    // An escape sequence, a carriage return, a right-to-left override, a zero-width space, a line separator, a bell, a C1 control.
    private const string Evil = "\u001b[2J\r\u202Egro\u200B\u2028\u0007\u009b31m\u2066";

    private static CedarExplanation Explain(string policies, string? context = null, IEntityProvider? entities = null) => CedarExplainer.Explain(
        new(new("User", "alice"), new("Action", "do"), new("Doc", "d"), context is null ? null : CedarRecord.ParseJson(context)),
        PolicySet.Parse(policies, "p.cedar"), entities ?? EntityStore.Empty);

    private static void AssertHarmless(string text) =>
        Assert.All(text.ReplaceLineEndings("").EnumerateRunes(), rune => Assert.True(CedarText.IsVisible(rune), $"U+{rune.Value:X4} is shown"));

    [Fact]
    public void Nothing_invisible_is_shown_wherever_it_comes_from()
    {
        var json = System.Text.Json.JsonSerializer.Serialize(Evil);
        var quoted = CedarText.Quote(Evil);
        var request = new CedarRequest(
            new("User", Evil), new("Action", "do"), new("Doc", Evil), CedarRecord.ParseJson($$"""{ "text": {{json}}, {{json}}: { "x": {{json}} }, "set": [{{json}}] }"""));
        var text = "@id(\"" + quoted[1..^1] + "\") @description(" + quoted + ")\n"
            + "permit(principal in Group::" + quoted + ", action, resource) when { context.text == \"a\u202Eb\" && context[" + quoted + "].x == " + quoted
            + " && context.set.contains(\"q\") && context.text like " + quoted + " // \u001b[1m\n && context has " + quoted + " };";
        var set = PolicySet.Parse(text, $"dir/{Evil}.cedar");
        var policies = PolicySet.Create([set.Policies[0].WithId(Evil)]);
        var explanation = CedarExplainer.Explain(request, policies, EntityStore.Empty);

        AssertHarmless(explanation.ToString());
        AssertHarmless(explanation.ToJson());
        Assert.All(explanation.Policies.SelectMany(p => p.Conditions), c => AssertHarmless(c.ToString() + c.Text + string.Concat(c.Values.Select(v => v.Expression + v.Value))));
        Assert.All(explanation.Suggestions.SelectMany(s => s.Changes), c => AssertHarmless(c.What + c.From + c.To + c.Sentence));
        Assert.Contains("\\u{202e}", explanation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_failed_shows_no_control_characters_either()
    {
        var explanation = Explain($"permit(principal, action, resource) when {{ decimal({CedarText.Quote(Evil)}).lessThan(decimal(\"1.0\")) && context[{CedarText.Quote(Evil)}] }};");
        Assert.Equal(PolicyTraceOutcome.Failed, explanation.Policies[0].Outcome);
        AssertHarmless(explanation.ToString());
        AssertHarmless(explanation.ToJson());
    }

    [Fact]
    public void Long_texts_are_cut()
    {
        var explanation = Explain(
            $"permit(principal, action, resource) when {{ context.text == \"{new string('y', 100_000)}\" }};", $$"""{ "text": "{{new string('x', 100_000)}}" }""");
        Assert.True(explanation.ToString().Length < 2_000, $"{explanation.ToString().Length} characters");
        Assert.True(explanation.ToJson().Length < 4_000, $"{explanation.ToJson().Length} characters");
    }

    [Theory]
    [InlineData("!")]
    [InlineData("(true && ")]
    [InlineData("(if context.flag then true else ")]
    [InlineData("(if (if ")]
    public void Deep_expressions_are_explained_on_a_small_stack(string open)
    {
        const int depth = 98; // twice as many levels of brackets, which is about what a reader lets through
        var (prefix, suffix) = open switch
        {
            "!" => (string.Concat(Enumerable.Repeat("!(", depth)), new string(')', depth)),
            "(if (if " => (string.Concat(Enumerable.Repeat("(if ", depth)), string.Concat(Enumerable.Repeat(" then false else context.flag)", depth))),
            _ => (string.Concat(Enumerable.Repeat(open, depth)), new string(')', depth)),
        };
        var policies = PolicySet.Parse($"permit(principal, action, resource) when {{ {prefix}context.flag{suffix} && context.other }};");
        var request = new CedarRequest(new("User", "alice"), new("Action", "do"), new("Doc", "d"), CedarRecord.ParseJson("""{ "flag": false, "other": false }"""));
        CedarExplanation? explanation = null;
        var thread = new Thread(
            () => explanation = CedarExplainer.Explain(request, policies, EntityStore.Empty), maxStackSize: 256 * 1024);
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)), "The explanation does not end.");
        Assert.NotEmpty(explanation!.Policies);
        Assert.True(explanation.ToString().Length < 10_000);
    }

    [Theory]
    [InlineData("context.s.isIpv4()", "permit")]
    [InlineData("decimal(context.s).lessThan(decimal(\"1.0\"))", "forbid")]
    public async Task Conditions_of_conditions_that_fail_are_explained_in_no_time(string fails, string effect)
    {
        // Whether the innermost was true or false is not known, so each level could be looked at twice, and nothing that is found would end it.
        const int depth = 60;
        var condition = $"{string.Concat(Enumerable.Repeat("if ", depth))}{fails}{string.Concat(Enumerable.Repeat(" then true else false", depth))}";
        var explanation = await Task.Run(() => CedarExplainer.Explain(
            new(new("User", "alice"), new("Action", "do"), new("Doc", "d"), CedarRecord.ParseJson("""{ "s": "x" }""")),
            [new("policies", PolicySet.Parse($"permit(principal, action, resource) when {{ context has never }}; {effect}(principal, action, resource) when {{ {condition} }};"), static answer => answer.Decision == CedarDecision.Allow && answer.Errors.Count == 0)],
            EntityStore.Empty)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(explanation.IsAccepted);
    }

    [Fact]
    public void Huge_sets_and_records_are_counted_not_listed()
    {
        var set = string.Join(',', Enumerable.Range(0, 200_000));
        var explanation = Explain("permit(principal, action, resource) when { context.set.contains(-1) && context.allowed.containsAll(context.set) };", $$"""{ "set": [{{set}}], "allowed": [] }""");
        Assert.Contains("0, 1, 2, 3 and 199996 more", explanation.ToString(), StringComparison.Ordinal);
        Assert.True(explanation.ToString().Length < 2_000);
    }

    [Fact]
    public void Very_many_policies_are_searched_up_to_a_bound_and_the_rest_is_counted()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 20_000; i++)
        {
            text.Append("permit(principal, action, resource) when { context.a == ").Append(i).Append(" && context.b == ").Append(i).Append(" && context.c && context.d && context.e };\n");
        }

        var explanation = Explain(text.ToString(), """{ "a": -1, "b": -1, "c": false, "d": false, "e": false }""");
        Assert.Equal((8, 19_992), (explanation.Policies.Count, explanation.OmittedPolicies));
        Assert.False(explanation.IsComplete);
        Assert.Contains("cut off", explanation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_very_many_conditions_is_told_up_to_a_bound()
    {
        var explanation = Explain($"permit(principal, action, resource) when {{ {string.Join(" && ", Enumerable.Range(0, 50_000).Select(i => $"context.n == {i}"))} }};", """{ "n": -1 }""");
        Assert.Equal(16, explanation.Policies[0].Conditions.Count);
        explanation = Explain($"permit(principal, action, resource) when {{ {string.Join(" || ", Enumerable.Range(0, 50_000).Select(i => $"context.n == {i}"))} }};", """{ "n": -1 }""");
        Assert.Contains("or 49996 more could hold", explanation.ToString(), StringComparison.Ordinal);
        Assert.Equal("n were 0 (it is -1)", explanation.Suggestions[0].Sentence);
    }

    [Fact]
    public void A_change_that_a_second_policy_spoils_is_not_suggested()
    {
        var explanation = Explain(
            "permit(principal, action, resource) when { context.n < 5 }; forbid(principal, action, resource) when { context.n < 9 };", """{ "n": 20 }""");
        Assert.Empty(explanation.Suggestions);
        Assert.True(explanation.IsComplete);
    }

    [Fact]
    public void A_provider_that_changes_its_mind_gives_an_answer_all_the_same() =>
        Assert.NotNull(Explain("permit(principal, action, resource) when { principal.level == 3 && context.n == 1 };", """{ "n": 0 }""", new Fickle()).ToString());

    private sealed class Fickle : IEntityProvider
    {
        private int _asked;

        public Entity? Find(EntityUid uid) => _asked++ % 2 == 0 ? null : new Entity(uid, CedarRecord.Create([new("level", 3)]), [new("Group", $"g{_asked}")]);
    }
}
