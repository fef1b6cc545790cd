namespace IntentAuthz;

/// <summary>
/// Keeps what policies were asked and what they answered, so that it can be asked again of other policies. Called off the way of a call, by one
/// loop at a time. What it is given is as sensitive as the arguments of all calls: a store encrypts it.
/// </summary>
public interface IDecisionStore
{
    /// <summary>Appends decisions. When the task completes they are durable; when it fails they are given again, later, until they are or the host shuts down.</summary>
    /// <param name="decisions">At least one, in the order they were taken. The memory is used anew after the call.</param>
    /// <param name="cancellationToken">Signalled when the host shuts down and has waited long enough.</param>
    ValueTask AppendAsync(ReadOnlyMemory<RecordedDecision> decisions, CancellationToken cancellationToken);
}
