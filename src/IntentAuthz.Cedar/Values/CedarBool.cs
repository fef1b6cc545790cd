using System.Text;
using IntentAuthz.Cedar.Compilation;

namespace IntentAuthz.Cedar;

/// <summary>A Cedar bool: one of the two instances <see cref="True"/> and <see cref="False"/>.</summary>
public sealed class CedarBool : CedarValue
{
    private CedarBool(bool value) => Value = value;

    /// <summary>The value <c>true</c>.</summary>
    public static CedarBool True { get; } = new(true);

    /// <summary>The value <c>false</c>.</summary>
    public static CedarBool False { get; } = new(false);

    /// <summary>The value.</summary>
    public bool Value { get; }

    internal override string TypeName => "bool";

    /// <summary>The instance for a bool; nothing is allocated.</summary>
    /// <param name="value">The value.</param>
    public static CedarBool Of(bool value) => value ? True : False;

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value ? 1 : 2;

    internal override Operand ToOperand() => Operand.Bool(Value);

    internal override void AppendTo(StringBuilder builder) => builder.Append(Value ? "true" : "false");
}
