using CsCheck;
using IntentAuthz.Cedar.Tests.Compilation;

namespace IntentAuthz.Cedar.Tests;

/// <summary>Laws that hold for all inputs, tried on random ones.</summary>
public sealed class Properties
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char["abc \"\\*\n\r\t\0\u200b\u202eé\u00a0'{}"], 0, 12],
        Gen.Int[0, 0x10FFFF].Where(System.Text.Rune.IsValid).Select(char.ConvertFromUtf32).Array[0, 6].Select(string.Concat));

    private static readonly Gen<string> Name = Gen.OneOf(Gen.OneOf("a", "b", "name", "if", "__cedar", "a b", "", "principal"), Text);

    private static readonly Gen<string> Type = Gen.OneOf("User", "A::B", "_x1::Y");

    private static Gen<CedarValue> Value(int depth) => depth == 0
        ? Gen.OneOf(
            Gen.Bool.Select(b => (CedarValue)b),
            Gen.OneOf(Gen.Long, Gen.OneOf(long.MinValue, long.MaxValue, 0L)).Select(n => (CedarValue)n),
            Text.Select(s => (CedarValue)s),
            Gen.Select(Type, Text, (type, id) => (CedarValue)new EntityUid(type, id)),
            Gen.Long.Select(n => (CedarValue)CedarDecimal.FromScaled(n)),
            Gen.OneOf(Gen.Long, Gen.Long[-62_167_219_200_000, 253_402_300_799_999]).Select(n => (CedarValue)new CedarDatetime(n)),
            Gen.Long.Select(n => (CedarValue)new CedarDuration(n)),
            Gen.Select(Gen.Byte.Array[4], Gen.Int[0, 32], (bytes, prefix) => Ip(bytes, prefix)),
            Gen.Select(Gen.OneOf((byte)0, (byte)1, (byte)255).Array[16], Gen.Int[0, 128], (bytes, prefix) => Ip(bytes, prefix)))
        : Gen.OneOf(
            Value(0),
            Value(depth - 1).Array[0, 12].Select(items => (CedarValue)CedarSet.Create(items)),
            Gen.Select(Name, Value(depth - 1)).Array[0, 12].Select(pairs => (CedarValue)CedarRecord.Create(
                pairs.DistinctBy(pair => pair.Item1).Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2)))));

    private static CedarIpAddress Ip(byte[] bytes, int prefix) =>
        CedarIpAddress.TryParse($"{CedarIpAddress.FromIPAddress(new System.Net.IPAddress(bytes)).ToString()[4..^2]}/{prefix}", out var address)
            ? address
            : throw new InvalidOperationException("An address that was written cannot be read.");

    [Fact]
    public void The_text_of_a_value_evaluates_to_the_value() =>
        Value(3).Sample(value => Expressions.Value(value.ToString()) == value.ToString() && EvaluatesTo(value), iter: 2_000);

    private static bool EvaluatesTo(CedarValue value)
    {
        var policies = PolicySet.Parse($"permit(principal, action, resource) when {{ {value} == context.v }};");
        var request = new CedarRequest(new("U", "u"), new("Action", "a"), new("R", "r"), CedarRecord.Create([new("v", value)]));
        return Engines.Authorize(request, policies, EntityStore.Empty).Decision == CedarDecision.Allow;
    }

    [Fact]
    public void The_json_of_a_value_is_read_as_the_value() =>
        Value(3).Sample(value => CedarRecord.ParseJson($"{{\"v\": {value.ToJson()}}}")["v"] == value, iter: 2_000);

    [Fact]
    public void Equal_values_have_equal_hash_codes() =>
        Gen.Select(Value(2), Value(2)).Sample((left, right) => left != right || left.GetHashCode() == right.GetHashCode(), iter: 2_000);

    [Fact]
    public void Equality_does_not_depend_on_order() =>
        Value(2).Array[0, 20].Sample(items => CedarSet.Create(items) == CedarSet.Create(items.Reverse().Concat(items)), iter: 2_000);

    [Fact]
    public void A_quoted_text_is_read_as_the_text() =>
        Text.Sample(text => EntityUid.Parse($"T::{CedarText.Quote(text)}").Id == text, iter: 5_000);

    // Made of pieces of the language, valid or not: whatever is accepted prints to a text that is accepted and prints the same,
    // and survives JSON.
    private static readonly Gen<string> Soup = Gen.OneOf(
        "principal", "context", "true", "1", "-", "!", "(", ")", "[", "]", "{", "}", "a", "\"a\"", ":", ",", ".", "==", "<", "in", "has", "like", "is", "if", "then", "else",
        "&&", "||", "+", "*", "User", "::", "contains", "isEmpty", "decimal", "ip", "getTag", ".a", "(1)", "true && false", "principal is User", "context.a").Array[1, 14].Select(parts => string.Join(" ", parts));

    [Fact]
    public void What_is_accepted_prints_to_the_same_policy() =>
        Soup.Sample(
            soup =>
            {
                if (!PolicySet.TryParse($"permit(principal, action, resource) when {{ {soup} }};", null, out var policies, out var diagnostics))
                {
                    return diagnostics.Count > 0;
                }

                var text = policies.ToString();
                return PolicySet.Parse(text).ToString() == text && PolicySet.ParseJson(policies.ToJson()).ToString() == text;
            },
            iter: 50_000);
}
