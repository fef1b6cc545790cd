using System.Globalization;
using System.Text;
using IntentAuthz.Cedar.Compilation;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar;

/// <summary>
/// A Cedar decimal: a number with four decimal places, from -922337203685477.5808 to 922337203685477.5807, held exactly.
/// </summary>
public sealed class CedarDecimal : CedarValue
{
    internal const int Scale = 10_000;

    private CedarDecimal(long value) => Value = value;

    /// <summary>The number in units of 1/10,000: <c>decimal("1.5")</c> has the value 15000.</summary>
    public long Value { get; }

    internal override string TypeName => "decimal";

    /// <summary>Creates a decimal from units of 1/10,000.</summary>
    /// <param name="tenThousandths">The number times 10,000; the whole 64-bit range is allowed.</param>
    public static CedarDecimal FromScaled(long tenThousandths) => new(tenThousandths);

    /// <summary>Converts a .NET decimal, if it is exactly representable.</summary>
    /// <param name="value">The number.</param>
    /// <param name="result">The Cedar decimal, or null.</param>
    /// <returns>False when the number has more than four decimal places that matter, or is out of range. Nothing is rounded.</returns>
    public static bool TryFromDecimal(decimal value, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CedarDecimal? result)
    {
        result = null;
        const decimal min = long.MinValue / (decimal)Scale;
        const decimal max = long.MaxValue / (decimal)Scale;
        if (value < min || value > max)
        {
            return false;
        }

        var scaled = value * Scale;
        if (decimal.Truncate(scaled) != scaled)
        {
            return false;
        }

        result = new((long)scaled);
        return true;
    }

    /// <summary>Parses what Cedar's <c>decimal</c> function accepts: digits on both sides of the point, at most four after it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="result">The decimal, or null.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CedarDecimal? result)
    {
        result = DecimalFormat.Parse(text, out var value) is null ? new(value) : null;
        return result is not null;
    }

    /// <summary>The number as a .NET decimal, exactly.</summary>
    public decimal ToDecimal() => Value / (decimal)Scale;

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarDecimal that && Value == that.Value;

    /// <inheritdoc/>
    public override int GetHashCode() => HashOf(Value);

    internal static int HashOf(long value) => HashCode.Combine(3, (int)value, (int)(value >> 32));

    internal override Operand ToOperand() => Operand.Decimal(Value);

    internal override void AppendTo(StringBuilder builder) =>
        builder.Append("decimal(\"").Append(DecimalFormat.Format(Value)).Append("\")");
}
