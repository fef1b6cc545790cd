using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Tests.Syntax;

/// <summary>Strings, numbers, sets, records and entities as they are written.</summary>
public sealed class LiteralTests
{
    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"a\\nb\\rc\\td\\\\e\\0f\\'g\\\"h\"", "a\nb\rc\td\\e\0f'g\"h")]
    [InlineData("\"\\x41\\x7f\"", "A\u007f")]
    [InlineData("\"\\u{41}\\u{1F600}\\u{000041}\\u{1_0}\"", "A\U0001F600A\u0010")]
    [InlineData("\"two\nlines\"", "two\nlines")]
    [InlineData("\"é😀\"", "é😀")]
    [InlineData("\"// no comment\"", "// no comment")]
    public void A_string_is_read_with_its_escapes(string literal, string expected) =>
        Assert.Equal(expected, Assert.IsType<CedarString>(Assert.IsType<LiteralExpr>(Expressions.Parse(literal)).Value).Value);

    [Theory]
    [InlineData("\"\\q\"")]
    [InlineData("\"\\*\"")] // Only in patterns.
    [InlineData("\"\\x\"")]
    [InlineData("\"\\x4\"")]
    [InlineData("\"\\x4g\"")]
    [InlineData("\"\\x80\"")]
    [InlineData("\"\\u41\"")]
    [InlineData("\"\\u{}\"")]
    [InlineData("\"\\u{_41}\"")]
    [InlineData("\"\\u{0000041}\"")]
    [InlineData("\"\\u{d800}\"")]
    [InlineData("\"\\u{110000}\"")]
    [InlineData("\"\\u{41\"")]
    [InlineData("\"a\rb\"")]
    public void A_bad_escape_is_refused(string literal) => Assert.Equal("invalid-escape", Diagnostics.OfCondition(literal).Code);

    [Fact]
    public void Every_bad_escape_of_a_string_is_reported_at_its_place()
    {
        var diagnostics = Diagnostics.Of("@a(\"x\\q\\u{}y\") permit(principal, action, resource);");

        Assert.Equal([(1, 6), (1, 8)], diagnostics.Select(diagnostic => (diagnostic.Span.Line, diagnostic.Span.Column)));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("007", "7")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("00000000000000000000000009", "9")]
    public void A_number_is_a_long(string literal, string expected) => Assert.Equal(expected, Expressions.Value(literal));

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("-(9223372036854775808)")] // Only a sign right before the digits belongs to them.
    [InlineData("-9223372036854775808.a")]
    [InlineData("99999999999999999999999999999")]
    public void A_number_outside_the_range_is_refused(string literal) => Assert.Equal("integer-out-of-range", Diagnostics.OfCondition(literal).Code);

    [Theory]
    [InlineData("[]", "[]")]
    [InlineData("[1, 2,]", "[1, 2]")]
    [InlineData("{}", "{}")]
    [InlineData("{a: 1, \"b c\": 2,}", "{a: 1, \"b c\": 2}")]
    [InlineData("{principal: 1, when: 2, \"if\": 3}", "{principal: 1, when: 2, \"if\": 3}")]
    public void Sets_and_records_may_end_in_a_comma(string literal, string expected) => Assert.Equal(expected, Expressions.Print(literal));

    [Theory]
    [InlineData("{a: 1, a: 2}", "duplicate-key")]
    [InlineData("{a: 1, \"a\": 2}", "duplicate-key")]
    [InlineData("{if: 1}", "reserved-identifier")]
    [InlineData("{__cedar: 1}", "reserved-identifier")]
    [InlineData("{1: 1}", "unexpected-token")]
    [InlineData("{(\"a\"): 1}", "unexpected-token")]
    [InlineData("{a}", "unexpected-token")]
    [InlineData("[,]", "unexpected-token")]
    [InlineData("[1,,2]", "unexpected-token")]
    [InlineData("[1 2]", "unexpected-token")]
    [InlineData("{,}", "unexpected-token")]
    public void Malformed_sets_and_records_are_refused(string literal, string code) => Assert.Equal(code, Diagnostics.OfCondition(literal).Code);

    [Theory]
    [InlineData("User::\"alice\"", "User::\"alice\"")]
    [InlineData("A :: B // comment\n :: \"x\\\"y\"", "A::B::\"x\\\"y\"")]
    [InlineData("principal::\"a\"", "principal::\"a\"")]
    [InlineData("User::\"*\"", "User::\"*\"")]
    public void An_entity_is_a_path_and_a_string(string literal, string expected) => Assert.Equal(expected, Expressions.Print(literal));

    [Theory]
    [InlineData("if::\"a\"", "reserved-identifier")]
    [InlineData("A::in::\"a\"", "reserved-identifier")]
    [InlineData("__cedar::\"a\"", "reserved-identifier")]
    [InlineData("User::{id: \"a\"}", "invalid-entity")]
    [InlineData("User::", "unexpected-token")]
    [InlineData("User::1", "unexpected-token")]
    [InlineData("User::\"a\"::\"b\"", "unexpected-token")]
    public void A_malformed_entity_is_refused(string literal, string code) => Assert.Equal(code, Diagnostics.OfCondition(literal).Code);
}
