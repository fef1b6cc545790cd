using CsCheck;
using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Explaining;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Tests.Explaining;

/// <summary>What an explanation says of random policies and requests is true: what is called false is false, what is suggested permits.</summary>
public sealed class ExplanationProperties
{
    private static readonly EntityStore Entities = EntityStore.ParseJson(
        """
        [
          { "uid": { "type": "User", "id": "alice" }, "attrs": { "level": 2, "team": "red" }, "parents": [{ "type": "Group", "id": "g1" }] },
          { "uid": { "type": "Group", "id": "g1" }, "attrs": {}, "parents": [{ "type": "Group", "id": "g2" }] },
          { "uid": { "type": "Doc", "id": "d" }, "attrs": { "open": false, "owner": { "__entity": { "type": "User", "id": "bob" } } }, "parents": [{ "type": "Folder", "id": "f" }] }
        ]
        """);

    private static readonly Gen<string> Number = Gen.OneOf("context.a", "context.b", "principal.level", "context.deep.n");

    private static readonly Gen<string> Atom = Gen.OneOf(
        Gen.Select(Number, Gen.OneOf("<", "<=", ">", ">=", "==", "!="), Gen.Int[-2, 5], (place, op, bound) => $"{place} {op} {bound}"),
        Gen.Select(Number, Gen.OneOf("<", "<=", ">", ">="), Number, (left, op, right) => $"{left} {op} {right}"),
        Gen.Select(Gen.OneOf("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"), Gen.Int[0, 9], (op, bound) => $"context.money.{op}(decimal(\"{bound}.5\"))"),
        Gen.OneOf("x", "y", "red").Select(text => $"context.text == \"{text}\""),
        Gen.OneOf("x", "y", "z").Select(text => $"context.tags.contains(\"{text}\")"),
        Gen.OneOf("containsAll", "containsAny").Select(method => $"context.tags.{method}([\"x\", \"q\"])"),
        Gen.OneOf("[\"x\", \"y\"].contains(context.text)", "context.text like \"x*\"", "context has note", "context.tags.isEmpty()", "principal.team == context.text"),
        Gen.OneOf("context.flag", "resource.open", "context.flag == true", "resource.owner == principal", "context has note && context.note == \"n\""),
        Gen.OneOf("principal in Group::\"g1\"", "principal in Group::\"g2\"", "principal in Group::\"g3\"", "resource in Folder::\"f\"", "resource is Doc in Folder::\"e\"", "context.missing == 1"));

    private static Gen<string> Condition(int depth) => depth == 0
        ? Atom
        : Gen.OneOf(
            Atom,
            Gen.Select(Condition(depth - 1), Condition(depth - 1), (left, right) => $"({left} && {right})"),
            Gen.Select(Condition(depth - 1), Condition(depth - 1), (left, right) => $"({left} || {right})"),
            Condition(depth - 1).Select(inner => $"!({inner})"),
            Gen.Select(Condition(depth - 1), Condition(depth - 1), Condition(depth - 1), (test, yes, no) => $"(if {test} then {yes} else {no})"));

    private static readonly Gen<string> Policy = Gen.Select(
        Gen.OneOf("permit", "permit", "permit", "forbid"),
        Gen.OneOf("principal", "principal", "principal in Group::\"g2\"", "principal is User in Group::\"g3\"", "principal == User::\"bob\""),
        Gen.OneOf("resource", "resource", "resource in Folder::\"f\"", "resource in Folder::\"e\""),
        Gen.OneOf("when", "when", "unless"), Condition(2),
        (effect, principal, resource, clause, condition) => $"{effect}({principal}, action, {resource}) {clause} {{ {condition} }};");

    private static readonly Gen<CedarRequest> Request = Gen.Select(
        Gen.Long[-1, 4], Gen.Long[-1, 4], Gen.Int[0, 9], Gen.OneOf("x", "y", "red", ""), Gen.OneOf("", "x", "x,y", "z"), Gen.Bool,
        (a, b, money, text, tags, flag) => new CedarRequest(new("User", "alice"), new("Action", "do"), new("Doc", "d"), new CedarRecord.Builder
        {
            { "a", a }, { "b", b }, { "money", CedarDecimal.FromScaled(money * 10_000L) }, { "text", text }, { "flag", flag },
            { "tags", CedarSet.Create(tags.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(tag => (CedarValue)tag)) },
            { "deep", new CedarRecord.Builder { { "n", a } }.Build() },
        }.Build()));

