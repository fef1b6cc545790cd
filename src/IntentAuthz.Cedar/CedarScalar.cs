using System.Diagnostics.CodeAnalysis;
using IntentAuthz.Cedar.Compilation;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>
/// A value of a request that takes no object: a bool, a long, a string, a decimal, a datetime or a duration, or nothing.
/// <c>default</c> is <see cref="Absent"/>. Immutable.
/// </summary>
public readonly struct CedarScalar : IEquatable<CedarScalar>
{
    private readonly Operand _operand;

    private CedarScalar(Operand operand) => _operand = operand;

    /// <summary>No value: the attribute is not there, and a policy that reads it without asking <c>has</c> first fails.</summary>
    public static CedarScalar Absent => default;

    /// <summary>Whether there is a value.</summary>
    public bool IsPresent => Operand.Reference is not null;

    internal Operand Operand => _operand;

    internal static ref readonly Operand OperandOf(ref readonly CedarScalar scalar) => ref scalar._operand;

    /// <summary>A string.</summary>
    /// <param name="value">Well-formed UTF-16 text.</param>
    /// <exception cref="ArgumentException">The text holds a lone surrogate.</exception>
    public static CedarScalar From(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!WellFormedText.IsWellFormed(value))
        {
            throw new ArgumentException("The text holds a lone surrogate, which has no UTF-8 form. Replace it first, or test with CedarString.CanHold.", nameof(value));
        }

        return new(Operand.Text(value));
    }

    /// <summary>A long.</summary>
    /// <param name="value">The value; the whole 64-bit range is allowed.</param>
    public static CedarScalar From(long value) => new(Operand.Long(value));

    /// <summary>A bool.</summary>
    /// <param name="value">The value.</param>
    public static CedarScalar From(bool value) => new(Operand.Bool(value));

    /// <summary>A value that is an object already.</summary>
    /// <param name="value">A bool, long, string, decimal, datetime or duration.</param>
    /// <exception cref="ArgumentException">The value is an entity, a set, a record or an IP address.</exception>
    public static CedarScalar From(CedarValue value) => TryFrom(value, out var scalar)
        ? scalar
        : throw new ArgumentException($"A {value.TypeName} is not a scalar. Build a CedarRequest for requests that hold one.", nameof(value));

    /// <summary>A value that is an object already, if it is a scalar.</summary>
    /// <param name="value">Any value.</param>
    /// <param name="scalar">The scalar, or <see cref="Absent"/>.</param>
    /// <returns>False for an entity, a set, a record or an IP address.</returns>
    public static bool TryFrom(CedarValue value, out CedarScalar scalar)
    {
        ArgumentNullException.ThrowIfNull(value);
        var operand = value.ToOperand();
        var isScalar = operand.Reference is not CedarValue;
        scalar = isScalar ? new(operand) : default;
        return isScalar;
    }

    /// <summary>A decimal, from units of 1/10,000: 15000 is <c>decimal("1.5")</c>.</summary>
    /// <param name="tenThousandths">The number times 10,000; the whole 64-bit range is allowed.</param>
    public static CedarScalar FromScaledDecimal(long tenThousandths) => new(Operand.Decimal(tenThousandths));

    /// <summary>A datetime.</summary>
    /// <param name="value">The instant; fractions of a millisecond are dropped towards the past.</param>
    public static CedarScalar From(DateTimeOffset value) => new(Operand.Datetime(value.ToUnixTimeMilliseconds()));

    /// <summary>A duration.</summary>
    /// <param name="value">The time span; fractions of a millisecond are dropped towards zero.</param>
    public static CedarScalar From(TimeSpan value) => new(Operand.Duration(value.Ticks / TimeSpan.TicksPerMillisecond));

    /// <inheritdoc cref="From(string)"/>
    public static implicit operator CedarScalar(string value) => From(value);

    /// <inheritdoc cref="From(long)"/>
    public static implicit operator CedarScalar(long value) => From(value);

    /// <inheritdoc cref="From(bool)"/>
    public static implicit operator CedarScalar(bool value) => From(value);

    /// <inheritdoc/>
    public bool Equals(CedarScalar other) => Operand.Equals(other.Operand);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is CedarScalar other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => IsPresent ? Operand.GetHashCode() : 0;

    /// <summary>Whether two scalars are the same value.</summary>
    public static bool operator ==(CedarScalar left, CedarScalar right) => left.Equals(right);

    /// <summary>Whether two scalars differ.</summary>
    public static bool operator !=(CedarScalar left, CedarScalar right) => !left.Equals(right);

    /// <summary>The value as Cedar text, or nothing.</summary>
    public override string ToString() => IsPresent ? Operand.ToValue().ToString() : "";
}
