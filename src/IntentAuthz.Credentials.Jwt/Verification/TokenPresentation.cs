using System.Net.Http.Headers;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// What one request showed to be let in: a token under a scheme, and with <c>DPoP</c> a proof for just this method and address. Nothing in it
/// has been checked. Immutable; it holds a secret and shows it nowhere.
/// </summary>
public sealed class TokenPresentation
{
    private TokenPresentation(string? scheme, string? token, string? proof, string? method, Uri? url, Refusal? refusal)
    {
        Scheme = scheme;
        Token = token;
        Proof = proof;
        Method = method;
        Url = url;
        Refusal = refusal;
    }

    internal string? Scheme { get; }

    internal string? Token { get; }

    internal string? Proof { get; }

    internal string? Method { get; }

    internal Uri? Url { get; }

    /// <summary>Why there is nothing to verify, when headers contradict each other.</summary>
    internal Refusal? Refusal { get; }

    internal bool IsDpop => string.Equals(Scheme, DpopFormat.Scheme, StringComparison.OrdinalIgnoreCase);

    internal bool IsBearer => string.Equals(Scheme, JwtFormat.BearerScheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>A token that came as <c>Authorization: Bearer</c>. One that is bound to a key is refused.</summary>
    /// <param name="token">The token; null when none came.</param>
    public static TokenPresentation Bearer(string? token) => new(JwtFormat.BearerScheme, token, null, null, null, null);

    /// <summary>A token that came as <c>Authorization: DPoP</c>, with its proof.</summary>
    /// <param name="token">The token; null when none came.</param>
    /// <param name="proof">What stood in <c>DPoP</c>; null when nothing did.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="url">
    /// The request's absolute address, as callers name this service: its origin from configuration, never from the <c>Host</c> header, which the
    /// caller writes. Query and fragment do not count.
    /// </param>
    public static TokenPresentation Dpop(string? token, string? proof, string method, Uri url)
    {
        Validate(method, url);
        return new TokenPresentation(DpopFormat.Scheme, token, proof, method, url, null);
    }

    /// <summary>What the headers of a request show, under whichever scheme. In ASP.NET Core, header values can be passed as they are.</summary>
    /// <param name="authorization">The values of <c>Authorization</c>.</param>
    /// <param name="proofs">The values of <c>DPoP</c>.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="url">As in <see cref="Dpop"/>.</param>
    public static TokenPresentation FromHeaders(IReadOnlyCollection<string?> authorization, IReadOnlyCollection<string?> proofs, string method, Uri url)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        ArgumentNullException.ThrowIfNull(proofs);
        Validate(method, url);
        if (authorization.Count > 1)
        {
            return Refused(JwtRefusalCodes.SeveralAuthorizations, "The request has several Authorization headers.");
        }

        if (proofs.Count > 1)
        {
            return Refused(JwtRefusalCodes.SeveralProofs, "The request has several DPoP headers.");
        }

        string? value = authorization.FirstOrDefault();
        if (string.IsNullOrEmpty(value))
        {
            return Refused(JwtRefusalCodes.TokenMissing, "There is no token.");
        }

        return AuthenticationHeaderValue.TryParse(value, out AuthenticationHeaderValue? header)
            && (header.Scheme.Equals(JwtFormat.BearerScheme, StringComparison.OrdinalIgnoreCase) || header.Scheme.Equals(DpopFormat.Scheme, StringComparison.OrdinalIgnoreCase))
                ? new TokenPresentation(header.Scheme, header.Parameter, proofs.FirstOrDefault(), method, url, null)
                : Refused(JwtRefusalCodes.SchemeNotAllowed, "The Authorization header's scheme is neither Bearer nor DPoP.");
    }

    /// <summary>The scheme alone, for logs.</summary>
    public override string ToString() => $"[{(IsDpop ? DpopFormat.Scheme : IsBearer ? JwtFormat.BearerScheme : "no")} token]";

    private static TokenPresentation Refused(string code, string message) => new(null, null, null, null, null, new Refusal(code, message));

    private static void Validate(string method, Uri url)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            throw new ArgumentException("Give the request's absolute http or https address, its origin from configuration.", nameof(url));
        }
    }
}
