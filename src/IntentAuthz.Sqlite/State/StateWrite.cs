namespace IntentAuthz.Sqlite;

/// <summary>One change that waits to be written. Its caller's task completes once the transaction it went into is durable.</summary>
internal sealed class StateWrite(Func<StateStatements, object?> apply, bool needsToLive, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<object?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private object? _result;

    internal Task<object?> Done => _done.Task;

    /// <summary>Whether only a process that has not been taken over may do it.</summary>
    internal bool NeedsToLive => needsToLive;

    /// <summary>Lets go of a change that nobody waits for any more, before it is begun.</summary>
    internal bool TryGiveUp() => cancellationToken.IsCancellationRequested && _done.TrySetCanceled(cancellationToken);

    /// <summary>Makes the change within the open transaction.</summary>
    internal void Apply(StateStatements statements) => _result = apply(statements);

    internal void Complete() => _done.TrySetResult(_result);

    internal void Fail(Exception e) => _done.TrySetException(e);
}
