namespace IntentAuthz.Cedar.Tests.Language;

/// <summary>Pattern matching: <c>*</c> stands for any text, also none; <c>\*</c> for a star.</summary>
public sealed class LikeTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("a", "", false)]
    [InlineData("", "*", true)]
    [InlineData("foo bar", "foo*", true)]
    [InlineData("foo bar", "*bar", true)]
    [InlineData("foo bar", "*o b*", true)]
    [InlineData("foo bar", "f* bar", true)]
    [InlineData("foo bar", "f**r", true)]
    [InlineData("foo bar", "*f***", true)]
    [InlineData("foo bar", "*foo", false)]
    [InlineData("foo bar", "*bo*", false)]
    [InlineData("foo bar", "f*br", false)]
    [InlineData("foo", "foo*foo", false)] // Front and end may not overlap.
    [InlineData("aXbXc", "a*X*c", true)]
    [InlineData("abab", "*ab*ab*ab*", false)]
    [InlineData("*", "\\\\*", true)]
    [InlineData("x", "\\\\*", false)]
    [InlineData("a*b", "a\\\\*b", true)]
    [InlineData("\U0001F600!", "*!", true)]
    [InlineData("\U0001F600", "?", false)] // Only the star is special.
    public void A_pattern_matches_the_whole_text(string text, string pattern, bool expected) =>
        Assert.Equal(expected ? "true" : "false", Expressions.Value($"\"{text}\" like \"{pattern.Replace("\\\\", "\\", StringComparison.Ordinal)}\""));

    [Fact]
    public void A_star_written_as_a_unicode_escape_is_a_wildcard() => Assert.Equal("true", Expressions.Value("\"abc\" like \"a\\u{2a}\""));

    [Fact]
    public void Like_needs_a_string() => Assert.Equal("type error: expected string, got long", Expressions.Error("1 like \"*\"").Message);

    [Fact]
    public void A_pattern_that_backtracking_would_never_finish_is_matched_at_once()
    {
        var text = new string('a', 20_000);
        var pattern = string.Concat(Enumerable.Repeat("*a", 2_000)) + "*b";

        Assert.Equal("false", Expressions.Value($"\"{text}\" like \"{pattern}\""));
    }

    // The part in the middle agrees with the text for long at every second place: a search that begins anew each time would take
    // the product of the lengths.
    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(250_000)]
    public void A_long_part_between_stars_is_searched_in_time_linear_in_the_text(int pairs)
    {
        var half = string.Concat(Enumerable.Repeat("ab", pairs));
        var text = CedarRecord.Create([new("text", string.Concat(Enumerable.Repeat("ab", 10_000_000)))]);
        var policies = PolicySet.Parse($"permit(principal, action, resource) when {{ context.text like \"*{half}cb{half}*\" }};");
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.Equal(CedarDecision.Deny, CedarAuthorizer.Authorize(new(new("U", "u"), new("Action", "a"), new("R", "r"), text), policies, EntityStore.Empty).Decision);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"Took {watch.Elapsed}.");
    }
}
