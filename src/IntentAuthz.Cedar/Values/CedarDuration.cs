using System.Globalization;
using System.Text;
using IntentAuthz.Cedar.Compilation;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar;

/// <summary>A Cedar duration: a signed number of milliseconds.</summary>
public sealed class CedarDuration : CedarValue
{
    /// <summary>Creates a duration.</summary>
    /// <param name="milliseconds">Milliseconds; the whole 64-bit range is allowed.</param>
    public CedarDuration(long milliseconds) => Milliseconds = milliseconds;

    /// <summary>The length in milliseconds.</summary>
    public long Milliseconds { get; }

    internal override string TypeName => "duration";

    /// <summary>Converts a time span; fractions of a millisecond are dropped towards zero.</summary>
    /// <param name="value">The time span.</param>
    public static CedarDuration FromTimeSpan(TimeSpan value) => new(value.Ticks / TimeSpan.TicksPerMillisecond);

    /// <summary>Parses what Cedar's <c>duration</c> function accepts: <c>-1d2h3m4s5ms</c>, each part optional but one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="result">The duration, or null.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CedarDuration? result)
    {
        result = DurationFormat.Parse(text, out var value) is null ? new(value) : null;
        return result is not null;
    }

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarDuration that && Milliseconds == that.Milliseconds;

    /// <inheritdoc/>
    public override int GetHashCode() => HashOf(Milliseconds);

    internal static int HashOf(long value) => HashCode.Combine(5, (int)value, (int)(value >> 32));

    internal override Operand ToOperand() => Operand.Duration(Milliseconds);

    internal override void AppendTo(StringBuilder builder) =>
        builder.Append(CultureInfo.InvariantCulture, $"duration(\"{Milliseconds}ms\")");
}
