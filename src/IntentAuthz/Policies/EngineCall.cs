namespace IntentAuthz;

/// <summary>Asks an engine with a time limit. An engine that answers at once, as the native one does, costs nothing extra; what one throws is in the task.</summary>
internal static class EngineCall
{
    internal static ValueTask<Verdict> EvaluateAsync(
        IPolicyEngine engine, PolicyRequest request, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            ValueTask<Verdict> pending = engine.EvaluateAsync(request, cancellationToken);
            return pending.IsCompletedSuccessfully
                ? new ValueTask<Verdict>(Required(pending.Result))
                : WaitAsync(pending.AsTask(), timeout, time, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<Verdict>(e);
        }
    }

    private static async ValueTask<Verdict> WaitAsync(Task<Verdict> pending, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        Required(await pending.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false));

    /// <summary>An engine that answers null has failed like one that throws.</summary>
    private static Verdict Required(Verdict? verdict) => verdict ?? throw new InvalidOperationException("The policy engine answered null instead of a verdict.");
}
