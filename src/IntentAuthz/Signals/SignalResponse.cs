namespace IntentAuthz;

/// <summary>What happens when a signal is raised. Ordered: a higher one includes those below it.</summary>
public enum SignalResponse
{
    /// <summary>It is recorded, and policies see it in <c>context.history.signals</c>.</summary>
    Record = 0,

    /// <summary>From now on a person has to approve each call of the task and of those above it: somebody whom policy lets approve, unless a permit asks for somebody anyway.</summary>
    RequireApproval = 1,

    /// <summary>The task is suspended: calls in flight are stopped, its leases unmade.</summary>
    Suspend = 2,

    /// <summary>The task is revoked, with all its leases and the tasks below it.</summary>
    Revoke = 3,
}
