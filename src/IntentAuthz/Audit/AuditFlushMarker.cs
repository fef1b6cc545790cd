namespace IntentAuthz;

/// <summary>A record that is never written: it travels the queue to tell when everything before it was.</summary>
internal static class AuditFlushMarker
{
    internal static AuditRecord Record { get; } =
        new() { Kind = AuditKind.Outcome, Time = default, ReasonCode = "", Explanation = "" };
}
