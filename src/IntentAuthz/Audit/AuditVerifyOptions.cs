using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>What a log is verified against.</summary>
public sealed class AuditVerifyOptions
{
    /// <summary>
    /// The public keys by the names that checkpoints call them; each checkpoint has to be signed by the one it names, and a log with records has to
    /// have one. Empty to look at no signature: then only changes by somebody who does not know how the chain is made, or checkpoints kept elsewhere, show anything.
    /// </summary>
    public IDictionary<string, ECDsa> Keys { get; } = new Dictionary<string, ECDsa>(StringComparer.Ordinal);

    /// <summary>
    /// Checkpoints that were kept elsewhere: the log has to hold exactly these. Of those from before the files that are here nothing can be said; where
    /// that is so of all of them, a signed checkpoint in the log has to vouch for it.
    /// </summary>
    public IList<AuditCheckpoint> Checkpoints { get; } = [];

    /// <summary>Is told how far the reading is, every some thousand lines and at the end, on the thread that reads; null for nobody.</summary>
    public IProgress<AuditVerifyProgress>? Progress { get; set; }
}
