namespace IntentAuthz;

/// <summary>Something that is wrong with an audit log, and where.</summary>
/// <param name="Code">What.</param>
/// <param name="File">The file.</param>
/// <param name="Line">The line in it, from 1; 0 for the file as a whole.</param>
/// <param name="Record">The number of the record that has to stand there, from 0.</param>
/// <param name="Message">What it means, for people.</param>
public sealed record AuditFinding(AuditFindingCode Code, string File, long Line, long Record, string Message)
{
    /// <summary>File, line and what is wrong.</summary>
    public override string ToString() => $"{File}:{Line}: {Message}";
}
