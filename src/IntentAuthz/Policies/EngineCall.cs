namespace IntentAuthz;

/// <summary>Asks an engine with a time limit. An engine that answers at once, as the native one does, costs nothing extra.</summary>
internal static class EngineCall
{
    internal static ValueTask<Verdict> EvaluateAsync(
        IPolicyEngine engine, PolicyRequest request, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        ValueTask<Verdict> pending = engine.EvaluateAsync(request, cancellationToken);
        return pending.IsCompleted ? pending : WaitAsync(pending.AsTask(), timeout, time, cancellationToken);
    }

    private static async ValueTask<Verdict> WaitAsync(Task<Verdict> pending, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        await pending.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
}
