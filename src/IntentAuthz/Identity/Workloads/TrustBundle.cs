using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace IntentAuthz;

/// <summary>
/// What vouches for the workloads of one trust domain: the authorities that sign its X.509-SVIDs and the keys that sign its JWT-SVIDs. It is
/// a security-critical input: fetch it from the trust domain's own server, authenticated. Immutable and safe for use by many threads.
/// </summary>
public sealed class TrustBundle
{
    /// <summary>The largest document, in bytes.</summary>
    public const int MaxDocumentBytes = 256 * 1024;

    /// <summary>The most entries of a document, and the most X.509 authorities of a bundle.</summary>
    public const int MaxKeys = 64;

    private readonly FrozenDictionary<string, JwtAuthority> _byId;

    internal TrustBundle(
        TrustDomain domain, IEnumerable<X509Certificate2> x509, IEnumerable<JwtAuthority> jwt, long? sequence, TimeSpan? refreshHint)
    {
        TrustDomain = domain;
        X509Authorities = [.. x509];
        JwtAuthorities = [.. jwt];
        Sequence = sequence;
        RefreshHint = refreshHint;
        _byId = JwtAuthorities.ToFrozenDictionary(static a => a.KeyId, StringComparer.Ordinal);
    }

    /// <summary>Whom it vouches for, and nobody else.</summary>
    public TrustDomain TrustDomain { get; }

    /// <summary>The keys for JWT-SVIDs.</summary>
    public ImmutableArray<JwtAuthority> JwtAuthorities { get; }

    /// <summary>How many authorities sign X.509-SVIDs.</summary>
    public int X509AuthorityCount => X509Authorities.Length;

    /// <summary><c>spiffe_sequence</c>: it grows with every change; null when the document has none.</summary>
    public long? Sequence { get; }

    /// <summary><c>spiffe_refresh_hint</c>: how often to look for a newer bundle; null when the document has none.</summary>
    public TimeSpan? RefreshHint { get; }

    /// <summary>Never handed out: whoever got them could dispose them under a verification.</summary>
    internal ImmutableArray<X509Certificate2> X509Authorities { get; }

    /// <summary>
    /// Reads a SPIFFE trust bundle (SPIFFE Trust Domain and Bundle, section 4): a JSON Web Key Set whose <c>use</c> is <c>x509-svid</c> or
    /// <c>jwt-svid</c>. Entries of another use or key type are left out, as the specification asks; a member twice, a key id twice, a private
    /// key, or an authority that cannot be one refuses the whole document.
    /// </summary>
    /// <param name="domain">Whose bundle it is. From configuration: the document does not say.</param>
    /// <param name="utf8">The JSON, at most <see cref="MaxDocumentBytes"/> bytes.</param>
    /// <exception cref="FormatException">The document is not a bundle, or must not be trusted; the message says why.</exception>
    public static TrustBundle Parse(TrustDomain domain, ReadOnlyMemory<byte> utf8) =>
        TrustBundleReader.Read(TrustDomain.Checked(domain, nameof(domain)), utf8);

    /// <summary>A bundle of X.509 authorities alone, as the SPIFFE Workload API hands them out. The certificates are copied.</summary>
    /// <param name="domain">Whose bundle it is.</param>
    /// <param name="authorities">Self-issued CA certificates, at most <see cref="MaxKeys"/>.</param>
    /// <exception cref="FormatException">A certificate can be no authority of that trust domain; the message says why.</exception>
    public static TrustBundle OfX509(TrustDomain domain, params IEnumerable<X509Certificate2> authorities)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        _ = TrustDomain.Checked(domain, nameof(domain));
        List<X509Certificate2> copies = [];
        foreach (X509Certificate2 authority in authorities)
        {
            if (copies.Count == MaxKeys)
            {
                throw new FormatException($"The bundle has more than {MaxKeys} X.509 authorities.");
            }

            copies.Add(TrustBundleReader.Authority(domain, authority.RawData));
        }

        return new TrustBundle(domain, copies, [], null, null);
    }

    /// <summary>The key for JWT-SVIDs of that id, or null.</summary>
    /// <param name="keyId">The id.</param>
    public JwtAuthority? FindJwtAuthority(string keyId) => _byId.GetValueOrDefault(keyId);

    /// <summary>Trust domain and counts, for logs.</summary>
    public override string ToString() => $"bundle of {TrustDomain}: {X509AuthorityCount} X.509 authorities, {JwtAuthorities.Length} JWT keys";
}
