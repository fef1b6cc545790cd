using System.Text;
using IntentAuthz.Cedar.Compilation;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar;

/// <summary>A Cedar datetime: an instant in milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.</summary>
public sealed class CedarDatetime : CedarValue
{
    /// <summary>Creates a datetime.</summary>
    /// <param name="unixMilliseconds">Milliseconds since 1970-01-01T00:00:00Z; the whole 64-bit range is allowed.</param>
    public CedarDatetime(long unixMilliseconds) => UnixMilliseconds = unixMilliseconds;

    /// <summary>Milliseconds since 1970-01-01T00:00:00Z.</summary>
    public long UnixMilliseconds { get; }

    internal override string TypeName => "datetime";

    /// <summary>Converts an instant; fractions of a millisecond are dropped towards the past, the offset is not kept.</summary>
    /// <param name="value">The instant.</param>
    public static CedarDatetime FromDateTimeOffset(DateTimeOffset value) => new(value.ToUnixTimeMilliseconds());

    /// <summary>Parses what Cedar's <c>datetime</c> function accepts, from <c>2024-10-15</c> to <c>2024-10-15T11:38:02.101+0700</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="result">The datetime, or null.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CedarDatetime? result)
    {
        result = DatetimeFormat.Parse(text, out var value) is null ? new(value) : null;
        return result is not null;
    }

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarDatetime that && UnixMilliseconds == that.UnixMilliseconds;

    /// <inheritdoc/>
    public override int GetHashCode() => HashOf(UnixMilliseconds);

    internal static int HashOf(long value) => HashCode.Combine(4, (int)value, (int)(value >> 32));

    internal override Operand ToOperand() => Operand.Datetime(UnixMilliseconds);

    internal override void AppendTo(StringBuilder builder)
    {
        if (DatetimeFormat.Format(UnixMilliseconds) is { } text)
        {
            builder.Append("datetime(\"").Append(text).Append("\")");
        }
        else
        {
            // Outside the years 0000 to 9999 there is no literal; this expression is the reference's own canonical form.
            builder.Append("datetime(\"1970-01-01\").offset(");
            new CedarDuration(UnixMilliseconds).AppendTo(builder);
            builder.Append(')');
        }
    }
}
