namespace IntentAuthz.Cedar.Tests.Language;

/// <summary>
/// How operators bind. The printer writes only the parentheses that are needed, so a text that comes back unchanged binds as
/// its parentheses say, and one whose parentheses vanish binds so without them.
/// </summary>
public sealed class PrecedenceTests
{
    [Theory]
    [InlineData("(1 * 2) + 3", "1 * 2 + 3")]
    [InlineData("1 * (2 + 3)", "1 * (2 + 3)")]
    [InlineData("(1 - 2) - 3", "1 - 2 - 3")]
    [InlineData("1 - (2 - 3)", "1 - (2 - 3)")]
    [InlineData("(1 + 2) < (3 + 4)", "1 + 2 < 3 + 4")]
    [InlineData("(1 < 2) && (3 < 4)", "1 < 2 && 3 < 4")]
    [InlineData("(true && false) || true", "true && false || true")]
    [InlineData("true && (false || true)", "true && (false || true)")]
    [InlineData("(!true) && false", "!true && false")]
    [InlineData("!(true && false)", "!(true && false)")]
    [InlineData("(!principal) == false", "!principal == false")]
    [InlineData("!(principal == false)", "!(principal == false)")]
    [InlineData("(-1) + 2", "-1 + 2")]
    [InlineData("-(1 + 2)", "-(1 + 2)")]
    [InlineData("(-(principal.a)) * 2", "-principal.a * 2")]
    [InlineData("if true then 1 else (2 + 3)", "if true then 1 else 2 + 3")]
    [InlineData("(if true then 1 else 2) + 3", "(if true then 1 else 2) + 3")]
    [InlineData("if true then (if false then 1 else 2) else 3", "if true then if false then 1 else 2 else 3")]
    [InlineData("(principal has a) && true", "principal has a && true")]
    [InlineData("(1 + 2) has a", "1 + 2 has a")]
    [InlineData("(principal is User in resource) || true", "principal is User in resource || true")]
    [InlineData("(\"a\" like \"b\") == true", "(\"a\" like \"b\") == true")]
    [InlineData("(1 < 2) == true", "(1 < 2) == true")]
    [InlineData("(-1).a", "(-1).a")]
    [InlineData("-1.a", "-1.a")]
    [InlineData("true && (true && false)", "true && (true && false)")]
    [InlineData("(true && true) && false", "true && true && false")]
    [InlineData("[(1), ((2))]", "[1, 2]")]
    public void Operators_bind_as_in_the_grammar(string expression, string expected) => Assert.Equal(expected, Expressions.Print(expression));

    [Theory]
    [InlineData("1 < 2 < 3")]
    [InlineData("1 == 2 == true")]
    [InlineData("principal in resource in resource")]
    [InlineData("1 == 2 has a")]
    [InlineData("principal has a has b")]
    [InlineData("principal has a == true")]
    [InlineData("\"a\" like \"b\" like \"c\"")]
    [InlineData("1 + if true then 1 else 2")]
    [InlineData("!-1")]
    [InlineData("-!true")]
    [InlineData("!!!!!true")]
    [InlineData("-----1")]
    [InlineData("1 / 2")]
    [InlineData("1 % 2")]
    [InlineData("1 = 2")]
    public void What_the_grammar_does_not_combine_is_refused(string expression) =>
        Assert.Throws<CedarSyntaxException>(() => Expressions.Parse(expression));

    [Theory]
    [InlineData("!!!!true", "true")]
    [InlineData("----5", "5")]
    [InlineData("- -5", "5")]
    [InlineData("1--1", "2")]
    [InlineData("2*-3", "-6")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("- 9223372036854775808", "-9223372036854775808")]
    public void Up_to_four_signs_may_follow_one_another_and_the_last_belongs_to_the_number(string expression, string expected) =>
        Assert.Equal(expected, Expressions.Value(expression));
}
