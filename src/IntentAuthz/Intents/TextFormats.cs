using System.Globalization;
using System.Text;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The string formats of JSON Schema that have a Cedar type, from the one spelling to the other. Each gives null for a text that is not of the
/// format, and for one that Cedar cannot hold exactly.
/// </summary>
internal static class TextFormats
{
    private const int MaxLength = 64; // no date, duration, address or decimal is longer
    private const int MillisecondDigits = 3;

    /// <summary>RFC 3339, date or date-time. Without a time zone a time means nothing, so such a text is refused.</summary>
    internal static CedarDatetime? DateTime(string text)
    {
        if (text.Length is < 10 or > MaxLength)
        {
            return null;
        }

        if (text.Length == 10)
        {
            return CedarDatetime.TryParse(text, out CedarDatetime? date) ? date : null;
        }

        // 2026-03-02T09:00:00.123456+01:00 is 2026-03-02T09:00:00.123+0100 in Cedar, if nothing is lost.
        string upper = text.ToUpperInvariant();
        int zone = upper.IndexOfAny(['Z', '+', '-'], 10);
        if (upper[10] != 'T' || zone < 0)
        {
            return null;
        }

        string time = upper[..zone];
        string offset = upper[zone..];
        int point = time.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            string fraction = time[(point + 1)..].TrimEnd('0');
            if (point == time.Length - 1 || fraction.Length > MillisecondDigits)
            {
                return null;
            }

            time = $"{time[..point]}.{fraction.PadRight(MillisecondDigits, '0')}";
        }

        if (offset != "Z")
        {
            if (offset.Length != 6 || offset[3] != ':')
            {
                return null;
            }

            offset = offset.Remove(3, 1);
        }

        return CedarDatetime.TryParse(time + offset, out CedarDatetime? result) ? result : null;
    }

    /// <summary>ISO 8601. Years and months have no fixed length, so a duration that names them is refused.</summary>
    internal static CedarDuration? Duration(string text)
    {
        if (text.Length is < 3 or > MaxLength || text[0] != 'P')
        {
            return null;
        }

        Int128 milliseconds = 0;
        string units = "WDTHMS";
        int at = 1;
        bool any = false;
        while (at < text.Length)
        {
            if (text[at] == 'T')
            {
                if (!TakeUnit(ref units, 'T') || ++at == text.Length)
                {
                    return null;
                }

                continue;
            }

            int start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            {
                at++;
            }

            // After the T stand hours, minutes and seconds; before it, weeks and days.
            if (at == text.Length || (text[at] is 'W' or 'D') != units.Contains('T', StringComparison.Ordinal) || !TakeUnit(ref units, text[at]))
            {
                return null;
            }

            if (!JsonNumber.TryRead(Encoding.ASCII.GetBytes(text[start..at]), out JsonNumber number) || start == at || text[start] == '.'
                || !number.TryScale(text[at] == 'S' ? MillisecondDigits : 0, out long count))
            {
                return null;
            }

            milliseconds += (Int128)count * text[at] switch { 'W' => 7 * 86_400_000L, 'D' => 86_400_000L, 'H' => 3_600_000L, 'M' => 60_000L, _ => 1L };
            any = true;
            at++;
        }

        return any && milliseconds <= long.MaxValue
            && CedarDuration.TryParse(string.Create(CultureInfo.InvariantCulture, $"{(long)milliseconds}ms"), out CedarDuration? result)
            ? result
            : null;
    }

    /// <summary>One address. A network is not an address.</summary>
    internal static CedarIpAddress? IpAddress(string text) =>
        text.Length <= MaxLength && !text.Contains('/', StringComparison.Ordinal) && CedarIpAddress.TryParse(text, out CedarIpAddress? result) ? result : null;

    internal static CedarDecimal? Decimal(string text) =>
        text.Length <= MaxLength && CedarDecimal.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : text + ".0", out CedarDecimal? result) ? result : null;

    /// <summary>Takes a unit, and with it all that may not follow it any more.</summary>
    private static bool TakeUnit(ref string units, char unit)
    {
        int index = units.IndexOf(unit, StringComparison.Ordinal);
        if (index < 0)
        {
            return false;
        }

        units = units[(index + 1)..];
        return true;
    }
}
