using System.Globalization;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// What a policy's conditions say in so many words about single values: <c>context.input.amount</c> is at most 500, <c>context.approval.approved</c>
/// is true. Two policies that contradict each other in one of them never apply together. What is said in any other way is not understood, and then
/// they may. Immutable.
/// </summary>
internal sealed class PermitConditions
{
    private readonly Dictionary<string, ValueRange> _ranges = new(StringComparer.Ordinal); // an expression's JSON -> what it lies in
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal); // an expression's JSON -> the literal it equals

    private PermitConditions()
    {
    }

    internal static PermitConditions Of(Policy policy)
    {
        PermitConditions conditions = new();
        try
        {
            using JsonDocument json = JsonDocument.Parse(policy.ToJson(), new JsonDocumentOptions { MaxDepth = int.MaxValue });
            foreach (JsonElement condition in json.RootElement.GetProperty("conditions").EnumerateArray())
            {
                conditions.Read(condition.GetProperty("body"), holds: condition.GetProperty("kind").GetString() == "when");
            }
        }
        catch (JsonException)
        {
            // Nested beyond what is read: nothing is understood of it.
        }

        return conditions;
    }

    /// <summary>Whether no request can meet both.</summary>
    internal bool Contradicts(PermitConditions other)
    {
        foreach ((string expression, ValueRange range) in _ranges)
        {
            if (other._ranges.TryGetValue(expression, out ValueRange theirs) && range.And(theirs).IsEmpty)
            {
                return true;
            }
        }

        foreach ((string expression, string value) in _values)
        {
            if (other._values.TryGetValue(expression, out string? theirs) && !string.Equals(value, theirs, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private void Read(JsonElement condition, bool holds)
    {
        Stack<(JsonElement Expression, bool Holds)> pending = new([(condition, holds)]);
        while (pending.TryPop(out (JsonElement Expression, bool Holds) next))
        {
            if (next.Expression.ValueKind != JsonValueKind.Object || next.Expression.EnumerateObject().FirstOrDefault() is not { Value.ValueKind: not JsonValueKind.Undefined } node)
            {
                continue;
            }

            switch (node.Name)
            {
                // Of "a and b" both hold; of "neither a nor b" neither does. Of the others one of two, so nothing is known.
                case "&&" when next.Holds:
                case "||" when !next.Holds:
                    pending.Push((node.Value.GetProperty("left"), next.Holds));
                    pending.Push((node.Value.GetProperty("right"), next.Holds));
                    break;
                case "!":
                    pending.Push((node.Value.GetProperty("arg"), !next.Holds));
                    break;
                case "<" or "<=" or ">" or ">=" or "==" or "!=":
                    Compare(node.Value.GetProperty("left"), node.Name, node.Value.GetProperty("right"), next.Holds);
                    break;
                case "lessThan" or "lessThanOrEqual" or "greaterThan" or "greaterThanOrEqual" when node.Value is { ValueKind: JsonValueKind.Array } sides && sides.GetArrayLength() == 2:
                    Compare(sides[0], node.Name switch { "lessThan" => "<", "lessThanOrEqual" => "<=", "greaterThan" => ">", _ => ">=" }, sides[1], next.Holds);
                    break;
                case "." or "has" or "contains" or "in" or "is" or "like":
                    _values.TryAdd(next.Expression.GetRawText(), next.Holds ? "true" : "false");
                    break;
            }
        }
    }

    private void Compare(JsonElement left, string comparison, JsonElement right, bool holds)
    {
        if (IsLiteral(left))
        {
            (left, right) = (right, left);
            comparison = comparison switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => comparison };
        }

        if (IsLiteral(left) || !IsLiteral(right))
        {
            return;
        }

        if (!holds)
        {
            comparison = comparison switch { "<" => ">=", "<=" => ">", ">" => "<=", ">=" => "<", "==" => "!=", _ => "==" };
        }

        string expression = left.GetRawText();
        if (NumberOf(right) is { } number)
        {
            ValueRange range = ValueRange.Of(comparison, number);
            _ranges[expression] = _ranges.TryGetValue(expression, out ValueRange known) ? known.And(range) : range;
        }
        else if (comparison is "==" or "!=" && right.TryGetProperty("Value", out JsonElement value))
        {
            // Only literals with one spelling each, so that different texts are different values.
            if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                _values.TryAdd(expression, (value.ValueKind == JsonValueKind.True) == (comparison == "==") ? "true" : "false");
            }
            else if (comparison == "==")
            {
                _values.TryAdd(expression, value.GetRawText());
            }
        }
    }

    private static bool IsLiteral(JsonElement expression) =>
        expression.ValueKind == JsonValueKind.Object
        && (expression.TryGetProperty("Value", out _) || expression.TryGetProperty("decimal", out _));

    private static decimal? NumberOf(JsonElement literal)
    {
        if (literal.TryGetProperty("Value", out JsonElement value))
        {
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : null;
        }

        return literal.TryGetProperty("decimal", out JsonElement arguments) && arguments.ValueKind == JsonValueKind.Array && arguments.GetArrayLength() == 1
            && arguments[0].TryGetProperty("Value", out JsonElement text) && text.ValueKind == JsonValueKind.String
            && decimal.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal result)
            ? result
            : null;
    }

    /// <summary>The numbers that a value can be, each end open or not.</summary>
    private readonly record struct ValueRange(decimal Low, bool IsLowOpen, decimal High, bool IsHighOpen)
    {
        internal bool IsEmpty => Low > High || (Low == High && (IsLowOpen || IsHighOpen));

        internal static ValueRange Of(string comparison, decimal number) => comparison switch
        {
            "<" => new ValueRange(decimal.MinValue, false, number, true),
            "<=" => new ValueRange(decimal.MinValue, false, number, false),
            ">" => new ValueRange(number, true, decimal.MaxValue, false),
            ">=" => new ValueRange(number, false, decimal.MaxValue, false),
            "==" => new ValueRange(number, false, number, false),
            _ => new ValueRange(decimal.MinValue, false, decimal.MaxValue, false),
        };

        internal ValueRange And(ValueRange other)
        {
            (decimal low, bool lowOpen) = Low == other.Low ? (Low, IsLowOpen || other.IsLowOpen)
                : Low > other.Low ? (Low, IsLowOpen) : (other.Low, other.IsLowOpen);
            (decimal high, bool highOpen) = High == other.High ? (High, IsHighOpen || other.IsHighOpen)
                : High < other.High ? (High, IsHighOpen) : (other.High, other.IsHighOpen);
            return new ValueRange(low, lowOpen, high, highOpen);
        }
    }
}
