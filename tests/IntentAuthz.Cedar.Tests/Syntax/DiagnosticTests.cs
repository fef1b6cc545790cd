using IntentAuthz.Cedar.Tests.Compilation;

namespace IntentAuthz.Cedar.Tests.Syntax;

/// <summary>Errors say what, where and what to do, and one run finds several.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("foo", "invalid-variable", "`foo` is not a variable", "the variables are `principal`, `action`, `resource` and `context`; text needs quotes")]
    [InlineData("principle.name", "invalid-variable", "`principle` is not a variable", "did you mean `principal`?")]
    [InlineData("A::B", "invalid-variable", "`A::B` is not a variable", "an entity is written `Type::\"id\"`")]
    [InlineData("principal.if", "reserved-identifier", "`if` is reserved and cannot be a name", "an attribute of that name can be reached with [\"if\"]")]
    [InlineData("principal.contians(1)", "unknown-method", "there is no method `contians`", "did you mean `contains`?")]
    [InlineData("principal.frobnicate()", "unknown-method", "there is no method `frobnicate`", null)]
    [InlineData("dezimal(\"1.0\")", "unknown-function", "there is no function `dezimal`", "did you mean `decimal`?")]
    [InlineData("\"1.0\".decimal()", "invalid-call", "`decimal` is a function, not a method", "write `decimal(…)`")]
    [InlineData("isIpv4(\"1.1.1.1\")", "invalid-call", "`isIpv4` is a method, not a function", "write `value.isIpv4(…)`")]
    [InlineData("contains(1)", "invalid-call", "`contains` is a method, not a function", "write `value.contains(…)`")]
    [InlineData("principal()", "invalid-call", "only functions and methods can be called", "a call is `name(…)` or `value.name(…)`")]
    [InlineData("[1].contains()", "wrong-arity", "`contains` takes 1 argument, found 0", null)]
    [InlineData("[1].isEmpty(1)", "wrong-arity", "`isEmpty` takes 0 arguments, found 1", null)]
    [InlineData("principal[name]", "invalid-attribute", "an attribute in brackets must be a string literal, found `name`", null)]
    [InlineData("principal like principal", "invalid-pattern", "the pattern of `like` must be a string literal, found `principal`", null)]
    [InlineData("principal has 1", "unexpected-token", "expected an attribute name or a string, found `1`", "`has` is followed by `name`, `\"name\"` or `name.name`")]
    [InlineData("1 < 2 < 3", "ambiguous-operators", "comparisons cannot be chained", "join them with `&&`, or use parentheses")]
    [InlineData("1 = 2", "invalid-operator", "`=` is not an operator", "use `==`")]
    [InlineData("4 / 2", "invalid-operator", "division is not supported", null)]
    [InlineData("!!!!!true", "too-many-operators", "at most 4 `!` may follow one another", null)]
    [InlineData("?principal == principal", "invalid-slot", "template slots are not allowed in conditions", "a slot stands in the scope, such as `principal == ?principal`")]
    [InlineData("if true then 1", "unexpected-token", "expected `else`, found `}`", "a conditional is written `if … then … else …`")]
    [InlineData("(1", "unexpected-token", "expected `)`, found `}`", null)]
    [InlineData("1 +", "unexpected-token", "expected an expression, found `}`", null)]
    [InlineData("1 & 2", "invalid-token", "`&` is not part of the language", "did you mean `&&`?")]
    [InlineData("'a'", "invalid-token", "`'` is not part of the language", "strings are written with double quotes")]
    [InlineData("\"a", "unterminated-string", "this string has no end", "close it with `\"`; a quote inside a string is written `\\\"`")]
    public void An_error_says_what_is_wrong_and_what_to_do(string expression, string code, string message, string? help)
    {
        var diagnostic = Diagnostics.OfCondition(expression);

        Assert.Equal((code, message, help), (diagnostic.Code, diagnostic.Message, diagnostic.Help));
    }

    [Fact]
    public void A_diagnostic_prints_as_editors_understand_it() =>
        Assert.Equal(
            "test.cedar(2,8): error invalid-variable: `principle` is not a variable (did you mean `principal`?)",
            Diagnostics.Of("permit(principal, action, resource)\nwhen { principle == resource };")[0].ToString());

    [Fact]
    public void A_span_counts_bytes_in_utf8_and_columns_in_utf16()
    {
        // Before the error on the second line: é (2 bytes, 1 unit) and the emoji (4 bytes, 2 units).
        var span = Diagnostics.Of("// é\r\npermit(principal, action, resource) when { \"é😀\" == foo };")[0].Span;

        Assert.Equal(("test.cedar", 2, 53), (span.Source, span.Line, span.Column));
        Assert.Equal((62, 65), (span.Start, span.End));
    }

    [Theory]
    [InlineData("\n", 3)]
    [InlineData("\r\n", 3)]
    [InlineData("\r", 3)]
    public void Lines_end_at_any_line_break(string lineBreak, int line) =>
        Assert.Equal(line, Diagnostics.Of($"{lineBreak}{lineBreak}oops;")[0].Span.Line);

    [Fact]
    public void One_run_finds_the_errors_of_several_policies()
    {
        var diagnostics = Diagnostics.Of(
            """
            permit(principal, action, resource) when { 1 + };
            permit(principal, action, resource);
            forbid(principal, action, resource) when { foo && bar };
            permit(principal, action) when { true };
            """);

        Assert.Equal(
            [(1, "unexpected-token"), (3, "invalid-variable"), (3, "invalid-variable"), (4, "invalid-scope")],
            diagnostics.Select(diagnostic => (diagnostic.Span.Line, diagnostic.Code)));
    }

    [Fact]
    public void A_forgotten_semicolon_costs_one_error_and_not_the_next_policy()
    {
        var diagnostics = Diagnostics.Of("permit(principal, action, resource)\nforbid(principal, action, resource) when { foo };");

        Assert.Equal(["expected `when`, `unless` or `;`, found `forbid`", "`foo` is not a variable"], diagnostics.Select(diagnostic => diagnostic.Message));
    }

    [Fact]
    public void Parse_throws_with_all_errors()
    {
        var exception = Assert.Throws<CedarSyntaxException>(() => PolicySet.Parse("permit(principal, action, resource) when { foo || bar };"));

        Assert.Equal(2, exception.Diagnostics.Count);
        Assert.Contains("`bar` is not a variable", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_the_evaluation_points_at_the_expression()
    {
        var policies = PolicySet.Parse("permit(principal, action, resource)\nwhen { context.a == 1 || context.b.c == 1 };", "p.cedar");
        var response = Engines.Authorize(
            new(new("U", "u"), new("Action", "a"), new("R", "r"), CedarRecord.ParseJson("""{ "a": 2, "b": {} }""")), policies, EntityStore.Empty);

        Assert.Equal(new SourceSpan("p.cedar", 61, 72, 2, 26), Assert.Single(response.Errors).Span);
    }
}
