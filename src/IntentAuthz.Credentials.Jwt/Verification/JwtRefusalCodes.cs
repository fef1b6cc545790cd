namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Why a verifier refused a token or the proof that came with it. The codes are stable: services branch on them and logs are searched by them. Up to
/// <see cref="BadSignature"/> they tell about text that anybody may have written; after it, about a token that the issuer signed. Do not
/// send them to the caller; send <see cref="JwtVerification.Challenge"/>, which says what RFC 6750 and RFC 9449 provide.
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

    /// <summary>The request has several <c>Authorization</c> headers.</summary>
    public const string SeveralAuthorizations = "several-authorizations";

    /// <summary>The <c>Authorization</c> header's scheme is neither <c>Bearer</c> nor <c>DPoP</c>.</summary>
    public const string SchemeNotAllowed = "scheme-not-allowed";

    /// <summary>The token is of another tenant than <see cref="TokenExpectation.Tenant"/>.</summary>
    public const string WrongTenant = "wrong-tenant";

    /// <summary>The token is of another agent than <see cref="TokenExpectation.Agent"/>.</summary>
    public const string WrongAgent = "wrong-agent";

    /// <summary>The token is of another task than <see cref="TokenExpectation.Task"/>.</summary>
    public const string WrongTask = "wrong-task";

    /// <summary>The token is bound to a key but was shown as a bearer token: who shows it may have copied it.</summary>
    public const string BoundTokenAsBearer = "bound-token-as-bearer";

    /// <summary>The token is bound to no key but was shown under <c>DPoP</c> or with a proof, which would prove nothing.</summary>
    public const string UnboundTokenWithProof = "unbound-token-with-proof";

    /// <summary>The token is a bearer token, and <see cref="JwtVerifierOptions.RequireSenderConstraint"/> is set.</summary>
    public const string SenderConstraintRequired = "sender-constraint-required";

    /// <summary>The token is bound to a key, and there is no proof.</summary>
    public const string ProofMissing = "proof-missing";

    /// <summary>The request has several <c>DPoP</c> headers.</summary>
    public const string SeveralProofs = "several-proofs";

    /// <summary>The proof has more than 4,096 characters. It was not looked at.</summary>
    public const string ProofTooLarge = "proof-too-large";

    /// <summary>The proof is not three parts of canonical base64url with JSON objects in the first two, or nests too deep.</summary>
    public const string ProofMalformed = "proof-malformed";

    /// <summary>The proof's header, key or claims hold a member twice.</summary>
    public const string ProofDuplicateMember = "proof-duplicate-member";

    /// <summary>The proof's <c>alg</c> is missing or anything but <c>ES256</c>.</summary>
    public const string ProofAlgorithmNotAllowed = "proof-algorithm-not-allowed";

    /// <summary>The proof's <c>typ</c> is missing or anything but <c>dpop+jwt</c>: the token itself must not pass for a proof.</summary>
    public const string ProofTypeNotAllowed = "proof-type-not-allowed";

    /// <summary>The proof's header holds a member other than <c>typ</c>, <c>alg</c> and <c>jwk</c>.</summary>
    public const string ProofUnexpectedHeader = "proof-unexpected-header";

    /// <summary>The proof's <c>jwk</c> is missing or anything but <c>kty</c>, <c>crv</c>, <c>x</c> and <c>y</c> of a public key on P-256.</summary>
    public const string ProofKeyNotAllowed = "proof-key-not-allowed";

    /// <summary>The proof's <c>jwk</c> holds a private or symmetric key. Whoever sent it has given the key away.</summary>
    public const string ProofKeyPrivate = "proof-key-private";

    /// <summary>The proof lacks <c>jti</c>, <c>htm</c>, <c>htu</c>, <c>iat</c> or <c>ath</c>.</summary>
    public const string ProofMissingClaim = "proof-missing-claim";

    /// <summary>A claim of the proof has the wrong type or form, or is too long.</summary>
    public const string ProofInvalidClaim = "proof-invalid-claim";

    /// <summary>The proof was made with another key than the token's <c>cnf.jkt</c> names.</summary>
    public const string ProofWrongKey = "proof-wrong-key";

    /// <summary>The proof's signature does not verify with the key it brings, or that is no point on the curve.</summary>
    public const string ProofBadSignature = "proof-bad-signature";

    /// <summary><c>htm</c> is not the request's method.</summary>
    public const string ProofWrongMethod = "proof-wrong-method";

    /// <summary><c>htu</c> is not the request's address, without query and fragment, both normalised.</summary>
    public const string ProofWrongUrl = "proof-wrong-url";

    /// <summary><c>ath</c> is not the token's hash.</summary>
    public const string ProofWrongToken = "proof-wrong-token";

    /// <summary><c>iat</c> is <see cref="JwtVerifierOptions.MaxProofAge"/> ago, or longer.</summary>
    public const string ProofTooOld = "proof-too-old";

    /// <summary>The proof's <c>iat</c> is more than five seconds ahead of the clock.</summary>
    public const string ProofFromFuture = "proof-from-future";

    /// <summary>This service demands a nonce and the proof has none. Answer <c>use_dpop_nonce</c> with <see cref="DpopNonces.Current"/>.</summary>
    public const string ProofNonceMissing = "proof-nonce-missing";

    /// <summary>The proof's nonce is none of this service's, or has run out. Answer as above.</summary>
    public const string ProofNonceWrong = "proof-nonce-wrong";

    /// <summary>The same proof was shown before: the request was captured and sent again.</summary>
    public const string ProofReplayed = "proof-replayed";

    /// <summary>The token was shown before, where <see cref="TokenExpectation.OneTime"/> takes it once.</summary>
    public const string TokenReplayed = "token-replayed";

    /// <summary>The replay check has no room to remember the request. Nothing is forgotten to make room.</summary>
    public const string ReplayCacheFull = "replay-cache-full";

    /// <summary>The replay check threw, did not answer in time or could not tell.</summary>
    public const string ReplayUnknown = "replay-unknown";
}
