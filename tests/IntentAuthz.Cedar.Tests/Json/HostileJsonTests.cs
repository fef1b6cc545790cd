using System.Diagnostics;
using System.Text;

namespace IntentAuthz.Cedar.Tests.Json;

/// <summary>
/// Documents made to hurt: each is refused with an error that says where, soon, within bounded memory, on a thread with a small stack.
/// A stack overflow would end the test run.
/// </summary>
public sealed class HostileJsonTests
{
    private const int Million = 1_000_000;
    private const int SmallStack = 512 * 1024;
    private const long MaxAllocated = 2L << 30;

    public static TheoryData<string> Kinds => ["entities", "context", "policies", "policy", "schema"];

    // The document is wrapped so that what hurts lies where the reader of its kind gets to.
    private static string? Refusal(string kind, string value) => OnSmallStack(() =>
    {
        try
        {
            switch (kind)
            {
                case "entities":
                    EntityStore.ParseJson("""[{"uid": {"type": "U", "id": "a"}, "parents": [], "attrs": {"x": """ + value + "}}]");
                    break;
                case "context":
                    CedarRecord.ParseJson($$"""{"x": {{value}}}""");
                    break;
                case "policies":
                    PolicySet.ParseJson($$"""{"staticPolicies": {"p": {{PolicyWith(value)}}}, "templates": {}, "templateLinks": []}""");
                    break;
                case "policy":
                    Policy.ParseJson("p", PolicyWith(value));
                    break;
                default:
                    return Schema.TryParseJson("""{"": {"actions": {}, "entityTypes": {"A": {"tags": """ + value + "}}}}", null, out _, out var errors) ? null : errors[0].ToString();
            }

            return null;
        }
        catch (CedarJsonException exception)
        {
            return exception.Message;
        }
    });

    private static string PolicyWith(string body) =>
        $$"""{"effect": "permit", "principal": {"op": "All"}, "action": {"op": "All"}, "resource": {"op": "All"}, "conditions": [{"kind": "when", "body": {{body}}}]}""";

    private static T OnSmallStack<T>(Func<T> function)
    {
        var (result, failure, allocated) = (default(T), default(Exception), 0L);
        var watch = Stopwatch.StartNew();
        var thread = new Thread(
            () =>
            {
                failure = Record.Exception(() => result = function());
                allocated = GC.GetAllocatedBytesForCurrentThread();
            },
            SmallStack);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"Took {watch.Elapsed}.");
        Assert.True(allocated < MaxAllocated, $"Allocated {allocated} bytes.");
        return result!;
    }

    private static string Nested(string open, string core, string close) => string.Concat(Enumerable.Repeat(open, Million)) + core + string.Concat(Enumerable.Repeat(close, Million));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Arrays_a_million_deep_are_refused(string kind) => Assert.NotNull(Refusal(kind, Nested("[", "1", "]")));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Objects_a_million_deep_are_refused(string kind) => Assert.NotNull(Refusal(kind, Nested("{\"a\":", "1", "}")));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Brackets_that_never_close_are_refused(string kind) => Assert.NotNull(Refusal(kind, new string('[', Million)));

    [Theory]
    [InlineData("{\"!\":{\"arg\":", "{\"Value\":true}", "}}")]
    [InlineData("{\"Set\":[", "", "]}")]
    [InlineData("{\"&&\":{\"left\":{\"Value\":true},\"right\":", "{\"Value\":true}", "}}")]
    [InlineData("{\"&&\":{\"right\":{\"Value\":true},\"left\":", "{\"Value\":true}", "}}")]
    [InlineData("{\"isIpv4\":[", "{\"Value\":true}", "]}")]
    public void Expressions_a_million_deep_are_refused(string open, string core, string close) => Assert.NotNull(Refusal("policy", Nested(open, core, close)));

    [Fact]
    public void Types_a_million_deep_are_refused() => Assert.NotNull(Refusal("schema", Nested("{\"type\": \"Set\", \"element\": ", "{\"type\": \"Long\"}", "}")));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_literal_of_100_megabytes_is_refused(string kind) => Assert.NotNull(Refusal(kind, $"\"{new string('x', 100 * Million)}\""));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_number_without_end_is_refused(string kind) => Assert.NotNull(Refusal(kind, new string('9', 10 * Million)));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_error_does_not_repeat_the_document(string kind)
    {
        foreach (var value in (string[])[$"t{new string('x', Million)}", $"\"\\{new string('q', Million)}\"", $"{{\"{new string('n', Million)}\": 1}}", new string('9', Million)])
        {
            Assert.InRange(Refusal(kind, value)?.Length ?? 0, 0, 500);
        }
    }

    // Cut off, overlong, a surrogate, beyond Unicode, a lone continuation, no UTF-8 at all.
    [Theory]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFE })]
    public void Broken_utf8_is_refused(byte[] broken)
    {
        byte[] Within(string before, string after) => [.. Encoding.UTF8.GetBytes(before), .. broken, .. Encoding.UTF8.GetBytes(after)];

        Assert.Throws<CedarJsonException>(() => CedarRecord.ParseJson(Within("{\"x\": \"", "\"}")));
        Assert.Throws<CedarJsonException>(() => CedarRecord.ParseJson(Within("{\"", "\": 1}")));
        Assert.Throws<CedarJsonException>(() => EntityStore.ParseJson(Within("[{\"uid\": {\"type\": \"U\", \"id\": \"", "\"}, \"attrs\": {}, \"parents\": []}]")));
        Assert.Throws<CedarJsonException>(() => PolicySet.ParseJson(Within("{\"staticPolicies\": {\"", "\": 1}}")));
    }
}
