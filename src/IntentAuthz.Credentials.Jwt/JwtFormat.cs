namespace IntentAuthz.Credentials.Jwt;

/// <summary>What issuer and verifier agree on about a token's form.</summary>
internal static class JwtFormat
{
    internal const string Algorithm = "ES256";

    /// <summary>An access token (RFC 9068, section 2.1).</summary>
    internal const string Type = "at+jwt";

    /// <summary>The one <c>type</c> of <c>authorization_details</c> (RFC 9396, section 2): the task a token was given out for.</summary>
    internal const string TaskDetail = "intentauthz_task";

    /// <summary>RFC 6750.</summary>
    internal const string BearerScheme = "Bearer";

    internal const string SubjectIsPerson = "person";
    internal const string SubjectIsService = "service";
    internal const string SubjectIsAgent = "agent";

    /// <summary>Whether this is a scope-token (RFC 6749, section 3.3): visible ASCII without quote and backslash. A blank would make two scopes of one.</summary>
    internal static bool IsScope(ReadOnlySpan<char> scope)
    {
        foreach (char c in scope)
        {
            if (c is < '!' or > '~' or '"' or '\\')
            {
                return false;
            }
        }

        return !scope.IsEmpty;
    }
}
