using System.Text;

namespace IntentAuthz.Containment;

/// <summary>
/// The path of a request in one spelling (RFC 3986, section 6.2.2), so that policy reads what the service will: characters that need no escape
/// are not escaped, escapes are in upper case. What services read differently (dot segments, an empty segment, an escaped backslash or NUL) is
/// no path here.
/// </summary>
internal static class RequestPath
{
    private static readonly System.Buffers.SearchValues<char> s_path = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/");

    private static readonly System.Buffers.SearchValues<char> s_query = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/?%[]{}|^`\\");

    /// <summary>Reads what follows the authority: nothing, or a path, with or without a query.</summary>
    internal static bool TryParse(ReadOnlySpan<char> target, out string path, out string query)
    {
        (path, query) = ("/", "");
        int mark = target.IndexOf('?');
        if (mark >= 0)
        {
            if (target[(mark + 1)..].ContainsAnyExcept(s_query))
            {
                return false;
            }

            query = target[(mark + 1)..].ToString();
            target = target[..mark];
        }

        if (target.IsEmpty)
        {
            return true;
        }

        if (target[0] != '/' || !TryNormalise(target, out path))
        {
            return false;
        }

        return IsPlain(path);
    }

    private static bool TryNormalise(ReadOnlySpan<char> raw, out string path)
    {
        path = "";
        StringBuilder normal = new(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            char c = raw[i];
            if (c != '%')
            {
                if (!s_path.Contains(c))
                {
                    return false;
                }

                normal.Append(c);
                continue;
            }

            if (i + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[i + 1]) || !char.IsAsciiHexDigit(raw[i + 2]))
            {
                return false;
            }

            int value = (Convert.ToInt32(char.ToString(raw[i + 1]), 16) << 4) | Convert.ToInt32(char.ToString(raw[i + 2]), 16);
            i += 2;
            if (value is < 0x20 or 0x5C or 0x7F)
            {
                return false;
            }

            if (char.IsAsciiLetterOrDigit((char)value) || value is '-' or '.' or '_' or '~')
            {
                normal.Append((char)value);
            }
            else
            {
                normal.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        path = normal.ToString();
        return true;
    }

    /// <summary>Whether no segment is empty but the last, and none is a dot or two, also where an escaped slash or parameters cut it.</summary>
    private static bool IsPlain(string path)
    {
        string cut = path.Replace("%2F", "/", StringComparison.Ordinal);
        string[] segments = cut.Split('/');
        for (int i = 1; i < segments.Length; i++)
        {
            string segment = segments[i].Split(';', 2)[0];
            if (segment is "." or ".." || (segments[i].Length == 0 && i < segments.Length - 1))
            {
                return false;
            }
        }

        return true;
    }
}
