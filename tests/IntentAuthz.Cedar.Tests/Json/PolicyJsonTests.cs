using System.Text.Json.Nodes;

namespace IntentAuthz.Cedar.Tests.Json;

/// <summary>Policies, templates and sets as JSON, both ways.</summary>
public sealed class PolicyJsonTests
{
    private static string Policy(string body) =>
        $$$"""{"effect": "permit", "principal": {"op": "All"}, "action": {"op": "All"}, "resource": {"op": "All"}, "conditions": [{"kind": "when", "body": {{{body}}}}]}""";

    [Theory]
    [InlineData("true", """{"Value": true}""")]
    [InlineData("-5", """{"Value": -5}""")]
    [InlineData("\"x\"", """{"Value": "x"}""")]
    [InlineData("A::\"x\"", """{"Value": {"__entity": {"type": "A", "id": "x"}}}""")]
    [InlineData("context", """{"Var": "context"}""")]
    [InlineData("!true", """{"!": {"arg": {"Value": true}}}""")]
    [InlineData("-(1)", """{"neg": {"arg": {"Value": 1}}}""")]
    [InlineData("1 + 2 * 3", """{"+": {"left": {"Value": 1}, "right": {"*": {"left": {"Value": 2}, "right": {"Value": 3}}}}}""")]
    [InlineData("1 != 2", """{"!=": {"left": {"Value": 1}, "right": {"Value": 2}}}""")]
    [InlineData("1 >= 2", """{">=": {"left": {"Value": 1}, "right": {"Value": 2}}}""")]
    [InlineData("true && false && true", """{"&&": {"left": {"&&": {"left": {"Value": true}, "right": {"Value": false}}}, "right": {"Value": true}}}""")]
    [InlineData("true || (false || true)", """{"||": {"left": {"Value": true}, "right": {"||": {"left": {"Value": false}, "right": {"Value": true}}}}}""")]
    [InlineData("if true then 1 else 2", """{"if-then-else": {"if": {"Value": true}, "then": {"Value": 1}, "else": {"Value": 2}}}""")]
    [InlineData("context.a", """{".": {"left": {"Var": "context"}, "attr": "a"}}""")]
    [InlineData("context[\"a b\"]", """{".": {"left": {"Var": "context"}, "attr": "a b"}}""")]
    [InlineData("context has a", """{"has": {"left": {"Var": "context"}, "attr": "a"}}""")]
    [InlineData("context has a.b", """{"has": {"left": {"Var": "context"}, "attr": ["a", "b"]}}""")]
    [InlineData("context like \"a*\\**\"", """{"like": {"left": {"Var": "context"}, "pattern": [{"Literal": "a"}, "Wildcard", {"Literal": "*"}, "Wildcard"]}}""")]
    [InlineData("principal is A::B", """{"is": {"left": {"Var": "principal"}, "entity_type": "A::B"}}""")]
    [InlineData("principal is A in resource", """{"is": {"left": {"Var": "principal"}, "entity_type": "A", "in": {"Var": "resource"}}}""")]
    [InlineData("[1, context]", """{"Set": [{"Value": 1}, {"Var": "context"}]}""")]
    [InlineData("{b: 1, \"a b\": []}", """{"Record": {"b": {"Value": 1}, "a b": {"Set": []}}}""")]
    [InlineData("[1].containsAll([2])", """{"containsAll": {"left": {"Set": [{"Value": 1}]}, "right": {"Set": [{"Value": 2}]}}}""")]
    [InlineData("[].isEmpty()", """{"isEmpty": {"arg": {"Set": []}}}""")]
    [InlineData("principal.getTag(\"t\")", """{"getTag": {"left": {"Var": "principal"}, "right": {"Value": "t"}}}""")]
    [InlineData("ip(\"::1\").isInRange(ip(\"::1\"))", """{"isInRange": [{"ip": [{"Value": "::1"}]}, {"ip": [{"Value": "::1"}]}]}""")]
    public void Every_expression_has_its_json_form_and_comes_back_from_it(string expression, string json)
    {
        var text = $"permit (\n  principal,\n  action,\n  resource\n)\nwhen {{ {expression} }};";
        var policy = Assert.Single(PolicySet.Parse(text).Policies);

        Assert.Equal(JsonNode.Parse(Policy(json))!.ToJsonString(), JsonNode.Parse(policy.ToJson())!.ToJsonString());
        Assert.Equal(text, Cedar.Policy.ParseJson("p", Policy(json)).ToString());
    }

