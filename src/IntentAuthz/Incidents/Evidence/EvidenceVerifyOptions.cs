using System.Buffers;
using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>What a folder of evidence is verified against.</summary>
public sealed class EvidenceVerifyOptions
{
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>
    /// The SHA-256 of <c>manifest.json</c> as it was written down at the export (<see cref="IncidentExport.ManifestSha256"/>): 64 hexadecimal digits. Null
    /// where nobody has it: then whoever could write the folder could have changed a file and its line in the manifest.
    /// </summary>
    /// <exception cref="ArgumentException">The value is something else.</exception>
    public string? ManifestSha256
    {
        get;
        set => field = value is null || (value.Length == 64 && !value.AsSpan().ContainsAnyExcept(s_digits))
            ? value
            : throw new ArgumentException("The SHA-256 of a manifest is 64 hexadecimal digits, as the export has printed it.", nameof(value));
    }

    /// <summary>
    /// The public keys by the names that checkpoints call them; the checkpoint that the proofs lead to has to be signed by the one it names. Empty to look at
    /// no signature: then the proofs show only that records and checkpoint belong together.
    /// </summary>
    public IDictionary<string, ECDsa> Keys { get; } = new Dictionary<string, ECDsa>(StringComparer.Ordinal);
}
