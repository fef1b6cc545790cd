using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace IntentAuthz.Cedar.Extensions;

/// <summary>
/// The text form of IP addresses. System.Net's parser is not used: it accepts leading zeros as octal, <c>1.2</c> as 1.0.0.2,
/// scope ids and brackets, none of which Cedar does.
/// </summary>
internal static class IpFormat
{
    // The longest form is eight groups of four digits and "/128".
    private const int MaxLength = 43;

    /// <summary>Parses an address or range. Returns what is wrong, or null.</summary>
    public static string? Parse(ReadOnlySpan<char> text, out CedarIpAddress? address)
    {
        address = null;
        // The reference counts UTF-8 bytes; whatever is not ASCII is refused further down, so counting UTF-16 units only ever
        // changes which of two messages is given.
        if (text.Length > MaxLength)
        {
            return $"error parsing IP address from string `{CedarText.Shorten(text)}`: string length is too large";
        }

        if (text.Count(':') >= 2 && text.Count('.') >= 2)
        {
            return $"error parsing IP address from string: We do not accept IPv4 embedded in IPv6 (e.g., ::ffff:127.0.0.1). Found: `{text}`";
        }

        var slash = text.IndexOf('/');
        var bare = slash < 0 ? text : text[..slash];
        var isIpv4 = TryParseIpv4(bare, out var bits);
        if (!isIpv4 && !TryParseIpv6(bare, out bits))
        {
            return slash < 0 ? $"invalid IP address: {text}" : $"error parsing IP address from the string `{bare}`: invalid IP address syntax";
        }

        var width = isIpv4 ? 32 : 128;
        var prefixLength = width;
        if (slash >= 0 && ParsePrefix(text[(slash + 1)..], width, out prefixLength) is { } error)
        {
            return error;
        }

        address = new(isIpv4, bits, prefixLength);
        return null;
    }

    /// <summary>Writes the address, with the prefix length where it is a range.</summary>
    public static string Format(CedarIpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address.Bits);
        var text = new IPAddress(address.IsIpv4 ? bytes[12..] : bytes);
        var written = address.IsIpv4 ? text.ToString() : FormatIpv6(bytes);
        return address.PrefixLength == (address.IsIpv4 ? 32 : 128)
            ? written
            : string.Create(CultureInfo.InvariantCulture, $"{written}/{address.PrefixLength}");
    }

    private static string? ParsePrefix(ReadOnlySpan<char> text, int width, out int prefixLength)
    {
        prefixLength = 0;
        var maxLength = width == 32 ? 2 : 3;
        if (text.Length > maxLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"error parsing prefix: string length {text.Length} is too large");
        }

        if (text.ContainsAnyExceptInRange('0', '9'))
        {
            return $"error parsing prefix `{text}`: encountered non-digit";
        }

        if (text.IsEmpty)
        {
            return "error parsing prefix from the string ``: cannot parse integer from empty string";
        }

        if (text.Length > 1 && text[0] == '0')
        {
            return $"error parsing prefix `{text}`: leading zero(s)";
        }

        prefixLength = int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return prefixLength > width
            ? string.Create(CultureInfo.InvariantCulture, $"error parsing prefix: {prefixLength} is larger than the limit {width}")
            : null;
    }

    // Four decimal numbers without leading zeros.
    private static bool TryParseIpv4(ReadOnlySpan<char> text, out UInt128 bits)
    {
        bits = 0;
        for (var i = 0; i < 4; i++)
        {
            var end = text.IndexOf('.');
            if (end < 0 != (i == 3))
            {
                return false;
            }

            var part = end < 0 ? text : text[..end];
            if (part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9') || (part.Length > 1 && part[0] == '0'))
            {
                return false;
            }

            var number = int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture);
            if (number > 255)
            {
                return false;
            }

            bits = (bits << 8) | (uint)number;
            text = end < 0 ? [] : text[(end + 1)..];
        }

        return true;
    }

    // Eight groups of one to four hexadecimal digits; one "::" stands for one or more groups of zeros. The embedded IPv4 form
    // cannot occur here: it was refused above.
    private static bool TryParseIpv6(ReadOnlySpan<char> text, out UInt128 bits)
    {
        bits = 0;
        var gap = text.IndexOf("::");
        if (gap < 0)
        {
            return TryParseGroups(text, out bits, out var count) && count == 8;
        }

        if (!TryParseGroups(text[..gap], out var head, out var headCount) || !TryParseGroups(text[(gap + 2)..], out var tail, out var tailCount)
            || headCount + tailCount > 7)
        {
            return false;
        }

        bits = (headCount == 0 ? 0 : head << (16 * (8 - headCount))) | tail;
        return true;
    }

    private static bool TryParseGroups(ReadOnlySpan<char> text, out UInt128 bits, out int count)
    {
        (bits, count) = (0, 0);
        if (text.IsEmpty)
        {
            return true;
        }

        while (true)
        {
            var end = text.IndexOf(':');
            var group = end < 0 ? text : text[..end];
            if (group.Length is 0 or > 4 || ++count > 8)
            {
                return false;
            }

            foreach (var digit in group)
            {
                if (!char.IsAsciiHexDigit(digit))
                {
                    return false;
                }
            }

            bits = (bits << 16) | uint.Parse(group, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (end < 0)
            {
                return true;
            }

            text = text[(end + 1)..];
        }
    }

    // System.Net writes IPv4-mapped addresses with dots, which Cedar does not read back.
    private static string FormatIpv6(ReadOnlySpan<byte> bytes)
    {
        Span<int> groups = stackalloc int[8];
        for (var i = 0; i < 8; i++)
        {
            groups[i] = BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]);
        }

        var (gapStart, gapLength) = LongestZeroRun(groups);
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < 8; i++)
        {
            if (i == gapStart && gapLength > 1)
            {
                text.Append("::");
                i += gapLength - 1;
                continue;
            }

            if (i > 0 && !(gapLength > 1 && i == gapStart + gapLength))
            {
                text.Append(':');
            }

            text.Append(groups[i].ToString("x", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static (int Start, int Length) LongestZeroRun(ReadOnlySpan<int> groups)
    {
        var best = (Start: -1, Length: 0);
        for (var i = 0; i < groups.Length; i++)
        {
            var length = 0;
            while (i + length < groups.Length && groups[i + length] == 0)
            {
                length++;
            }

            if (length > best.Length)
            {
                best = (i, length);
            }

            i += length;
        }

        return best;
    }
}
