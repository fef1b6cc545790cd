namespace IntentAuthz;

/// <summary>
/// Why a verifier refused an identity document. The codes are stable: hosts branch on them and logs are searched by them. They are for the
/// host; the peer is told no more than that it is not authenticated.
/// </summary>
public static class SvidRefusalCodes
{
    /// <summary>There is no token or certificate.</summary>
    public const string DocumentMissing = "document-missing";

    /// <summary>The token, a certificate or the list of intermediates is larger than is read.</summary>
    public const string DocumentTooLarge = "document-too-large";

    /// <summary>The TLS session is not established, so nobody has shown that it holds the certificate's key.</summary>
    public const string NotAuthenticated = "not-authenticated";

    /// <summary>The trust domain has no bundle here.</summary>
    public const string UntrustedDomain = "untrusted-domain";

    /// <summary>The document names no SPIFFE ID, or one that breaks the grammar, or a trust domain where a workload must be.</summary>
    public const string InvalidSpiffeId = "invalid-spiffe-id";

    /// <summary>The clock has reached the document's end; nothing is allowed on top.</summary>
    public const string Expired = "expired";

    /// <summary>The document is not good yet.</summary>
    public const string NotYetValid = "not-yet-valid";

    /// <summary>An extension that decides is there twice or cannot be read.</summary>
    public const string CertificateMalformed = "certificate-malformed";

    /// <summary>The leaf has no URI as subject alternative name.</summary>
    public const string NoUri = "no-uri";

    /// <summary>The leaf has more than one URI as subject alternative name, so two readers could see two workloads.</summary>
    public const string SeveralUris = "several-uris";

    /// <summary>The leaf is a CA: it names an authority, not a workload.</summary>
    public const string LeafIsAuthority = "leaf-is-authority";

    /// <summary>The leaf has no key usage, lacks <c>digitalSignature</c>, or may sign certificates or revocation lists.</summary>
    public const string KeyUsage = "key-usage";

    /// <summary>The leaf has an extended key usage without both client and server authentication.</summary>
    public const string ExtendedKeyUsage = "extended-key-usage";

    /// <summary>A key or signature in the chain is too weak: RSA below 2048 bits, a hash below SHA-256, or an algorithm that is not known here.</summary>
    public const string WeakAlgorithm = "weak-algorithm";

    /// <summary>No valid path leads from the leaf to an authority of its own trust domain.</summary>
    public const string UntrustedChain = "untrusted-chain";

    /// <summary>A signing certificate on the path names a workload, another trust domain, or more than one URI.</summary>
    public const string SigningCertificateId = "signing-certificate-id";

    /// <summary>The token is not three parts of canonical base64url with JSON objects in the first two, or nests too deep.</summary>
    public const string TokenMalformed = "token-malformed";

    /// <summary>The token's header or claims hold a member twice.</summary>
    public const string DuplicateMember = "duplicate-member";

    /// <summary><c>alg</c> is missing, is <c>none</c> or a MAC, or is not what the key in the bundle is for.</summary>
    public const string AlgorithmNotAllowed = "algorithm-not-allowed";

    /// <summary><c>typ</c> is there and is neither <c>JWT</c> nor <c>JOSE</c>.</summary>
    public const string TypeNotAllowed = "type-not-allowed";

    /// <summary>The header holds <c>crit</c>: no extension is understood.</summary>
    public const string CriticalHeader = "critical-header";

    /// <summary>The header brings or points at a key: keys come from the bundle only.</summary>
    public const string KeyInHeader = "key-in-header";

    /// <summary>The header holds a member other than <c>alg</c>, <c>kid</c> and <c>typ</c>.</summary>
    public const string UnexpectedHeader = "unexpected-header";

    /// <summary><c>kid</c> is missing or has a form that no key id has.</summary>
    public const string InvalidKeyId = "invalid-key-id";

    /// <summary><c>sub</c>, <c>aud</c> or <c>exp</c> is missing.</summary>
    public const string MissingClaim = "missing-claim";

    /// <summary>A claim has the wrong type or form, or times contradict each other.</summary>
    public const string InvalidClaim = "invalid-claim";

    /// <summary>The bundle of the subject's trust domain has no token key of that id.</summary>
    public const string UnknownKey = "unknown-key";

    /// <summary>The signature does not verify with the key that <c>kid</c> selects.</summary>
    public const string BadSignature = "bad-signature";

    /// <summary><c>aud</c> does not hold the expected audience, compared character by character.</summary>
    public const string WrongAudience = "wrong-audience";

    /// <summary><c>iat</c> is more than five seconds ahead of the clock.</summary>
    public const string IssuedInFuture = "issued-in-future";
}
