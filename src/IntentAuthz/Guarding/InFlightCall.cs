namespace IntentAuthz;

/// <summary>
/// One call between its registration and its end. Its state decides the race between dispatching and taking authority away: exactly one of
/// <see cref="TryDispatch"/> and a <see cref="Stop"/> before it wins, so once a stop has returned the tool either never starts or sees
/// its token cancelled from its first instruction on. It is the source of that token itself, since each call makes one.
/// </summary>
internal sealed class InFlightCall(CallContext call) : CancellationTokenSource
{
    private const int Registered = 0;
    private const int Dispatched = 1;
    private const int Stopped = 2;

    private int _state;
    private string? _stopReason;

    /// <summary>
    /// The call, null from when it leaves its task's list: a tool that keeps its token keeps this, and nothing of the call. The list's lock
    /// protects it and the two below.
    /// </summary>
    internal CallContext? Call { get; set; } = call;

    internal InFlightCall? Previous { get; set; }

    internal InFlightCall? Next { get; set; }

    /// <summary>Why the call was stopped; null while it was not.</summary>
    internal string? StopReason => Volatile.Read(ref _stopReason);

    /// <summary>The last step before the tool: false when authority was taken away first.</summary>
    internal bool TryDispatch() => Interlocked.CompareExchange(ref _state, Dispatched, Registered) == Registered;

    internal bool WasDispatched => Volatile.Read(ref _state) == Dispatched;

    internal void Stop(string reason)
    {
        Interlocked.CompareExchange(ref _stopReason, reason, null);
        Interlocked.CompareExchange(ref _state, Stopped, Registered);
        try
        {
            // The token reads as cancelled when this returns; a tool's callbacks run elsewhere, so that none can hold up a revocation.
            _ = CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The call has just ended by itself.
        }
    }
}
