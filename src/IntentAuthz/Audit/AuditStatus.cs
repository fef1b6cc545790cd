namespace IntentAuthz;

/// <summary>How the audit is doing. Immutable.</summary>
public sealed class AuditStatus
{
    internal AuditStatus(int waiting, bool isFailing, bool isFull, bool isLate)
    {
        Waiting = waiting;
        IsFailing = isFailing;
        IsFull = isFull;
        IsLate = isLate;
    }

    /// <summary>Records that were accepted and are not written yet.</summary>
    public int Waiting { get; }

    /// <summary>Whether the sink refused what it was given last. Calls of dangerous tools are denied then, and others once the queue is full.</summary>
    public bool IsFailing { get; }

    /// <summary>Whether as many records wait as may (<see cref="IntentAuthzOptions.AuditQueueCapacity"/>): every call is denied then.</summary>
    public bool IsFull { get; }

    /// <summary>
    /// Whether records wait for longer than <see cref="IntentAuthzOptions.DurableAuditTimeout"/> for a sink that neither takes nor refuses them: calls of
    /// dangerous tools are denied then, and others once the queue is full.
    /// </summary>
    public bool IsLate { get; }

    /// <summary>Whether nothing of this is so: records are written as they come.</summary>
    internal bool IsKeepingUp => !IsFailing && !IsFull && !IsLate;
}
