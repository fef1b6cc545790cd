using System.Collections.Frozen;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Json;

/// <summary>What operators and variables are called in policy JSON.</summary>
internal static class ExpressionJsonNames
{
    private static readonly FrozenDictionary<string, BinaryOperator> Binary = new Dictionary<string, BinaryOperator>
    {
        ["=="] = BinaryOperator.Equal,
        ["!="] = BinaryOperator.NotEqual,
        ["<"] = BinaryOperator.Less,
        ["<="] = BinaryOperator.LessOrEqual,
        [">"] = BinaryOperator.Greater,
        [">="] = BinaryOperator.GreaterOrEqual,
        ["in"] = BinaryOperator.In,
        ["+"] = BinaryOperator.Add,
        ["-"] = BinaryOperator.Subtract,
        ["*"] = BinaryOperator.Multiply,
        ["contains"] = BinaryOperator.Contains,
        ["containsAll"] = BinaryOperator.ContainsAll,
        ["containsAny"] = BinaryOperator.ContainsAny,
        ["getTag"] = BinaryOperator.GetTag,
        ["hasTag"] = BinaryOperator.HasTag,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<BinaryOperator, string> BinaryNames = Binary.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    private static readonly FrozenDictionary<string, UnaryOperator> Unary = new Dictionary<string, UnaryOperator>
    {
        ["!"] = UnaryOperator.Not,
        ["neg"] = UnaryOperator.Negate,
        ["isEmpty"] = UnaryOperator.IsEmpty,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<UnaryOperator, string> UnaryNames = Unary.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    private static readonly FrozenDictionary<string, CedarVariable> Variables = new Dictionary<string, CedarVariable>
    {
        ["principal"] = CedarVariable.Principal,
        ["action"] = CedarVariable.Action,
        ["resource"] = CedarVariable.Resource,
        ["context"] = CedarVariable.Context,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<CedarVariable, string> VariableNames = Variables.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    public static string Of(BinaryOperator @operator) => BinaryNames[@operator];

    public static string Of(UnaryOperator @operator) => UnaryNames[@operator];

    public static string Of(CedarVariable variable) => VariableNames[variable];

    public static BinaryOperator? FindBinary(string name) => Binary.TryGetValue(name, out var found) ? found : null;

    public static UnaryOperator? FindUnary(string name) => Unary.TryGetValue(name, out var found) ? found : null;

    public static CedarVariable? FindVariable(string name) => Variables.TryGetValue(name, out var found) ? found : null;
}
