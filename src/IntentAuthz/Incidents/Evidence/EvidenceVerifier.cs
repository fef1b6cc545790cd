namespace IntentAuthz;

/// <summary>
/// Finds out whether a folder is as <see cref="EvidenceFolder"/> exported it, and whether its records of the audit are those of the host: each file is held
/// against the manifest, the manifest against the digest that was written down at the export, and each record's proof (RFC 6962) leads to a checkpoint
/// that the host has signed. It needs neither the host nor its log, only reads, and writes nothing.
/// </summary>
public static class EvidenceVerifier
{
    /// <summary>The most findings that are told.</summary>
    public const int MaxFindings = 100;

    /// <summary>Verifies a folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="options">What to verify it against; null for the manifest in it alone, which whoever changed a file could have changed too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static EvidenceVerification Verify(string directory, EvidenceVerifyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        string folder = Path.GetFullPath(directory);
        return Directory.Exists(folder)
            ? new EvidenceVerifyRun(folder, options ?? new EvidenceVerifyOptions(), cancellationToken).Read()
            : throw new DirectoryNotFoundException($"There is no folder {folder}.");
    }
}
