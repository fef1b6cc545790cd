namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// A Cedar value while it is being computed with, so that arithmetic and reading a text allocate nothing: a scalar is its
/// <see cref="ScalarKind"/> and its bits, a string the text itself, anything else the <see cref="CedarValue"/>.
/// </summary>
internal readonly struct Operand
{
    private Operand(object reference, long bits = 0)
    {
        Reference = reference;
        Bits = bits;
    }

    /// <summary>A <see cref="ScalarKind"/>, a <see cref="string"/>, or a <see cref="CedarValue"/>. Null only in <c>default</c>, which is no value.</summary>
    public object? Reference { get; }

    /// <summary>The value of a scalar, else 0.</summary>
    public long Bits { get; }

    public static Operand Bool(bool value) => new(ScalarKind.Bool, value ? 1 : 0);

    public static Operand Long(long value) => new(ScalarKind.Long, value);

    public static Operand Decimal(long tenThousandths) => new(ScalarKind.Decimal, tenThousandths);

    public static Operand Datetime(long unixMilliseconds) => new(ScalarKind.Datetime, unixMilliseconds);

    public static Operand Duration(long milliseconds) => new(ScalarKind.Duration, milliseconds);

    public static Operand Text(string text) => new(text);

    /// <summary>An entity, a set, a record or an address: what has no leaner form.</summary>
    public static Operand Object(CedarValue value) => new(value);

    public bool Is(ScalarKind kind) => ReferenceEquals(Reference, kind);

    /// <summary>Cedar equality.</summary>
    public bool Equals(in Operand other)
    {
        if (ReferenceEquals(Reference, other.Reference))
        {
            return Bits == other.Bits;
        }

        if (Reference is string text)
        {
            return other.Reference is string that && string.Equals(text, that, StringComparison.Ordinal);
        }

        return Reference is CedarValue left && other.Reference is CedarValue right && left.Equals(right);
    }

    /// <summary>The hash code of the value, as its <see cref="CedarValue"/> has it.</summary>
    public override int GetHashCode() => Reference switch
    {
        string text => CedarString.HashOf(text),
        CedarValue value => value.GetHashCode(),
        ScalarKind kind when kind == ScalarKind.Bool => CedarBool.Of(Bits != 0).GetHashCode(),
        ScalarKind kind when kind == ScalarKind.Long => CedarLong.HashOf(Bits),
        ScalarKind kind when kind == ScalarKind.Decimal => CedarDecimal.HashOf(Bits),
        ScalarKind kind when kind == ScalarKind.Datetime => CedarDatetime.HashOf(Bits),
        _ => CedarDuration.HashOf(Bits),
    };

    /// <summary>The value as an object of its own.</summary>
    public CedarValue ToValue() => Reference switch
    {
        string text => CedarString.FromChecked(text),
        CedarValue value => value,
        ScalarKind kind when kind == ScalarKind.Bool => CedarBool.Of(Bits != 0),
        ScalarKind kind when kind == ScalarKind.Long => new CedarLong(Bits),
        ScalarKind kind when kind == ScalarKind.Decimal => CedarDecimal.FromScaled(Bits),
        ScalarKind kind when kind == ScalarKind.Datetime => new CedarDatetime(Bits),
        _ => new CedarDuration(Bits),
    };
}
