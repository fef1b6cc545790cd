using System.Diagnostics;

namespace IntentAuthz.Cedar.Tests.Syntax;

/// <summary>
/// Input made to hurt: it gets an error with a code, soon, on a thread with a small stack. A stack overflow would end the test
/// run, so that these tests pass only if none happens.
/// </summary>
public sealed class HostileInputTests
{
    private const int Million = 1_000_000;

    // A third of what .NET gives a thread at the least. Whatever the stack, there is an error and no overflow.
    private const int SmallStack = 512 * 1024;

    // What .NET gives a thread at the least. Everything within the limits must work with it.
    private const int DefaultStack = 1536 * 1024;

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static IReadOnlyList<CedarDiagnostic> Refused(string text)
    {
        IReadOnlyList<CedarDiagnostic> diagnostics = [];
        var watch = Stopwatch.StartNew();
        OnSmallStack(() => PolicySet.TryParse(text, null, out _, out diagnostics));
        Assert.NotEmpty(diagnostics);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"Took {watch.Elapsed}.");
        return diagnostics;
    }

    private static void OnSmallStack(Action action, int size = SmallStack)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action), size);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static string Condition(string expression) => $"permit(principal, action, resource) when {{ {expression} }};";

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("[", "1", "]")]
    [InlineData("{a:", "1", "}")]
    [InlineData("!(", "true", ")")]
    [InlineData("-(", "1", ")")]
    [InlineData("if true then ", "1", " else 2")]
    [InlineData("principal.getTag(", "\"a\"", ")")]
    [InlineData("decimal(", "\"1.0\"", ")")]
    [InlineData("", "principal", ".a")]
    [InlineData("", "principal", "[\"a\"]")]
    [InlineData("", "principal", ".isEmpty()")]
    [InlineData("1 + ", "1", "")]
    [InlineData("1 * ", "1", "")]
    [InlineData("true && (false || ", "true", ")")]
    public void Nesting_a_million_deep_is_refused(string before, string core, string after) =>
        Assert.Contains(Refused(Condition(Repeat(before, Million) + core + Repeat(after, Million))), diagnostic => diagnostic.Code == "too-deep");

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("if ")]
    [InlineData("permit(")]
    [InlineData("@a ")]
    [InlineData("1 in ")]
    [InlineData(".")]
    [InlineData(";")]
    [InlineData("\"")]
    [InlineData("?")]
    [InlineData("User::")]
    public void A_million_times_one_token_is_refused(string token) => Refused(Repeat(token, Million));

    [Fact]
    public void A_chain_of_a_million_operands_is_no_nesting()
    {
        var text = Condition(Repeat("true && ", Million) + "context.flag");
        PolicySet? policies = null;
        OnSmallStack(() => policies = PolicySet.Parse(text));

        var request = new CedarRequest(new("U", "u"), new("Action", "a"), new("R", "r"), CedarRecord.ParseJson("""{ "flag": true }"""));
        Assert.Equal(CedarDecision.Allow, CedarAuthorizer.Authorize(request, policies!, EntityStore.Empty).Decision);
    }

    [Fact]
    public void The_deepest_expression_that_is_allowed_is_evaluated_printed_and_written_on_the_default_stack()
    {
        const int depth = CedarLimits.MaxExpressionDepth - 1;
        var text = Condition(Repeat("!(", depth) + "true" + Repeat(")", depth));
        OnSmallStack(() =>
        {
            var policies = PolicySet.Parse(text);
            var response = CedarAuthorizer.Authorize(new(new("U", "u"), new("Action", "a"), new("R", "r")), policies, EntityStore.Empty);
            Assert.Empty(response.Errors);
            Assert.Equal(policies.ToString(), PolicySet.Parse(policies.ToString()).ToString());
            Assert.Equal(policies.ToString(), PolicySet.ParseJson(policies.ToJson()).ToString());
        }, DefaultStack);
    }

    [Fact]
    public void A_source_beyond_the_limit_is_refused_unread() =>
        Assert.Equal("source-too-long", Assert.Single(Refused($"@a(\"{new string('x', 100 * Million)}\") permit(principal, action, resource);")).Code);

    [Theory]
    [InlineData("\"", "\"")]
    [InlineData("a", "")]
    [InlineData("1", "")]
    [InlineData("A::\"", "\"")]
    public void A_token_beyond_the_limit_is_refused(string before, string after) =>
        Assert.Contains(Refused(Condition(before + new string('1', CedarLimits.MaxTokenLength + 1) + after)), diagnostic => diagnostic.Code == "token-too-long");

    [Fact]
    public void Errors_are_counted_and_reading_stops()
    {
        var diagnostics = Refused(Repeat("oops;\n", Million));

        Assert.Equal(CedarLimits.MaxDiagnostics + 1, diagnostics.Count);
        Assert.Equal("too-many-errors", diagnostics[^1].Code);
    }

    // As numbers: test runners pass strings on as UTF-8, which has no lone surrogates.
    [Theory]
    [InlineData("\"", 0xD800, 0)]
    [InlineData("\"", 0xDC00, 0)]
    [InlineData("\"", 0xDC00, 0xD800)]
    [InlineData("// ", 0xD800, 0)]
    [InlineData("", 0xDFFF, 0)]
    [InlineData("\"", 0xD83D, 'x')]
    public void Broken_utf16_is_refused_at_its_place(string before, int first, int second)
    {
        var diagnostic = Assert.Single(Refused($"{before}{(char)first}{(char)second}\""));

        Assert.Equal("invalid-utf16", diagnostic.Code);
        Assert.Equal(before.Length + 1, diagnostic.Span.Column);
    }

    [Fact]
    public void Positions_in_one_long_line_are_found_at_once()
    {
        const int count = 100_000;
        var text = Repeat("@a(\"é😀\") permit(principal, action, resource); ", count);
        var watch = Stopwatch.StartNew();
        var last = PolicySet.Parse(text).Policies[^1].Annotations[0].Span;

        Assert.Equal((text.Length / count * (count - 1)) + 1, last.Column);
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text) / count * (count - 1), last.Start);
        Assert.Equal(last.Start + 12, last.End);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"Took {watch.Elapsed}.");
    }

    [Fact]
    public void A_text_full_of_open_quotes_is_not_searched_to_its_end_for_each() => Refused(Repeat("\\\"\n", 5 * Million));

    [Fact]
    public void A_value_nested_beyond_the_limit_is_an_error_of_the_evaluation()
    {
        var nested = Repeat("[", CedarLimits.MaxValueDepth + 1) + Repeat("]", CedarLimits.MaxValueDepth + 1);

        Assert.Equal($"the value nests deeper than {CedarLimits.MaxValueDepth} sets and records", Expressions.Error(nested).Message);
    }

    [Fact]
    public void Text_that_no_reader_sees_is_escaped_when_policies_are_printed()
    {
        var policy = Assert.Single(PolicySet.Parse("permit(principal == User::\"a\u202Eb\u200B\", action, resource);").Policies);

        Assert.Contains("User::\"a\\u{202e}b\\u{200b}\"", policy.ToString(), StringComparison.Ordinal);
    }
}
