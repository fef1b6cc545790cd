using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Syntax;
using IntentAuthz.Cedar.Tests.Compilation;

namespace IntentAuthz.Cedar.Tests;

/// <summary>
/// Evaluates an expression in a small world: alice, a User below Group::"staff" and Group::"all", with attributes and tags; she
/// reads Doc::"plan", which belongs to bob; the context is a record of a few types.
/// </summary>
internal static class Expressions
{
    private const string World =
        """
        [
          { "uid": { "type": "User", "id": "alice" },
            "attrs": { "name": "Alice", "age": 30, "manager": { "__entity": { "type": "User", "id": "ghost" } }, "address": { "city": "Bern" } },
            "parents": [{ "type": "Group", "id": "staff" }],
            "tags": { "team": "red", "level": 3 } },
          { "uid": { "type": "User", "id": "bob" }, "attrs": {}, "parents": [] },
          { "uid": { "type": "Group", "id": "staff" }, "attrs": {}, "parents": [{ "type": "Group", "id": "all" }] },
          { "uid": { "type": "Doc", "id": "plan" }, "attrs": { "owner": { "__entity": { "type": "User", "id": "bob" } } }, "parents": [] }
        ]
        """;

    private const string Context = """{ "n": 7, "text": "hello", "flag": true, "list": [1, 2, 3], "nested": { "a": { "b": 1 } } }""";

    private static readonly EntityStore Entities = EntityStore.ParseJson(World);

    private static readonly CedarRequest Request = new(
        new("User", "alice"), new("Action", "read"), new("Doc", "plan"), CedarRecord.ParseJson(Context));

    /// <summary>The value of an expression, as Cedar text.</summary>
    public static string Value(string expression)
    {
        var interpreter = new Interpreter(Request, Entities);
        var value = interpreter.Evaluate(Parse(expression))?.ToString();
        // The same expression in a policy, by every engine.
        if (value is not null && value.Length < 100_000)
        {
            Engines.Authorize(Request, PolicySet.Parse($"permit(principal, action, resource) when {{ ({expression}) == {value} }};"), Entities);
        }

        return value ?? throw new Xunit.Sdk.XunitException($"`{expression}` failed: {interpreter.Error!.Message}");
    }

    /// <summary>The error of an expression.</summary>
    public static EvaluationError Error(string expression)
    {
        var interpreter = new Interpreter(Request, Entities);
        var value = interpreter.Evaluate(Parse(expression));
        Engines.Authorize(Request, PolicySet.Parse($"permit(principal, action, resource) when {{ ({expression}) == 1 }};"), Entities);
        return value is null ? interpreter.Error! : throw new Xunit.Sdk.XunitException($"`{expression}` should fail, but is {value}.");
    }

    /// <summary>The text of an expression as the printer writes it, which shows how it was read.</summary>
    public static string Print(string expression) => ExpressionPrinter.Print(Parse(expression));

    public static Ast.Expr Parse(string expression)
    {
        var source = new SourceText(expression, null);
        var diagnostics = new DiagnosticBag(source);
        return PolicyParser.ParseExpression(source, diagnostics) ?? throw new CedarSyntaxException(diagnostics.ToList());
    }
}
