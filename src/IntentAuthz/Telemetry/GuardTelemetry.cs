using System.Diagnostics;

namespace IntentAuthz;

/// <summary>What of the guard can be watched: its metrics, and its spans. Safe for use by many threads.</summary>
internal sealed class GuardTelemetry(GuardMetrics metrics, ListenerFaults faults, TimeProvider time) : IDisposable
{
    private readonly ActivitySource _source = new(IntentAuthzTelemetry.ActivitySourceName);

    internal GuardMetrics Metrics => metrics;

    /// <summary>Begins to watch a call; null while nobody listens, so that it then costs nothing.</summary>
    internal CallTelemetry? Watch(CallId id, AgentTask? task, ToolCall call, ToolCatalog tools) =>
        _source.HasListeners() || metrics.HearsCalls
            ? new CallTelemetry(_source, metrics, faults, time, id, task, call, tools.TryGet(call.ToolName, out ToolDescriptor? tool) ? tool : null)
            : null;

    public void Dispose() => _source.Dispose();
}
