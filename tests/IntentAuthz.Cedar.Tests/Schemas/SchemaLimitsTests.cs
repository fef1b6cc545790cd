using System.Text;

namespace IntentAuthz.Cedar.Tests.Schemas;

/// <summary>Hostile schemas get an answer: an error, or a schema, but never a crash and never a hang.</summary>
public sealed class SchemaLimitsTests
{
    [Fact]
    public void Types_that_nest_too_deep_are_refused_in_both_forms()
    {
        var text = $"type T = {string.Concat(Enumerable.Repeat("Set<", 1_000_000))}";
        Assert.False(Schema.TryParseCedar(text, null, out _, out var inText));
        Assert.Contains(inText, error => error.Code == "too-deep");
        var json = $$$"""{"": {"entityTypes": {"A": {"tags": {{{string.Concat(Enumerable.Repeat("""{"type": "Set", "element": """, 1_000_000))}}}""";
        Assert.False(Schema.TryParseJson(json, null, out _, out var inJson));
        Assert.Contains(inJson, error => error.Code == "invalid-json");
    }

    [Fact]
    public void Types_that_double_at_every_step_are_refused()
    {
        var text = new StringBuilder("type T0 = { a: Long };\n");
        for (var i = 1; i <= 60; i++)
        {
            text.Append($"type T{i} = {{ a: T{i - 1}, b: T{i - 1} }};\n");
        }

        Assert.False(Schema.TryParseCedar(text.ToString(), null, out _, out var errors));
        Assert.Contains(errors, error => error.Code == "type-too-large");
    }

    [Fact]
    public void A_long_chain_of_common_types_is_no_recursion()
    {
        var text = new StringBuilder("type T0 = Long;\n");
        for (var i = 1; i <= 50_000; i++)
        {
            text.Append($"type T{i} = T{i - 1};\n");
        }

        Assert.True(Schema.TryParseCedar(text.ToString(), null, out _, out var errors), string.Join("; ", errors));
    }

    [Fact]
    public void A_hierarchy_that_would_grow_with_the_square_is_refused()
    {
        var text = new StringBuilder("entity E0;\n");
        for (var i = 1; i <= 10_000; i++)
        {
            text.Append($"entity E{i} in E{i - 1};\n");
        }

        Assert.False(Schema.TryParseCedar(text.ToString(), null, out _, out var errors));
        Assert.Equal("hierarchy-too-large", Assert.Single(errors).Code);
    }

    [Fact]
    public void Errors_end_after_a_hundred()
    {
        Assert.False(Schema.TryParseCedar(string.Concat(Enumerable.Repeat("entity 1;", 1000)), null, out _, out var errors));
        Assert.Equal(CedarLimits.MaxDiagnostics + 1, errors.Count);
    }

    [Fact]
    public void A_source_beyond_the_limit_is_refused_unread()
    {
        Assert.False(Schema.TryParseCedar($"@doc(\"{new string('x', 100_000_000)}\") entity A;", null, out _, out var errors));
        Assert.Equal("source-too-long", Assert.Single(errors).Code);
    }

    [Fact]
    public void Broken_utf16_is_refused_at_its_place()
    {
        Assert.False(Schema.TryParseCedar("entity A enum [\"\uD800\"];", null, out _, out var errors));
        var error = Assert.Single(errors);
        Assert.Equal("invalid-utf16", error.Code);
        Assert.Equal(17, error.Span.Column);
    }

    [Theory]
    [InlineData("entity A = ")]
    [InlineData("{")]
    [InlineData("namespace N {")]
    [InlineData("@a ")]
    [InlineData("A::")]
    [InlineData("entity ")]
    [InlineData("type T = Set<")]
    [InlineData("\"")]
    [InlineData(",")]
    public void A_million_times_one_piece_is_refused(string piece)
    {
        Assert.False(Schema.TryParseCedar(string.Concat(Enumerable.Repeat(piece, 1_000_000)), null, out _, out var errors));
        Assert.NotEmpty(errors);
    }
}
