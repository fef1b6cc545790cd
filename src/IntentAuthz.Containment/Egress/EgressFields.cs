namespace IntentAuthz.Containment;

/// <summary>Which fields of requests and responses go on from one side to the other.</summary>
internal static class EgressFields
{
    /// <summary>Fields between the client and this proxy (RFC 9110, section 7.6.1), and those that this proxy sets itself.</summary>
    private static readonly HashSet<string> s_ownInRequests = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Host", "Content-Length", "Expect",
        "Accept-Encoding", // responses are searched for secrets, so they must not come compressed
    };

    /// <summary>What a response says to the proxy alone, what it may not say in our name, and what would lead the child around the proxy.</summary>
    private static readonly HashSet<string> s_ownInResponses = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length", "Alt-Svc", "IntentAuthz-Reason", "IntentAuthz-Approval",
    };

    /// <summary>
    /// Fields by which services take another method, path or host than the request line says, which is what was decided: with the code they are
    /// refused with.
    /// </summary>
    private static readonly Dictionary<string, EgressRefusal> s_overrides = new(StringComparer.OrdinalIgnoreCase)
    {
        ["X-HTTP-Method-Override"] = new(405, EgressCodes.MethodRefused),
        ["X-HTTP-Method"] = new(405, EgressCodes.MethodRefused),
        ["X-Method-Override"] = new(405, EgressCodes.MethodRefused),
        ["X-Original-URL"] = new(400, EgressCodes.BadPath),
        ["X-Rewrite-URL"] = new(400, EgressCodes.BadPath),
        ["X-Forwarded-Host"] = new(400, EgressCodes.BadHost),
        ["X-Original-Host"] = new(400, EgressCodes.BadHost),
        ["X-Host"] = new(400, EgressCodes.BadHost),
        ["Forwarded"] = new(400, EgressCodes.BadHost),
    };

    /// <summary>
    /// Why a field of a request is refused for its name; null where it is not. Servers of the CGI kind take an underscore for a hyphen, so a name that is
    /// one of ours, or of those above, in that spelling is none that may be sent.
    /// </summary>
    internal static EgressRefusal? WhyRefused(string name)
    {
        bool isPlain = !name.Contains('_', StringComparison.Ordinal);
        string usual = isPlain ? name : name.Replace('_', '-');
        return s_overrides.TryGetValue(usual, out EgressRefusal? refusal) ? refusal
            : isPlain || (IsSentOn(usual) && !IsCredential(usual)) ? null
            : new EgressRefusal(400, EgressCodes.Malformed);
    }

    /// <summary>Whether a field of a request is sent on.</summary>
    internal static bool IsSentOn(string name) => !s_ownInRequests.Contains(name) && !IsOfProxies(name);

    /// <summary>Whether a field of a response is handed back.</summary>
    internal static bool IsHandedBack(string name) => !s_ownInResponses.Contains(name) && !IsOfProxies(name);

    /// <summary>Whether a field shows who the client is to the service.</summary>
    internal static bool IsCredential(string name) =>
        name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || name.Equals("Cookie", StringComparison.OrdinalIgnoreCase);

    /// <summary>Visible characters, blanks, and bytes above ASCII (RFC 9110, section 5.5): no control character, so no line within a line.</summary>
    internal static bool IsValue(ReadOnlySpan<char> value)
    {
        foreach (char c in value)
        {
            if ((c < ' ' && c != '\t') || c is '\x7f' or > '\xff')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOfProxies(string name) => name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase);
}
