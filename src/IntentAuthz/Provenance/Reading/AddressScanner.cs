using System.Collections.Frozen;

namespace IntentAuthz;

/// <summary>
/// Reads what leads somebody somewhere: mail addresses, web addresses, phone numbers, account numbers. Where a text goes to other people, what
/// it leads them to matters more than what it says.
/// </summary>
internal static class AddressScanner
{
    private const int MinPhoneDigits = 7;
    private const int MinAccountLength = 10;

    // A two-letter end of a name is a country's, unless files end so too; of the others, those that many addresses have.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_domains = SetOf(
        ["com", "org", "net", "edu", "gov", "info", "biz", "app", "dev", "online", "site", "shop", "cloud", "store", "xyz", "link", "email", "page", "web", "tech", "bank", "company", "example", "test"]);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_files = SetOf(
        ["md", "py", "js", "cs", "sh", "rs", "ts", "go", "rb", "pl", "so", "gz", "db", "ps", "vb", "cc", "mm"]);

    internal static bool TryRead(string text, int start, ReadOnlySpan<char> token, out Mention mention)
    {
        mention = default;
        if (token.Length < 2)
        {
            return false;
        }

        int at = token.IndexOf('@');
        if (at > 0 && at < token.Length - 3 && token[(at + 1)..].Contains('.') && !token.Contains('/'))
        {
            mention = new Mention(MentionKind.MailAddress, start, token.Length, 0);
            return true;
        }

        if (IsWebAddress(token))
        {
            mention = new Mention(MentionKind.WebAddress, start, token.Length, 0);
            return true;
        }

        if (IsAccount(token))
        {
            mention = new Mention(MentionKind.Account, start, token.Length, 0);
            return true;
        }

        return TryReadPhone(text, start, token, out mention);
    }

    /// <summary>The host of a web address without <c>www.</c>: two addresses on one host have the same.</summary>
    internal static ReadOnlySpan<char> HostOf(ReadOnlySpan<char> address)
    {
        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        ReadOnlySpan<char> host = scheme >= 0 ? address[(scheme + 3)..] : address;
        int end = host.IndexOfAny('/', '?', '#');
        host = end >= 0 ? host[..end] : host;
        int user = host.LastIndexOf('@');
        host = user >= 0 ? host[(user + 1)..] : host;
        return host.StartsWith("www.") ? host[4..] : host;
    }

    internal static bool IsWebAddress(ReadOnlySpan<char> token)
    {
        if (!token.Contains('.') && !token.Contains(':'))
        {
            return false;
        }

        if (token.StartsWith("http://") || token.StartsWith("https://"))
        {
            return token.Length > 8;
        }

        ReadOnlySpan<char> host = HostOf(token);
        int dot = host.LastIndexOf('.');
        if (dot <= 0 || dot == host.Length - 1 || !char.IsLetter(token[0]) && !char.IsDigit(token[0]))
        {
            return false;
        }

        ReadOnlySpan<char> last = host[(dot + 1)..];
        foreach (char c in host)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('.' or '-' or '_'))
            {
                return false;
            }
        }

        return token.StartsWith("www.")
            || s_domains.Contains(last)
            || (last.Length == 2 && char.IsLetter(last[0]) && char.IsLetter(last[1]) && !s_files.Contains(last) && dot > 1);
    }

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> SetOf(string[] words) =>
        words.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Letters and digits without a space: two letters and many digits, as an IBAN has, or ten digits and more.</summary>
    private static bool IsAccount(ReadOnlySpan<char> token)
    {
        if (token.Length < MinAccountLength)
        {
            return false;
        }

        int digits = 0;
        foreach (char c in token)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }

            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return digits >= MinAccountLength - 2;
    }

    /// <summary>A plus and digits, or groups of digits: <c>+44 20 7946 0958</c>, <c>555-0142-77</c>.</summary>
    private static bool TryReadPhone(string text, int start, ReadOnlySpan<char> token, out Mention mention)
    {
        mention = default;
        if (token[0] != '+' && !(char.IsAsciiDigit(token[0]) && token.IndexOf('-') is 3 or 4 && token.Length >= 8 && token.Count('-') <= 3 && !LooksLikeDate(token)))
        {
            return false;
        }

        int digits = 0;
        int end = start;
        for (int i = start; i < text.Length && i - start < 24; i++)
        {
            char c = text[i];
            if (char.IsAsciiDigit(c))
            {
                digits++;
                end = i + 1;
            }
            else if (c is not (' ' or '-' or '.' or '+' or '(' or ')' or '/'))
            {
                break;
            }
        }

        mention = new Mention(MentionKind.Phone, start, end - start, 0);
        return digits >= MinPhoneDigits;
    }

    private static bool LooksLikeDate(ReadOnlySpan<char> token) => token.IndexOf('-') == 4 && token.Length >= 10 && token[7] == '-';
}
