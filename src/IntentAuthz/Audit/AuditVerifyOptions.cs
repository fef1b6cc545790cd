using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>What a log is verified against.</summary>
public sealed class AuditVerifyOptions
{
    /// <summary>
    /// The public keys by the names that checkpoints call them; each checkpoint has to be signed by the one it names. Empty to look at no
    /// signature: then only changes by somebody who does not know how the chain is made, or checkpoints kept elsewhere, show anything.
    /// </summary>
    public IDictionary<string, ECDsa> Keys { get; } = new Dictionary<string, ECDsa>(StringComparer.Ordinal);

    /// <summary>Checkpoints that were kept elsewhere: the log has to have held exactly what they say.</summary>
    public IList<AuditCheckpoint> Checkpoints { get; } = [];

    /// <summary>Is told how far the reading is, every some thousand lines and at the end, on the thread that reads; null for nobody.</summary>
    public IProgress<AuditVerifyProgress>? Progress { get; set; }
}
