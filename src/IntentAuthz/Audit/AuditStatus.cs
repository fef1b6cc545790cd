namespace IntentAuthz;

/// <summary>How the audit is doing. Immutable.</summary>
public sealed class AuditStatus
{
    internal AuditStatus(int waiting, bool isFailing)
    {
        Waiting = waiting;
        IsFailing = isFailing;
    }

    /// <summary>Records that were accepted and are not written yet.</summary>
    public int Waiting { get; }

    /// <summary>Whether the sink refused what it was given last. Calls of dangerous tools are denied then, and others once the queue is full.</summary>
    public bool IsFailing { get; }
}
