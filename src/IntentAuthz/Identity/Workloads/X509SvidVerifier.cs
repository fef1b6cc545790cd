using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IntentAuthz;

/// <summary>
/// Verifies X.509-SVIDs (X.509-SVID, section 5) against the bundle of the trust domain that the leaf names, and against nothing else: not the
/// machine's roots, not another domain's bundle, and never the network. It proves that the authority signed the certificate, not that the peer
/// holds its key: that is what the TLS handshake shows, so give it an established session, or only certificates out of one. There is no
/// revocation of certificates: SVIDs live for hours, and a compromised agent is revoked here. Safe for use by many threads.
/// </summary>
public sealed class X509SvidVerifier
{
    /// <summary>The most intermediates that are looked at.</summary>
    public const int MaxIntermediates = 8;

    /// <summary>The largest certificate, in bytes.</summary>
    public const int MaxCertificateBytes = 64 * 1024;

    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>ECDSA and RSA (PKCS #1) with SHA-256, 384 and 512. Of RSA-PSS the hash is not to be had from the platform, so it is not allowed.</summary>
    private static readonly string[] s_signatures =
    [
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
    ];

    private readonly TrustBundleSet _bundles;
    private readonly TimeProvider _time;

    /// <summary>Makes a verifier.</summary>
    /// <param name="bundles">Whom it trusts; bundles may be replaced while it serves.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public X509SvidVerifier(TrustBundleSet bundles, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(bundles);
        _bundles = bundles;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Verifies the peer of an established TLS session: it has shown that it holds the key of the certificate.</summary>
    /// <param name="session">The session, after its handshake.</param>
    /// <param name="intermediates">What the peer sent besides its leaf, from the handshake's callback (<c>chain.ChainPolicy.ExtraStore</c>).</param>
    public SvidVerification Verify(SslStream session, IEnumerable<X509Certificate2>? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (!session.IsAuthenticated)
        {
            return SvidVerification.Refused(SvidRefusalCodes.NotAuthenticated, "The TLS session is not established.");
        }

        switch (session.RemoteCertificate)
        {
            case null:
                return Verify((X509Certificate2?)null);
            case X509Certificate2 leaf:
                return Verify(leaf, intermediates);
            case { } other:
                using (X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(other.GetRawCertData()))
                {
                    return Verify(leaf, intermediates);
                }
        }
    }

    /// <summary>
    /// Verifies a certificate. Whoever calls this vouches that the peer holds its key: the certificate is that of an established TLS session
    /// (<c>HttpContext.Connection.ClientCertificate</c>), never one out of a header or a message.
    /// </summary>
    /// <param name="leaf">The workload's certificate.</param>
    /// <param name="intermediates">Certificates that may lie between it and the bundle, at most <see cref="MaxIntermediates"/>; they are trusted with nothing.</param>
    /// <returns>Whose it is, or why it is refused. It never throws for what a certificate holds.</returns>
    public SvidVerification Verify(X509Certificate2? leaf, IEnumerable<X509Certificate2>? intermediates = null)
    {
        if (leaf is null)
        {
            return SvidVerification.Refused(SvidRefusalCodes.DocumentMissing, "There is no certificate.");
        }

        try
        {
            return Judge(leaf, intermediates);
        }
        catch (CryptographicException)
        {
            return SvidVerification.Refused(SvidRefusalCodes.CertificateMalformed, "The platform cannot read the leaf or an intermediate.");
        }
    }

    private SvidVerification Judge(X509Certificate2 leaf, IEnumerable<X509Certificate2>? intermediates)
    {
        X509Certificate2[] between = [.. (intermediates ?? []).Take(MaxIntermediates + 1)];
        if (between.Length > MaxIntermediates || between.Append(leaf).Any(static c => c.RawDataMemory.Length > MaxCertificateBytes))
        {
            return SvidVerification.Refused(
                SvidRefusalCodes.DocumentTooLarge, $"There are more than {MaxIntermediates} intermediates, or a certificate of more than {MaxCertificateBytes} bytes.");
        }

        SvidCertificate read = SvidCertificate.Read(leaf);
        if (CheckLeaf(read) is { } refused)
        {
            return refused;
        }

        if (!SpiffeId.TryParse(read.Uris[0], out SpiffeId id) || id.Path.Length == 0)
        {
            return SvidVerification.Refused(SvidRefusalCodes.InvalidSpiffeId, "The leaf's URI is no SPIFFE ID of a workload.");
        }

        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset expiresAt = new(leaf.NotAfter.ToUniversalTime());
        if (now >= expiresAt)
        {
            return SvidVerification.Refused(SvidRefusalCodes.Expired, "The certificate has expired.");
        }

        if (now < new DateTimeOffset(leaf.NotBefore.ToUniversalTime()))
        {
            return SvidVerification.Refused(SvidRefusalCodes.NotYetValid, "The certificate is not good yet; if that surprises, compare the clocks.");
        }

        return _bundles.Find(id.TrustDomain) is { } bundle
            ? CheckPath(leaf, between, bundle, now) ?? SvidVerification.Valid(VerifiedWorkload.ConcludedByVerifier(id, WorkloadDocument.X509Svid, expiresAt))
            : SvidVerification.Refused(SvidRefusalCodes.UntrustedDomain, "The leaf's trust domain has no bundle here.");
    }

    private static SvidVerification? CheckLeaf(SvidCertificate leaf)
    {
        if (leaf.IsMalformed)
        {
            return SvidVerification.Refused(SvidRefusalCodes.CertificateMalformed, "The leaf has an extension twice or unreadable.");
        }

        if (leaf.Uris.Length != 1)
        {
            return leaf.Uris.IsEmpty
                ? SvidVerification.Refused(SvidRefusalCodes.NoUri, "The leaf has no URI as subject alternative name.")
                : SvidVerification.Refused(SvidRefusalCodes.SeveralUris, "The leaf has more than one URI as subject alternative name.");
        }

        if (leaf.IsCa)
        {
            return SvidVerification.Refused(SvidRefusalCodes.LeafIsAuthority, "The leaf is a CA.");
        }

        if (leaf.KeyUsage is not { } usage
            || !usage.HasFlag(X509KeyUsageFlags.DigitalSignature)
            || (usage & (X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign)) != 0)
        {
            return SvidVerification.Refused(
                SvidRefusalCodes.KeyUsage, "The leaf's key usage is missing, lacks digitalSignature or allows signing certificates or revocation lists.");
        }

        return leaf.Purposes is { } purposes && !(purposes.Contains(ClientAuthentication) && purposes.Contains(ServerAuthentication))
            ? SvidVerification.Refused(SvidRefusalCodes.ExtendedKeyUsage, "The leaf's extended key usage lacks client or server authentication.")
            : null;
    }

    /// <summary>
    /// Tries authority by authority. A trust domain that rotates often keeps the name of its authority, and a path builder that is given two of
    /// one name may take the wrong one and stop.
    /// </summary>
    private static SvidVerification? CheckPath(X509Certificate2 leaf, X509Certificate2[] between, TrustBundle bundle, DateTimeOffset now)
    {
        X509ChainStatusFlags worst = X509ChainStatusFlags.PartialChain;
        foreach (X509Certificate2 authority in bundle.X509Authorities)
        {
            using X509Chain chain = new();
            X509ChainPolicy policy = chain.ChainPolicy;
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.Add(authority);
            policy.ExtraStore.AddRange(between);
            policy.RevocationMode = X509RevocationMode.NoCheck;
            policy.DisableCertificateDownloads = true;
            policy.VerificationTime = now.UtcDateTime;
            policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
            try
            {
                if (chain.Build(leaf))
                {
                    return CheckElements(chain, bundle.TrustDomain);
                }

                X509ChainStatusFlags flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, s) => all | s.Status);
                worst = flags.HasFlag(X509ChainStatusFlags.PartialChain) ? worst : flags;
            }
            catch (CryptographicException)
            {
                // The platform could not read a certificate: no path by this authority.
            }
            finally
            {
                foreach (X509ChainElement element in chain.ChainElements)
                {
                    element.Certificate.Dispose(); // copies that the chain made
                }
            }
        }

