using System.Text;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// An argument as policies see it, before anybody has asked for it: a number as its bits, a text as its place in the arguments, so that a value
/// that no policy reads is checked and never made. Anything else is there already as a <see cref="CedarValue"/>.
/// </summary>
internal struct ArgumentValue
{
    private static readonly object s_long = new(), s_decimal = new(), s_written = new();

    private readonly long _bits;
    private object? _what; // one of the above, or a Cedar value; it alone changes, from written to the text, so that no reader sees half of it

    private ArgumentValue(object what, long bits = 0) => (_what, _bits) = (what, bits);

    /// <summary>False for a default value.</summary>
    internal readonly bool IsThere => _what is not null;

    internal static ArgumentValue Of(CedarValue value) => new(value);

    internal static ArgumentValue Long(long value) => new(s_long, value);

    /// <param name="tenThousandths">The number times 10,000.</param>
    internal static ArgumentValue Decimal(long tenThousandths) => new(s_decimal, tenThousandths);

    /// <summary>A text without escapes, where it stands in the arguments.</summary>
    internal static ArgumentValue Written(int at, int length) => new(s_written, ((long)at << 32) | (uint)length);

    /// <summary>The value where Cedar has a plain one for it: false for a set, a record or an address.</summary>
    /// <param name="json">The arguments it was read from.</param>
    /// <param name="scalar">The value; absent where the call does not give it.</param>
    internal bool TryToScalar(byte[] json, out CedarScalar scalar)
    {
        object? what = _what;
        scalar = what switch
        {
            null => CedarScalar.Absent,
            CedarValue value => CedarScalar.TryFrom(value, out CedarScalar plain) ? plain : CedarScalar.Absent,
            _ when what == s_long => CedarScalar.From(_bits),
            _ when what == s_decimal => CedarScalar.FromScaledDecimal(_bits),
            _ => CedarScalar.From(TextIn(json)),
        };
        return what is null || scalar.IsPresent;
    }

    /// <summary>The value; null where the call does not give it.</summary>
    /// <param name="json">The arguments it was read from.</param>
    internal CedarValue? ToValue(byte[] json) => _what switch
    {
        null => null,
        CedarValue value => value,
        var what when what == s_long => new CedarLong(_bits),
        var what when what == s_decimal => CedarDecimal.FromScaled(_bits),
        _ => TextIn(json),
    };

    private CedarString TextIn(byte[] json)
    {
        CedarString text = new(Encoding.UTF8.GetString(json, (int)(_bits >> 32), (int)_bits)); // gone over once, however many policies read it
        _what = text;
        return text;
    }
}
