namespace IntentAuthz;

/// <summary>What is wrong at a place of an audit log.</summary>
public enum AuditFindingCode
{
    /// <summary>A line is none that the writer writes.</summary>
    UnreadableLine,

    /// <summary>A line does not follow from the lines before it: it, or something before it, was changed, moved, put in or taken out.</summary>
    BrokenChain,

    /// <summary>Records are missing: the number of a line is not the next.</summary>
    Gap,

    /// <summary>A checkpoint says another root, or other records, than the log has.</summary>
    WrongCheckpoint,

    /// <summary>A checkpoint has no signature of the key that is expected.</summary>
    BadSignature,

    /// <summary>A file of the log is missing, or belongs to another log.</summary>
    WrongFile,

    /// <summary>The log has fewer records than a checkpoint that was kept elsewhere says.</summary>
    CutOff,

    /// <summary>
    /// Nothing that the log was verified against vouches for any of it: no checkpoint in it is signed by a key that was given, or each that was kept
    /// elsewhere is of records from before those that are here. It may be as its writer wrote it, such as a log that was begun a moment ago; nobody
    /// can tell it from one that somebody else wrote.
    /// </summary>
    Unproven,
}
