namespace IntentAuthz;

/// <summary>
/// What one call runs in. A tool takes it from <see cref="ToolInvocation.Containment"/> and starts programs, opens files and contacts hosts
/// through it only. A provider derives its own from this.
/// </summary>
public abstract class CallContainment : IAsyncDisposable
{
    /// <summary>What is granted.</summary>
    public abstract ContainmentBounds Bounds { get; }

    /// <summary>Ends everything that was started within and gives up what was granted. The guard calls it when the call has ended or was stopped.</summary>
    public abstract ValueTask DisposeAsync();
}