    private static readonly Gen<(CedarRequest Request, PolicySet Policies)> World =
        Gen.Select(Request, Policy.Array[1, 5], (request, policies) => (request, PolicySet.Parse(string.Join('\n', policies))));

    private static int Iterations => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 200_000 : 2_000;

    [Fact]
    public void Every_suggested_change_permits_when_it_is_tried()
    {
        var (denied, helped) = (0, 0);
        World.Sample(
            world =>
            {
                var explanation = CedarExplainer.Explain(world.Request, world.Policies, Entities);
                if (CedarAuthorizer.Authorize(world.Request, world.Policies, Entities).Decision == CedarDecision.Allow)
                {
                    return explanation.IsAccepted && explanation.Suggestions.Count == 0;
                }

                Interlocked.Increment(ref denied);
                Interlocked.Add(ref helped, explanation.Suggestions.Count > 0 ? 1 : 0);
                return !explanation.IsAccepted && explanation.Suggestions.All(suggestion =>
                    suggestion.Changes.Count is > 0 and <= 4
                    && world.Policies.Compile().Authorize(suggestion.Request, suggestion.Entities).Decision == CedarDecision.Allow);
            },
            iter: Iterations);
        Assert.True(helped * 2 > denied, $"Of {denied} denials only {helped} got a suggestion; the property would say little.");
    }

    [Fact]
    public void No_part_of_a_suggested_change_can_be_left_out() => World.Sample(HasNoNeedlessPart, iter: Iterations);

    [Fact]
    public void A_change_that_only_another_one_made_needed_goes_with_it() => World.Sample(HasNoNeedlessPart, seed: "b0tVa6dLM083", iter: 1); // an `if` that takes its other branch

    private static bool HasNoNeedlessPart((CedarRequest Request, PolicySet Policies) world)
    {
        var explanation = CedarExplainer.Explain(world.Request, world.Policies, Entities);
        return explanation.Suggestions.All(suggestion =>
        {
            var changes = ((ChangedRequest)suggestion.Entities).Changes;
            return Enumerable.Range(0, (1 << changes.Length) - 1).All(chosen =>
                ChangedRequest.TryApply(world.Request, Entities, [.. changes.Where((_, i) => (chosen & (1 << i)) != 0)]) is not { } rest
                || CedarAuthorizer.Authorize(rest.Request, world.Policies, rest).Decision == CedarDecision.Deny);
        });
    }

    [Fact]
    public void What_is_called_false_is_false_and_what_is_called_true_is_true() => World.Sample(
        world =>
        {
            var interpreter = new Interpreter(world.Request, Entities);
            var explanation = CedarExplainer.Explain(world.Request, world.Policies, Entities);
            return explanation.Policies.All(policy =>
            {
                var isSatisfied = interpreter.IsSatisfied(world.Policies.Find(policy.PolicyId)!);
                return policy.Outcome == (isSatisfied switch { true => PolicyTraceOutcome.Applied, false => PolicyTraceOutcome.NotApplied, null => PolicyTraceOutcome.Failed })
                    && policy.Conditions.All(condition => condition.Holds == (policy.Outcome == PolicyTraceOutcome.Applied) && IsAsSaid(interpreter, condition))
                    && (policy.Outcome != PolicyTraceOutcome.NotApplied || policy.Conditions.Count > 0);
            });
        },
        iter: Iterations);

    // Each condition stands by itself, so it is evaluated anew from its text.
    private static bool IsAsSaid(Interpreter interpreter, ConditionTrace condition)
    {
        var source = new SourceText(condition.Text, null);
        return PolicyParser.ParseExpression(source, new DiagnosticBag(source)) is { } expr
            ? interpreter.Evaluate(expr) is CedarBool { Value: var value } && value == (condition.Expected == condition.Holds)
            : condition.Text.EndsWith('…');
    }
}
