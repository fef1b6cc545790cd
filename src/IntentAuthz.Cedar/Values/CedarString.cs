using System.Text;
using IntentAuthz.Cedar.Compilation;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>A Cedar string: well-formed Unicode text. Comparison is ordinal; nothing is normalised.</summary>
public sealed class CedarString : CedarValue
{
    /// <summary>Creates a string.</summary>
    /// <param name="value">Well-formed UTF-16 text. <see cref="CanHold"/> tests without an exception.</param>
    /// <exception cref="ArgumentException">The text holds a lone surrogate: it has no UTF-8 form, so two different texts could
    /// become the same one on the way to a log, a digest or another engine.</exception>
    public CedarString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!CanHold(value))
        {
            throw new ArgumentException("The text holds a lone surrogate, which has no UTF-8 form. Replace it first, or test with CedarString.CanHold.", nameof(value));
        }

        Value = value;
    }

    private CedarString(string value, bool _) => Value = value;

    /// <summary>The text.</summary>
    public string Value { get; }

    internal override string TypeName => "string";

    /// <summary>Whether a text can be a Cedar string, that is, holds no lone surrogate.</summary>
    /// <param name="value">The text.</param>
    public static bool CanHold(string value) => WellFormedText.IsWellFormed(value);

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarString that && string.Equals(Value, that.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashOf(Value);

    internal static CedarString FromChecked(string value) => new(value, false);

    internal static int HashOf(string value) => value.GetHashCode(StringComparison.Ordinal);

    internal override Operand ToOperand() => Operand.Text(Value);

    internal override void AppendTo(StringBuilder builder) => CedarText.AppendQuoted(builder, Value);
}
