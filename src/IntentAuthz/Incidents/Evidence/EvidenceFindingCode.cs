namespace IntentAuthz;

/// <summary>What is wrong with a folder of evidence.</summary>
public enum EvidenceFindingCode
{
    /// <summary>A file that the manifest lists, or the manifest, is not there.</summary>
    MissingFile,

    /// <summary>A file is not the one that the manifest lists, or the manifest not the one whose digest was written down.</summary>
    ChangedFile,

    /// <summary>A file, link or directory is there that the manifest does not list.</summary>
    UnlistedFile,

    /// <summary>A file is not of the form in which it is exported, or larger than it can be.</summary>
    UnreadableFile,

    /// <summary>
    /// A record of the audit has no proof, or none that leads to the checkpoint, though the checkpoint covers it; a proof is of no record that is here; or
    /// there are records and a key, and no checkpoint.
    /// </summary>
    Unproven,

    /// <summary>The checkpoint has no signature of a key that was given.</summary>
    BadSignature,
}