    [Theory]
    [InlineData("""{"Value": [1, {"a": {"__extn": {"fn": "decimal", "arg": "x"}}}]}""", "[1, {a: decimal(\"x\")}]")] // It fails when evaluated, not when read.
    [InlineData("""{"Value": {"__extn": {"fn": "isInRange", "args": [1, 2]}}}""", "1.isInRange(2)")]
    [InlineData("""{"has": {"left": {"Var": "context"}, "attr": ["a b", "c"]}}""", "context has \"a b\" && context[\"a b\"] has c")]
    [InlineData("""{"!": {"arg": {"!": {"arg": {"!": {"arg": {"!": {"arg": {"!": {"arg": {"Value": true}}}}}}}}}}}""", "!(!(!(!(!true))))")]
    [InlineData("""{"like": {"left": {"Var": "context"}, "pattern": []}}""", "context like \"\"")]
    [InlineData("""{"decimal": []}""", "decimal()")]
    public void Forms_that_text_does_not_produce_are_read_too(string json, string expected) =>
        Assert.Contains($"when {{ {expected} }};", Cedar.Policy.ParseJson("p", Policy(json)).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}", "$.conditions[0].body: an expression is an object with exactly one name")]
    [InlineData("""{"Var": "foo"}""", "$.conditions[0].body.Var: `foo` is not a variable")]
    [InlineData("""{"Slot": "?principal"}""", "$.conditions[0].body.Slot: template slots are not allowed in conditions")]
    [InlineData("""{"foo": []}""", "$.conditions[0].body.foo: there is no operator or function `foo`")]
    [InlineData("""{"isIpv4": []}""", "$.conditions[0].body.isIpv4: the method `isIpv4` needs the value it is called on")]
    [InlineData("""{"Value": 1.5}""", "$.conditions[0].body.Value: `1.5` is not a 64-bit integer")]
    [InlineData("""{"Value": null}""", "$.conditions[0].body.Value: Cedar has no null")]
    [InlineData("""{"!": {"arg": {"Value": true}, "x": 1}}""", "$.conditions[0].body.!: `x` is not part of `!`")]
    [InlineData("""{"==": {"left": {"Value": 1}}}""", "$.conditions[0].body.==: a binary operator needs `left` and `right`")]
    [InlineData("""{"is": {"left": {"Var": "context"}, "entity_type": "if"}}""", "$.conditions[0].body.is.entity_type: `if` is not an entity type")]
    [InlineData("""{"like": {"left": {"Var": "context"}, "pattern": "a*"}}""", "$.conditions[0].body.like.pattern: expected an array, found a string")]
    [InlineData("""{"has": {"left": {"Var": "context"}, "attr": []}}""", "$.conditions[0].body.has: `has` needs at least one attribute")]
    public void A_malformed_expression_is_refused_at_its_place(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<CedarJsonException>(() => Cedar.Policy.ParseJson("p", Policy(json))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"op": "All"}""", "principal")]
    [InlineData("""{"op": "==", "entity": {"type": "U", "id": "a"}}""", "principal == U::\"a\"")]
    [InlineData("""{"op": "in", "entity": {"__entity": {"type": "U", "id": "a"}}}""", "principal in U::\"a\"")]
    [InlineData("""{"op": "is", "entity_type": "U"}""", "principal is U")]
    [InlineData("""{"op": "is", "entity_type": "U", "in": {"entity": {"type": "G", "id": "g"}}}""", "principal is U in G::\"g\"")]
    public void Scopes_are_read(string json, string expected) =>
        Assert.Contains(expected, Cedar.Policy.ParseJson("p", Policy("{\"Value\": true}").Replace("\"principal\": {\"op\": \"All\"}", $"\"principal\": {json}", StringComparison.Ordinal)).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("principal", """{"op": "=="}""")]
    [InlineData("principal", """{"op": "==", "slot": "?resource"}""")]
    [InlineData("principal", """{"op": "All", "entity": {"type": "U", "id": "a"}}""")]
    [InlineData("principal", """{"op": "in", "entities": []}""")]
    [InlineData("principal", """{"op": "is"}""")]
    [InlineData("action", """{"op": "==", "entity": {"type": "U", "id": "a"}}""")]
    [InlineData("action", """{"op": "==", "slot": "?principal"}""")]
    [InlineData("action", """{"op": "is", "entity_type": "Action"}""")]
    public void Malformed_scopes_are_refused(string variable, string json) =>
        Assert.Throws<CedarJsonException>(() => Cedar.Policy.ParseJson("p", Policy("{\"Value\": true}").Replace($"\"{variable}\": {{\"op\": \"All\"}}", $"\"{variable}\": {json}", StringComparison.Ordinal)));

    [Fact]
    public void A_set_with_templates_and_links_comes_back_as_it_was()
    {
        var set = PolicySet.Parse(
            """
            @id("x") @bare @empty("") permit(principal is U in G::"g", action in [Action::"a"], resource == R::"r") when { true } unless { context has a.b };
            permit(principal in ?principal, action == Action::"a", resource is R in ?resource);
            forbid(principal, action in Action::"a", resource);
            """).Link("policy1", "link", new EntityUid("U", "u"), new EntityUid("R", "r"));

        var json = set.ToJson();
        var back = PolicySet.ParseJson(json);
        Assert.Equal(json, back.ToJson());
        Assert.Equal(set.ToString(), back.ToString());
        Assert.Equal(["policy0", "policy2", "link"], back.Policies.Select(policy => policy.Id));
        Assert.Equal("policy1", back.Find("link")!.TemplateId);
        Assert.False(back.Policies[0].Source.IsKnown);
    }

    [Fact]
    public void A_link_without_its_template_is_written_as_the_policy_it_amounts_to()
    {
        var linked = PolicySet.Parse("permit(principal == ?principal, action, resource);").Link("policy0", "link", new EntityUid("U", "u"));
        var alone = PolicySet.Create(linked.Policies);

        Assert.Equal(alone.ToString(), PolicySet.ParseJson(alone.ToJson()).ToString());
    }

    [Theory]
    [InlineData("""{"templates": {}, "staticPolicies": {}}""", "$: a policy set needs `templates`, `staticPolicies` and `templateLinks`")]
    [InlineData("""{"templates": {}, "staticPolicies": {}, "templateLinks": [{"templateId": "t", "newId": "x", "values": {}}]}""", "$.templateLinks[0]: there is no template `t`")]
    public void A_malformed_set_is_refused(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<CedarJsonException>(() => PolicySet.ParseJson(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_template_is_no_policy_and_a_policy_no_template()
    {
        var template = Policy("{\"Value\": true}").Replace("\"principal\": {\"op\": \"All\"}", "\"principal\": {\"op\": \"==\", \"slot\": \"?principal\"}", StringComparison.Ordinal);

        Assert.True(PolicyTemplate.ParseJson("t", template).Principal.HasSlot);
        Assert.Throws<CedarJsonException>(() => Cedar.Policy.ParseJson("t", template));
        Assert.Throws<CedarJsonException>(() => PolicyTemplate.ParseJson("p", Policy("{\"Value\": true}")));
    }

    [Fact]
    public void A_long_chain_is_written_and_read_though_it_nests_in_json()
    {
        var policies = PolicySet.Parse($"permit(principal, action, resource) when {{ {string.Join(" || ", Enumerable.Range(0, 20_000).Select(n => $"context.n == {n}"))} }};");

        Assert.Equal(policies.ToString(), PolicySet.ParseJson(policies.ToJson()).ToString());
    }
}
