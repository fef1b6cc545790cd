using System.Buffers.Text;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// A compact token (RFC 7515, section 7.1), taken apart. Only the canonical form passes: the base64url alphabet without padding or
/// whitespace, and no bits left over, so that one token has one text.
/// </summary>
internal readonly struct TokenParts
{
    private const int SignatureCharacters = 86; // 64 bytes

    private TokenParts(byte[] header, byte[] claims)
    {
        Header = header;
        Claims = claims;
    }

    internal byte[] Header { get; }

    internal byte[] Claims { get; }

    internal static bool TrySplit(string token, out TokenParts parts)
    {
        parts = default;
        ReadOnlySpan<char> rest = token;
        int first = rest.IndexOf('.');
        int second = first < 0 ? -1 : rest[(first + 1)..].IndexOf('.');
        if (second < 0)
        {
            return false;
        }

        ReadOnlySpan<char> header = rest[..first];
        ReadOnlySpan<char> claims = rest.Slice(first + 1, second);
        ReadOnlySpan<char> signature = rest[(first + second + 2)..];
        if (!IsCanonical(header) || !IsCanonical(claims) || !IsSignature(signature))
        {
            return false;
        }

        parts = new TokenParts(Base64Url.DecodeFromChars(header), Base64Url.DecodeFromChars(claims));
        return true;
    }

    /// <summary>An unsigned token's empty signature passes here, to be refused for its algorithm, or else as a bad signature.</summary>
    private static bool IsSignature(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text.Length <= SignatureCharacters * 8 && IsCanonical(text));

    private static bool IsCanonical(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length % 4 == 1)
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        // The last character of an incomplete group carries 4 or 2 bits that no byte uses.
        int unused = (text.Length % 4) switch
        {
            2 => 0b1111,
            3 => 0b11,
            _ => 0,
        };
        return (ValueOf(text[^1]) & unused) == 0;
    }

    private static int ValueOf(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '-' => 62,
        _ => 63,
    };
}
