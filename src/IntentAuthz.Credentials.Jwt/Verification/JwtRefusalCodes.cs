namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Why a verifier refused a token. The codes are stable: services branch on them and logs are searched by them. Up to
/// <see cref="BadSignature"/> they tell about text that anybody may have written; after it, about a token that the issuer signed. Do not
/// send them to the caller beyond what RFC 6750 provides (<c>invalid_token</c>, or <c>insufficient_scope</c>).
/// </summary>
public static class JwtRefusalCodes
{
    /// <summary>There is no token.</summary>
    public const string TokenMissing = "token-missing";

    /// <summary>The token has more than <see cref="JwtCredentialVerifier.MaxTokenLength"/> characters. It was not looked at.</summary>
    public const string TokenTooLarge = "token-too-large";

    /// <summary>The token is not three parts of canonical base64url with JSON objects in the first two, or nests too deep.</summary>
    public const string TokenMalformed = "token-malformed";

    /// <summary>Header or claims hold a member twice at some depth, so that two readers could see two tokens.</summary>
    public const string DuplicateMember = "duplicate-member";

    /// <summary><c>alg</c> is missing or anything but <c>ES256</c>: <c>none</c>, HMAC with the public key as secret, RSA.</summary>
    public const string AlgorithmNotAllowed = "algorithm-not-allowed";

    /// <summary><c>typ</c> is missing or anything but <c>at+jwt</c> (RFC 9068): an ID token must not pass for an access token.</summary>
    public const string TypeNotAllowed = "type-not-allowed";

    /// <summary>The header holds <c>crit</c>: no extension is understood, so each that is critical refuses (RFC 7515, section 4.1.11).</summary>
    public const string CriticalHeader = "critical-header";

    /// <summary>The header brings or points at a key (<c>jwk</c>, <c>jku</c>, <c>x5u</c>, <c>x5c</c>, <c>x5t</c>, <c>x5t#S256</c>): keys come from the key source only.</summary>
    public const string KeyInHeader = "key-in-header";

    /// <summary>The header holds a member other than <c>alg</c>, <c>typ</c> and <c>kid</c>, such as <c>zip</c>, <c>enc</c> or <c>cty</c>.</summary>
    public const string UnexpectedHeader = "unexpected-header";

    /// <summary><c>kid</c> is missing or not 1 to 128 characters of A-Z, a-z, 0-9, <c>-</c> and <c>_</c>. It was used for nothing.</summary>
    public const string InvalidKeyId = "invalid-key-id";

    /// <summary>A claim that every token of the issuer has is missing.</summary>
    public const string MissingClaim = "missing-claim";

    /// <summary>A claim has the wrong type or form, or times contradict each other.</summary>
    public const string InvalidClaim = "invalid-claim";

    /// <summary><c>aud</c> is an array: a token is good for one service, so that no service can use it at another.</summary>
    public const string SeveralAudiences = "several-audiences";

    /// <summary>The key source failed, did not answer in time, or holds nothing young enough.</summary>
    public const string KeysUnavailable = "keys-unavailable";

    /// <summary>The issuer's key set has no key of that id.</summary>
    public const string UnknownKey = "unknown-key";

    /// <summary>The signature does not verify with the key that <c>kid</c> selects.</summary>
    public const string BadSignature = "bad-signature";

    /// <summary><c>iss</c> is not the issuer this verifier trusts.</summary>
    public const string WrongIssuer = "wrong-issuer";

    /// <summary><c>aud</c> is not the expected service, compared character by character.</summary>
    public const string WrongAudience = "wrong-audience";

    /// <summary>The clock has reached <c>exp</c>; nothing is allowed on top.</summary>
    public const string Expired = "expired";

    /// <summary><c>nbf</c> is more than five seconds ahead of the clock.</summary>
    public const string NotYetValid = "not-yet-valid";

    /// <summary><c>iat</c> is more than five seconds ahead of the clock.</summary>
    public const string IssuedInFuture = "issued-in-future";

    /// <summary>The token lives longer than any credential profile may give.</summary>
    public const string LifetimeTooLong = "lifetime-too-long";

    /// <summary>The token lacks a scope that is required here.</summary>
    public const string InsufficientScope = "insufficient-scope";

    /// <summary>The lease was unmade.</summary>
    public const string Revoked = "revoked";

    /// <summary>The revocation check threw, did not answer in time or could not tell.</summary>
    public const string RevocationUnknown = "revocation-unknown";
}
