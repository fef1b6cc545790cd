using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IntentAuthz;

/// <summary>What a certificate says about itself, as far as X.509-SVID asks; read once, and malformed rather than guessed.</summary>
internal readonly struct SvidCertificate
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const int MaxUris = 16;

    private static readonly Asn1Tag s_uri = new(TagClass.ContextSpecific, 6); // GeneralName, RFC 5280, section 4.2.1.6

    private SvidCertificate(ImmutableArray<string> uris, bool isCa, X509KeyUsageFlags? keyUsage, ImmutableArray<string>? purposes, bool isMalformed)
    {
        Uris = uris;
        IsCa = isCa;
        KeyUsage = keyUsage;
        Purposes = purposes;
        IsMalformed = isMalformed;
    }

    /// <summary>The URIs among the subject alternative names.</summary>
    internal ImmutableArray<string> Uris { get; }

    internal bool IsCa { get; }

    internal X509KeyUsageFlags? KeyUsage { get; }

    /// <summary>The extended key usages; null when the certificate has none.</summary>
    internal ImmutableArray<string>? Purposes { get; }

    internal bool IsMalformed { get; }

    internal bool IsAuthority => IsCa && KeyUsage is { } usage && usage.HasFlag(X509KeyUsageFlags.KeyCertSign);

    /// <summary>A signing certificate has no SPIFFE ID, or that of the trust domain itself (X.509-SVID, sections 2 and 3.1).</summary>
    internal bool MayNameAuthorityOf(TrustDomain domain) => Uris switch
    {
        [] => true,
        [var uri] => SpiffeId.TryParse(uri, out SpiffeId id) && id.TrustDomain == domain && id.Path.Length == 0,
        _ => false,
    };

    internal static SvidCertificate Read(X509Certificate2 certificate)
    {
        ImmutableArray<string> uris = [];
        bool isCa = false;
        X509KeyUsageFlags? keyUsage = null;
        ImmutableArray<string>? purposes = null;
        HashSet<string> seen = new(StringComparer.Ordinal);
        try
        {
            foreach (X509Extension extension in certificate.Extensions)
            {
                if (!seen.Add(extension.Oid?.Value ?? ""))
                {
                    return Malformed;
                }

                switch (extension)
                {
                    case X509BasicConstraintsExtension constraints:
                        isCa = constraints.CertificateAuthority;
                        break;
                    case X509KeyUsageExtension usage:
                        keyUsage = usage.KeyUsages;
                        break;
                    case X509EnhancedKeyUsageExtension enhanced:
                        purposes = [.. enhanced.EnhancedKeyUsages.Cast<Oid>().Select(static o => o.Value ?? "")];
                        break;
                    case { Oid.Value: SubjectAlternativeName }:
                        uris = ReadUris(extension.RawData);
                        break;
                    default:
                        break;
                }
            }
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return Malformed;
        }

        return uris.Length > MaxUris ? Malformed : new SvidCertificate(uris, isCa, keyUsage, purposes, isMalformed: false);
    }

    private static SvidCertificate Malformed => new([], isCa: false, null, null, isMalformed: true);

    private static ImmutableArray<string> ReadUris(ReadOnlyMemory<byte> der)
    {
        AsnReader outer = new(der, AsnEncodingRules.DER);
        AsnReader names = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        ImmutableArray<string>.Builder uris = ImmutableArray.CreateBuilder<string>();
        while (names.HasData)
        {
            if (names.PeekTag().HasSameClassAndValue(s_uri))
            {
                uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, s_uri));
            }
            else
            {
                _ = names.ReadEncodedValue();
            }
        }

        return uris.ToImmutable();
    }
}
