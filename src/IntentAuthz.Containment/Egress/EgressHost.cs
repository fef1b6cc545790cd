using System.Globalization;
using System.Net;

namespace IntentAuthz.Containment;

/// <summary>
/// Hosts and ports as requests name them. One host has one spelling here: names in lower-case ASCII without the dot at their end, addresses in
/// their usual form. All other spellings that a resolver or a library might take for an address are no host.
/// </summary>
internal static class EgressHost
{
    /// <summary>Reads <c>host</c> or <c>host:port</c>. A colon must be followed by a port.</summary>
    internal static bool TryParseAuthority(ReadOnlySpan<char> authority, out string host, out int? port)
    {
        (host, port) = ("", null);
        ReadOnlySpan<char> name = authority;
        if (authority.StartsWith("["))
        {
            int end = authority.IndexOf(']');
            if (end < 0)
            {
                return false;
            }

            name = authority[..(end + 1)];
        }
        else if (authority.IndexOf(':') is >= 0 and int colon)
        {
            name = authority[..colon];
        }

        ReadOnlySpan<char> rest = authority[name.Length..];
        if (!rest.IsEmpty)
        {
            if (rest[0] != ':' || rest.Length is < 2 or > 6 || rest[1] == '0' || rest[1..].ContainsAnyExceptInRange('0', '9')
                || !int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > 65535)
            {
                return false;
            }

            port = number;
        }

        return TryNormalise(name, out host);
    }

    /// <summary>The one spelling of a host; an IPv6 address without its brackets.</summary>
    internal static bool TryNormalise(ReadOnlySpan<char> name, out string host)
    {
        host = "";
        if (name.StartsWith("["))
        {
            if (!name.EndsWith("]") || name.Contains('%') || !IPAddress.TryParse(name[1..^1], out IPAddress? address) || !address.ToString().Contains(':', StringComparison.Ordinal))
            {
                return false;
            }

            host = address.ToString();
            return true;
        }

        if (name.Length > 1 && name[^1] == '.')
        {
            name = name[..^1];
        }

        if (name.IsEmpty || name.Length > 253)
        {
            return false;
        }

        bool isNumber = true; // of the last label: whatever ends in a number is an address or nothing (WHATWG URL, "ends in a number")
        foreach (Range part in name.Split('.'))
        {
            ReadOnlySpan<char> label = name[part];
            if (label.IsEmpty || label.Length > 63 || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            bool isDigits = true;
            foreach (char c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                {
                    return false;
                }

                isDigits &= char.IsAsciiDigit(c);
            }

            isNumber = isDigits || (label.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && !label[2..].ContainsAnyExcept(s_hexadecimal));
        }

        if (!isNumber)
        {
            host = name.ToString().ToLowerInvariant();
            return true;
        }

        // Decimal, octal, hexadecimal and short spellings of IPv4 are parsed by libraries, each in its own way: only the usual one is a host.
        if (!IPAddress.TryParse(name, out IPAddress? usual) || !name.SequenceEqual(usual.ToString()))
        {
            return false;
        }

        host = name.ToString();
        return true;
    }

    /// <summary>The host as it stands in a URL or a <c>Host</c> field.</summary>
    internal static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static readonly System.Buffers.SearchValues<char> s_hexadecimal = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}