        return SvidVerification.Refused(SvidRefusalCodes.UntrustedChain, $"No valid path leads from the leaf to an authority of its trust domain ({worst}).");
    }

    private static SvidVerification? CheckElements(X509Chain chain, TrustDomain domain)
    {
        for (int i = 0; i < chain.ChainElements.Count; i++)
        {
            X509Certificate2 certificate = chain.ChainElements[i].Certificate;
            using (RSA? rsa = certificate.GetRSAPublicKey())
            {
                // The authority's own signature is not what trust rests on.
                bool isAuthority = i == chain.ChainElements.Count - 1;
                if (rsa is { KeySize: < TrustBundleReader.MinRsaBits }
                    || (!isAuthority && Array.IndexOf(s_signatures, certificate.SignatureAlgorithm.Value) < 0))
                {
                    return SvidVerification.Refused(SvidRefusalCodes.WeakAlgorithm, "A key or signature on the path is too weak or of a kind that is not allowed.");
                }
            }

            if (i == 0)
            {
                continue;
            }

            SvidCertificate read = SvidCertificate.Read(certificate);
            if (read.IsMalformed || !read.IsAuthority)
            {
                return SvidVerification.Refused(SvidRefusalCodes.UntrustedChain, "A certificate on the path is no CA that may sign certificates.");
            }

            if (!read.MayNameAuthorityOf(domain))
            {
                return SvidVerification.Refused(SvidRefusalCodes.SigningCertificateId, "A signing certificate on the path names a workload or another trust domain.");
            }
        }

        return null;
    }
}
