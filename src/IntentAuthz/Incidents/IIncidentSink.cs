namespace IntentAuthz;

/// <summary>
/// Where people hear of incidents: a log, a pager, a chat. Notices come from a loop of the sink's own, one at a time, off every call's way. Each can
/// come more than once, with the same <see cref="IncidentNotice.Id"/>. What it throws is logged and the notice is given up.
/// </summary>
public interface IIncidentSink
{
    /// <summary>Tells of one step.</summary>
    /// <param name="notice">What happened.</param>
    /// <param name="cancellationToken">Ends when the host shuts down.</param>
    ValueTask NotifyAsync(IncidentNotice notice, CancellationToken cancellationToken);
}
