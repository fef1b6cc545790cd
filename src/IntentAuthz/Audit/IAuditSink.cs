namespace IntentAuthz;

/// <summary>Where audit records go. One writer calls it, batch after batch. What it throws counts as not written.</summary>
public interface IAuditSink
{
    /// <summary>Writes records durably: when it returns they outlive the process.</summary>
    /// <param name="records">In order; valid for the time of the call.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken);
}
