using System.Text;
using IntentAuthz.Cedar.Compilation;

namespace IntentAuthz.Cedar;

/// <summary>A Cedar long: a signed 64-bit integer.</summary>
public sealed class CedarLong : CedarValue
{
    /// <summary>Creates a long.</summary>
    /// <param name="value">The value; the whole 64-bit range is allowed.</param>
    public CedarLong(long value) => Value = value;

    /// <summary>The value.</summary>
    public long Value { get; }

    internal override string TypeName => "long";

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => other is CedarLong that && Value == that.Value;

    // Both halves enter on their own: long.GetHashCode folds them together first, which an attacker can make collide at will.
    /// <inheritdoc/>
    public override int GetHashCode() => HashOf(Value);

    internal static int HashOf(long value) => HashCode.Combine((int)value, (int)(value >> 32));

    internal override Operand ToOperand() => Operand.Long(Value);

    internal override void AppendTo(StringBuilder builder) => builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"{Value}");
}
