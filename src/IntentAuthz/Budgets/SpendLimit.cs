using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>The greatest sum of a numeric argument, over the calls of some actions or of all.</summary>
internal sealed record SpendLimit(string Argument, decimal Most, ImmutableArray<string> Actions)
{
    /// <summary>What a call spends, or null where the argument is there and no number that can be added up.</summary>
    internal decimal? AmountOf(CallArguments arguments)
    {
        if (!arguments.Json.TryGetProperty(Argument, out JsonElement value))
        {
            return 0;
        }

        // Tools that take exact amounts take them as text.
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) ? Math.Abs(number)
            : value.ValueKind == JsonValueKind.String && decimal.TryParse(
                value.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal text) ? Math.Abs(text)
            : null;
    }
}
