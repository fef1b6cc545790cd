using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

using Microsoft.IdentityModel.Tokens;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Verifies JWT-SVIDs (JWT-SVID, sections 2 to 4) against the bundle of the trust domain that <c>sub</c> names, and no other. Algorithms are
/// those of the key in the bundle; nothing of how a token is verified is read from it. A JWT-SVID is a bearer token: whoever saw it can present
/// it to the same audience until it expires, so prefer <see cref="X509SvidVerifier"/> where the peer can be reached by mutual TLS. Nothing is
/// asked over the network. Safe for use by many threads.
/// </summary>
public sealed class JwtSvidVerifier
{
    /// <summary>The longest token, in characters. A longer one is refused unread.</summary>
    public const int MaxTokenLength = 8 * 1024;

    /// <summary>How far <c>nbf</c> and <c>iat</c> may lie ahead of this clock. On <c>exp</c> nothing is allowed.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromSeconds(5);

    private readonly ConditionalWeakTable<JwtAuthority, SecurityKey> _keys = []; // a key goes with its bundle
    private readonly TrustBundleSet _bundles;
    private readonly TimeProvider _time;

    /// <summary>Makes a verifier.</summary>
    /// <param name="bundles">Whom it trusts; bundles may be replaced while it serves.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public JwtSvidVerifier(TrustBundleSet bundles, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(bundles);
        _bundles = bundles;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Verifies a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="expectedAudience">This host's name, which must be in <c>aud</c>. From configuration, never from the request.</param>
    /// <returns>Whose it is, or why it is refused. It never throws for what a token holds.</returns>
    /// <exception cref="ArgumentException">The audience is empty: a mistake of the host.</exception>
    public SvidVerification Verify(string? token, string expectedAudience)
    {
        ArgumentException.ThrowIfNullOrEmpty(expectedAudience);
        if (string.IsNullOrEmpty(token))
        {
            return SvidVerification.Refused(SvidRefusalCodes.DocumentMissing, "There is no token.");
        }

        if (token.Length > MaxTokenLength)
        {
            return SvidVerification.Refused(SvidRefusalCodes.DocumentTooLarge, $"The token has more than {MaxTokenLength} characters.");
        }

        if (!TokenParts.TrySplit(token, out TokenParts parts))
        {
            return SvidVerification.Refused(SvidRefusalCodes.TokenMalformed, "The token is not three parts of canonical base64url.");
        }

        if (JwtSvidReader.ReadHeader(parts.Header, out Refusal? refusal) is not { } header
            || JwtSvidReader.ReadClaims(parts.Claims, out refusal) is not { } claims)
        {
            return SvidVerification.Refused(refusal!.Code, refusal.Message);
        }

        if (_bundles.Find(claims.Subject.TrustDomain) is not { } bundle)
        {
            return SvidVerification.Refused(SvidRefusalCodes.UntrustedDomain, "The subject's trust domain has no bundle here.");
        }

        if (bundle.FindJwtAuthority(header.KeyId) is not { } authority)
        {
            return SvidVerification.Refused(SvidRefusalCodes.UnknownKey, "The bundle of the subject's trust domain has no token key of the id that the token names.");
        }

        if (!authority.Algorithms.Contains(header.Algorithm, StringComparer.Ordinal))
        {
            return SvidVerification.Refused(SvidRefusalCodes.AlgorithmNotAllowed, "The token's algorithm is not what the key in the bundle is for.");
        }

        if (!IsSigned(token, authority, header.Algorithm))
        {
            return SvidVerification.Refused(SvidRefusalCodes.BadSignature, "The token's signature does not verify with the key it names.");
        }

        return CheckAudienceAndTimes(claims, expectedAudience)
            ?? SvidVerification.Valid(VerifiedWorkload.ConcludedByVerifier(claims.Subject, WorkloadDocument.JwtSvid, claims.ExpiresAt));
    }

    private SvidVerification? CheckAudienceAndTimes(JwtSvidClaims claims, string expectedAudience)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (!claims.Audiences.Contains(expectedAudience, StringComparer.Ordinal))
        {
            return SvidVerification.Refused(SvidRefusalCodes.WrongAudience, "The token is for another service.");
        }

        if (now >= claims.ExpiresAt)
        {
            return SvidVerification.Refused(SvidRefusalCodes.Expired, "The token has expired.");
        }

        if (claims.NotBefore is { } begins && now + s_ahead < begins)
        {
            return SvidVerification.Refused(SvidRefusalCodes.NotYetValid, "The token is not good yet; if that surprises, compare the clocks.");
        }

        return claims.IssuedAt is { } issued && now + s_ahead < issued
            ? SvidVerification.Refused(SvidRefusalCodes.IssuedInFuture, "The token was issued in the future; if that surprises, compare the clocks.")
            : null;
    }

    private bool IsSigned(string token, JwtAuthority authority, string algorithm)
    {
        int dot = token.LastIndexOf('.');
        if (dot == token.Length - 1)
        {
            return false;
        }

        SecurityKey key = _keys.GetValue(authority, static a => KeyOf(a));
        SignatureProvider? provider = null;
        try
        {
            provider = key.CryptoProviderFactory.CreateForVerifying(key, algorithm, cacheProvider: false);
            return provider.Verify(Encoding.ASCII.GetBytes(token[..dot]), Base64Url.DecodeFromChars(token.AsSpan(dot + 1)));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException or SecurityTokenException)
        {
            return false; // a signature of a form that the platform does not take
        }
        finally
        {
            provider?.Dispose();
        }
    }

    private static AsymmetricSecurityKey KeyOf(JwtAuthority authority)
    {
        CryptoProviderFactory factory = new() { CacheSignatureProviders = false }; // nothing of the process is shared
        if (authority.IsEllipticCurve)
        {
            ECDsa ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(authority.SubjectPublicKeyInfo.Span, out _);
            return new ECDsaSecurityKey(ecdsa) { KeyId = authority.KeyId, CryptoProviderFactory = factory };
        }

        using RSA rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(authority.SubjectPublicKeyInfo.Span, out _);
        return new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)) { KeyId = authority.KeyId, CryptoProviderFactory = factory };
    }
}
