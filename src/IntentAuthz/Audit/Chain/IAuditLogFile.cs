namespace IntentAuthz;

/// <summary>
/// Where a log's writer keeps the lines of the file that is written, and finds the last full one. It knows nothing of what the lines say. Used by
/// one thread at a time.
/// </summary>
internal interface IAuditLogFile : IDisposable
{
    /// <summary>How many bytes are in use; 0 until the first line is there.</summary>
    long Length { get; }

    /// <summary>Reads what is there.</summary>
    AuditLineReader Read();

    /// <summary>Reads the last file that was put aside; null when there is none.</summary>
    AuditLineReader? ReadLastFull(out string path);

    /// <summary>Where writing goes on: what stands behind the lines that a reader has read whole is dropped before the next is written.</summary>
    void GoOnAfter(AuditLineReader lines);

    /// <summary>
    /// Appends whole lines, each with its end. When it returns they outlive the process and the machine. When it throws, none of them is there, or
    /// what is there of them is taken away before something else is written.
    /// </summary>
    void Append(ReadOnlySpan<byte> lines);

    /// <summary>Puts the file aside and begins an empty one. False when that cannot be done now: then the file is written on.</summary>
    bool TryPutAside(long segment);
}
