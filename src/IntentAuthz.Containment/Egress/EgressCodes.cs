namespace IntentAuthz.Containment;

/// <summary>
/// The codes with which requests are refused on the way out: in the header <c>IntentAuthz-Reason</c> and the body, and as the reason of the denial
/// in the audit. Those of the guard (<see cref="ReasonCodes"/>) come in the same way.
/// </summary>
public static class EgressCodes
{
    /// <summary>The request is not written as RFC 9112 says, or in a way that two readers could read differently.</summary>
    public const string Malformed = "malformed-request";

    /// <summary>Its length is given twice, both ways, or in a way that is not known.</summary>
    public const string AmbiguousLength = "ambiguous-length";

    /// <summary>It names no host, one in an unusual spelling, or two.</summary>
    public const string BadHost = "bad-host";

    /// <summary>Its path has dot segments, empty segments or escapes that services read differently.</summary>
    public const string BadPath = "bad-path";

    /// <summary>Its head is too long or has too many fields.</summary>
    public const string HeadTooLarge = "head-too-large";

    /// <summary>Its body is too long.</summary>
    public const string BodyTooLarge = "body-too-large";

    /// <summary>It is not addressed to a proxy: its target is no absolute URL.</summary>
    public const string NotForProxy = "not-for-proxy";

    /// <summary>The method is one that is never forwarded, or has lower-case letters: libraries take <c>get</c> for <c>GET</c>, policies do not.</summary>
    public const string MethodRefused = "method-refused";

    /// <summary>It expects something else than <c>100-continue</c>.</summary>
    public const string UnknownExpectation = "unknown-expectation";

    /// <summary>It carries a credential of the child's own, and that is not allowed.</summary>
    public const string OwnCredential = "own-credential";

    /// <summary>The proxy's listening socket is shared, and the request has not its token.</summary>
    public const string ProxyAuthentication = "proxy-authentication-required";

    /// <summary>One of the host's addresses is not a public one, and the grant does not allow that.</summary>
    public const string AddressRefused = "address-refused";

    /// <summary>The host has no address.</summary>
    public const string HostNotFound = "host-not-found";

    /// <summary>The host could not be reached, or its answer is not HTTP.</summary>
    public const string HostUnreachable = "host-unreachable";

    /// <summary>The call's credential is for another origin, or the request is a tunnel, which no credential can be put on.</summary>
    public const string CredentialElsewhere = "credential-elsewhere";

    /// <summary>A tunnel's TLS names another host than the tunnel is for, or its first message cannot be read. The tunnel is closed; only the audit tells.</summary>
    public const string OtherServerName = "other-server-name";

    /// <summary>The response is larger than it may be.</summary>
    public const string ResponseTooLarge = "response-too-large";

    /// <summary>The response to a request with a credential is compressed, so that it could not be searched for the credential.</summary>
    public const string ResponseUnreadable = "response-unreadable";

    /// <summary>It took too long.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>There are too many connections.</summary>
    public const string TooManyConnections = "too-many-connections";

    /// <summary>The task, or one above it, has as many tunnels open as it may have.</summary>
    public const string TooManyTunnels = "too-many-tunnels";
}
