namespace IntentAuthz.Credentials.Jwt;

/// <summary>The one rule for key ids: what can stand in a file name, a URL or a query without meaning anything there.</summary>
internal static class KeyIds
{
    internal const int MaxLength = 128;

    /// <summary>Whether this is 1 to 128 characters of the base64url alphabet.</summary>
    internal static bool IsValid(ReadOnlySpan<char> keyId)
    {
        if (keyId.IsEmpty || keyId.Length > MaxLength)
        {
            return false;
        }

        foreach (char c in keyId)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }
}
