namespace IntentAuthz.Cedar.Tests.Language;

/// <summary>What each operator gives, and which operands it refuses.</summary>
public sealed class OperatorTests
{
    [Theory]
    [InlineData("1 == 1", "true")]
    [InlineData("1 == 2", "false")]
    [InlineData("1 == \"1\"", "false")]
    [InlineData("1 != true", "true")]
    [InlineData("\"é\" == \"e\\u{301}\"", "false")] // Nothing is normalised.
    [InlineData("[1, 2] == [2, 1, 1]", "true")]
    [InlineData("[1, 2] == [1, 2, 3]", "false")]
    [InlineData("[[1], [2]] == [[2], [1]]", "true")]
    [InlineData("{a: 1, b: [2]} == {b: [2], a: 1}", "true")]
    [InlineData("{a: 1} == {a: 1, b: 2}", "false")]
    [InlineData("{} == []", "false")]
    [InlineData("User::\"alice\" == principal", "true")]
    [InlineData("User::\"alice\" == Admin::\"alice\"", "false")]
    [InlineData("User::\"nobody\" == User::\"nobody\"", "true")] // Entities need not exist to be equal.
    [InlineData("decimal(\"1.0\") == decimal(\"1.00\")", "true")]
    [InlineData("decimal(\"1.0\") == 1", "false")]
    [InlineData("ip(\"10.0.0.1/8\") == ip(\"10.0.0.0/8\")", "false")]
    public void Equality_compares_any_two_values_and_never_fails(string expression, string expected) =>
        Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("1 < 2", "true")]
    [InlineData("2 < 2", "false")]
    [InlineData("2 <= 2", "true")]
    [InlineData("3 > 2", "true")]
    [InlineData("2 > 2", "false")]
    [InlineData("2 >= 2", "true")]
    [InlineData("-9223372036854775808 < 9223372036854775807", "true")]
    [InlineData("datetime(\"2024-01-01\") < datetime(\"2024-01-02\")", "true")]
    [InlineData("duration(\"1h\") >= duration(\"60m\")", "true")]
    public void Comparison_orders_longs_datetimes_and_durations(string expression, string expected) =>
        Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("1 < \"2\"", "type error: expected long, got string")]
    [InlineData("\"1\" < 2", "type error: expected long, got string")]
    [InlineData("\"a\" < \"b\"", "type error: expected one of [long, datetime, duration], got string")]
    [InlineData("decimal(\"1.0\") < decimal(\"2.0\")", "type error: expected one of [long, datetime, duration], got decimal")]
    [InlineData("datetime(\"2024-01-01\") < duration(\"1h\")", "type error: expected datetime, got duration")]
    [InlineData("true < datetime(\"2024-01-01\")", "type error: expected datetime, got bool")]
    [InlineData("1 > principal", "type error: expected long, got (entity of type `User`)")]
    public void Comparison_of_anything_else_is_a_type_error(string expression, string expected) =>
        Assert.Equal(expected, Expressions.Error(expression).Message);

    [Theory]
    [InlineData("1 + 2", "3")]
    [InlineData("1 - 2", "-1")]
    [InlineData("2 * -3", "-6")]
    [InlineData("-(3)", "-3")]
    [InlineData("--3", "3")]
    [InlineData("9223372036854775806 + 1", "9223372036854775807")]
    [InlineData("-9223372036854775807 - 1", "-9223372036854775808")]
    [InlineData("-9223372036854775808 * 1", "-9223372036854775808")]
    public void Arithmetic_covers_the_whole_range_of_longs(string expression, string expected) =>
        Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("9223372036854775807 + 1", "integer overflow while attempting to add the values `9223372036854775807` and `1`")]
    [InlineData("-9223372036854775808 - 1", "integer overflow while attempting to subtract the values `-9223372036854775808` and `1`")]
    [InlineData("9223372036854775807 * 2", "integer overflow while attempting to multiply the values `9223372036854775807` and `2`")]
    [InlineData("-9223372036854775808 * -1", "integer overflow while attempting to multiply the values `-9223372036854775808` and `-1`")]
    [InlineData("-(-9223372036854775808)", "integer overflow while attempting to negate the value `-9223372036854775808`")]
    [InlineData("1 + true", "type error: expected long, got bool")]
    [InlineData("\"a\" + \"b\"", "type error: expected long, got string")]
    [InlineData("-\"a\"", "type error: expected long, got string")]
    public void Arithmetic_that_overflows_or_has_no_longs_is_an_error(string expression, string expected) =>
        Assert.Equal(expected, Expressions.Error(expression).Message);

    [Theory]
    [InlineData("!true", "false")]
    [InlineData("!!true", "true")]
    [InlineData("true && false", "false")]
    [InlineData("true || false", "true")]
    [InlineData("if context.flag then 1 else \"other type\"", "1")]
    [InlineData("if !context.flag then 1 else \"other type\"", "\"other type\"")]
    public void Logic_works_on_bools(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("false && (1 + true)", "false")]
    [InlineData("true || context.missing", "true")]
    [InlineData("true && false && context.missing", "false")]
    [InlineData("false || true || context.missing", "true")]
    [InlineData("if true then 1 else context.missing", "1")]
    [InlineData("if false then context.missing else 2", "2")]
    public void What_is_decided_is_not_evaluated_further(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("1 && true", "type error: expected bool, got long")]
    [InlineData("true && 1", "type error: expected bool, got long")] // The last operand must be a bool, too.
    [InlineData("false || \"x\"", "type error: expected bool, got string")]
    [InlineData("!1", "type error: expected bool, got long")]
    [InlineData("if 1 then 2 else 3", "type error: expected bool, got long")]
    public void Logic_on_anything_else_is_a_type_error(string expression, string expected) => Assert.Equal(expected, Expressions.Error(expression).Message);

    [Theory]
    [InlineData("[1, 2, 3].contains(2)", "true")]
    [InlineData("[1, 2, 3].contains(\"2\")", "false")]
    [InlineData("[[1, 2]].contains([2, 1])", "true")]
    [InlineData("[1, 2, 3].containsAll([3, 1, 1])", "true")]
    [InlineData("[1, 2].containsAll([])", "true")]
    [InlineData("[].containsAll([1])", "false")]
    [InlineData("[1, 2].containsAny([2, 9])", "true")]
    [InlineData("[1, 2].containsAny([])", "false")]
    [InlineData("[].isEmpty()", "true")]
    [InlineData("[0].isEmpty()", "false")]
    [InlineData("[1, 1, 1] == [1]", "true")]
    public void Sets_compare_by_their_values(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("1.contains(1)", "type error: expected set, got long")]
    [InlineData("{}.isEmpty()", "type error: expected set, got record")]
    [InlineData("[1].containsAll(1)", "type error: expected set, got long")]
    [InlineData("1.containsAny([1])", "type error: expected set, got long")]
    public void Set_methods_on_anything_else_are_type_errors(string expression, string expected) => Assert.Equal(expected, Expressions.Error(expression).Message);

    [Theory]
    [InlineData("context.missing + (1 + true)", "record does not have the attribute `missing`")]
    [InlineData("(1 + true) + context.missing", "type error: expected long, got bool")]
    [InlineData("[context.missing, 1 + true]", "record does not have the attribute `missing`")]
    [InlineData("{b: 1 + true, a: context.missing}", "record does not have the attribute `missing`")] // Attributes in order of names.
    public void The_first_error_in_the_order_of_evaluation_is_reported(string expression, string expected) =>
        Assert.Equal(expected, Expressions.Error(expression).Message);
}
