using System.Globalization;
using System.Text;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Compares the address that a proof names with that of the request, without query and fragment, after normalisation by RFC 3986, sections 6.2.2
/// and 6.2.3, as RFC 9449, section 4.3 wants it: case of scheme and host, default port, dot segments, needless escapes.
/// </summary>
internal static class HttpAddress
{
    /// <summary>Whether text from a proof names the request's address.</summary>
    internal static bool Names(string text, Uri request)
    {
        foreach (char c in text)
        {
            // What is no character of an address, and what .NET would read as another one.
            if (c is <= ' ' or >= '\u007f' or '\\' or '"' or '<' or '>' or '^' or '`' or '{' or '|' or '}')
            {
                return false;
            }
        }

        return Uri.TryCreate(text, UriKind.Absolute, out Uri? named)
            && (named.Scheme == Uri.UriSchemeHttps || named.Scheme == Uri.UriSchemeHttp)
            && named.UserInfo.Length == 0
            && string.Equals(Normal(named), Normal(request), StringComparison.Ordinal);
    }

    private static string Normal(Uri uri) => string.Create(
        CultureInfo.InvariantCulture, $"{uri.Scheme}://{uri.IdnHost.ToLowerInvariant()}:{uri.Port}{WithNeededEscapesOnly(uri.AbsolutePath)}");

    /// <summary>Undoes the escapes of characters that never need one, and writes the others in upper case.</summary>
    private static string WithNeededEscapesOnly(string path)
    {
        if (!path.Contains('%'))
        {
            return path;
        }

        StringBuilder normal = new(path.Length);
        for (int i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length && byte.TryParse(path.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                char c = (char)value;
                normal.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' ? c.ToString() : $"%{value:X2}");
                i += 2;
            }
            else
            {
                normal.Append(path[i]);
            }
        }

        return normal.ToString();
    }
}
