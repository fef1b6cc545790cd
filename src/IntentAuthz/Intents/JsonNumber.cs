using System.Buffers.Text;

namespace IntentAuthz;

/// <summary>
/// A JSON number as it was written, without rounding: <c>digits × 10^exponent</c>, both ends of the digits trimmed of zeros.
/// Going through <see cref="double"/> or <see cref="decimal"/> would change what is decided from what the tool receives.
/// </summary>
internal readonly ref struct JsonNumber
{
    /// <summary>More digits than any number policy or a tool can mean; longer ones are refused.</summary>
    internal const int MaxDigits = 64;

    /// <summary>The longest canonical text: sign, digits, point and zeros, or an exponent.</summary>
    internal const int MaxText = MaxDigits + 2 + MaxPlainZeros + 8;

    private const int MaxPlainZeros = 20;

    private readonly ReadOnlySpan<byte> _raw;
    private readonly int _pointAt;
    private readonly int _mantissaEnd;

    private JsonNumber(ReadOnlySpan<byte> raw, int pointAt, int mantissaEnd, int exponent)
    {
        _raw = raw;
        _pointAt = pointAt;
        _mantissaEnd = mantissaEnd;
        WrittenExponent = exponent;
    }

    private int WrittenExponent { get; }

    private bool IsNegative => _raw[0] == (byte)'-';

    /// <summary>Splits a number the JSON parser has already accepted. False when it is too long or its exponent too large to mean anything.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> raw, out JsonNumber number)
    {
        number = default;
        int mantissaEnd = raw.IndexOfAny((byte)'e', (byte)'E');
        int exponent = 0;
        if (mantissaEnd < 0)
        {
            mantissaEnd = raw.Length;
        }
        else
        {
            ReadOnlySpan<byte> text = raw[(mantissaEnd + 1)..];
            if (text[0] == (byte)'+')
            {
                text = text[1..];
            }

            if (!Utf8Parser.TryParse(text, out exponent, out int used) || used != text.Length || exponent is < -1000 or > 1000)
            {
                return false;
            }
        }

        if (mantissaEnd > MaxDigits + 2)
        {
            return false;
        }

        number = new JsonNumber(raw, raw[..mantissaEnd].IndexOf((byte)'.'), mantissaEnd, exponent);
        return true;
    }

    /// <summary>Whether a number that the JSON parser has accepted is an integer whose canonical text is the one it has.</summary>
    internal static bool IsShortInteger(ReadOnlySpan<byte> raw) =>
        raw is [>= (byte)'1' and <= (byte)'9', ..] or [(byte)'-', >= (byte)'1' and <= (byte)'9', ..] or [(byte)'0']
        && raw.Length <= MaxPlainZeros && !raw[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>The value times 10^<paramref name="scale"/> when that is exactly a 64-bit integer.</summary>
    internal bool TryScale(int scale, out long value)
    {
        value = 0;
        Span<byte> digits = stackalloc byte[MaxDigits + 2];
        int count = Normalise(digits, out int exponent);
        exponent += scale;
        if (count == 0)
        {
            return true;
        }

        if (exponent < 0 || count + exponent > 19)
        {
            return false;
        }

        Int128 magnitude = 0;
        for (int i = 0; i < count + exponent; i++)
        {
            magnitude = (magnitude * 10) + (i < count ? digits[i] - '0' : 0);
        }

        Int128 signed = IsNegative ? -magnitude : magnitude;
        if (signed < long.MinValue || signed > long.MaxValue)
        {
            return false;
        }

        value = (long)signed;
        return true;
    }

    /// <summary>
    /// Writes one text for all spellings of the same value: <c>1e2</c>, <c>100</c> and <c>100.0</c> become <c>100</c>. It is the plain
    /// form as long as that adds few zeros, since policies compare with it where an argument is mapped to text.
    /// </summary>
    internal int WriteCanonical(Span<byte> destination)
    {
        Span<byte> digits = stackalloc byte[MaxDigits + 2];
        int count = Normalise(digits, out int exponent);
        if (count == 0)
        {
            destination[0] = (byte)'0';
            return 1;
        }

        int at = 0;
        if (IsNegative)
        {
            destination[at++] = (byte)'-';
        }

        ReadOnlySpan<byte> significant = digits[..count];
        if (exponent is < -MaxPlainZeros or > MaxPlainZeros)
        {
            significant.CopyTo(destination[at..]);
            at += count;
            destination[at++] = (byte)'e';
            _ = Utf8Formatter.TryFormat(exponent, destination[at..], out int written);
            return at + written;
        }

        return at + WritePlain(significant, exponent, destination[at..]);
    }

    private static int WritePlain(ReadOnlySpan<byte> digits, int exponent, Span<byte> destination)
    {
        int whole = digits.Length + exponent; // how many digits stand before the point
        if (exponent >= 0)
        {
            digits.CopyTo(destination);
            destination[digits.Length..whole].Fill((byte)'0');
            return whole;
        }

        if (whole > 0)
        {
            digits[..whole].CopyTo(destination);
            destination[whole] = (byte)'.';
            digits[whole..].CopyTo(destination[(whole + 1)..]);
            return digits.Length + 1;
        }

        "0."u8.CopyTo(destination);
        destination[2..(2 - whole)].Fill((byte)'0');
        digits.CopyTo(destination[(2 - whole)..]);
        return 2 - whole + digits.Length;
    }

    private int Normalise(Span<byte> digits, out int exponent)
    {
        int count = 0;
        exponent = WrittenExponent;
        for (int i = IsNegative ? 1 : 0; i < _mantissaEnd; i++)
        {
            if (i == _pointAt)
            {
                continue;
            }

            if (_pointAt >= 0 && i > _pointAt)
            {
                exponent--;
            }

            if (count > 0 || _raw[i] != (byte)'0')
            {
                digits[count++] = _raw[i];
            }
        }

        while (count > 0 && digits[count - 1] == (byte)'0')
        {
            count--;
            exponent++;
        }

        return count;
    }
}
