using System.Diagnostics;

namespace IntentAuthz;

/// <summary>
/// Watches one call: the span <c>authorize {tool}</c> lasts until it is decided, <c>execute_tool {tool}</c> while the tool runs. Both are children
/// of the caller's span, and the second links to the first, since deciding is over before the tool begins. No argument, result or secret is
/// among the attributes. Used by the one flow of its call.
/// </summary>
internal sealed class CallTelemetry : IDisposable
{
    private readonly ActivitySource _source;
    private readonly GuardMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ToolCall _call;
    private readonly long _started;
    private readonly Activity? _caller;
    private readonly Activity? _deciding;
    private ToolDescriptor? _tool;
    private bool _isDecided;

    internal CallTelemetry(ActivitySource source, GuardMetrics metrics, TimeProvider time, CallId id, AgentTask? task, ToolCall call)
    {
        _source = source;
        _metrics = metrics;
        _time = time;
        _call = call;
        _started = time.GetTimestamp();
        _caller = Activity.Current;
        _deciding = source.StartActivity("authorize");
        if (_deciding is { IsAllDataRequested: true } span)
        {
            span.SetTag(TelemetryNames.Call, id.Value);
            if (task is not null)
            {
                span.SetTag(TelemetryNames.Task, task.Id.Value);
                span.SetTag(TelemetryNames.Tenant, task.Tenant.Value);
                span.SetTag(TelemetryNames.Agent, task.Agent.Id.Value);
            }
        }
    }

    /// <summary>The tool is known by its descriptor from here on; before, its name is what the model wrote.</summary>
    internal void Bound(ToolDescriptor tool)
    {
        _tool = tool;
        if (_deciding is { } span)
        {
            span.DisplayName = $"authorize {tool.Name}";
            if (span.IsAllDataRequested)
            {
                span.SetTag(TelemetryNames.Tool, tool.Name);
                span.SetTag(TelemetryNames.Action, tool.ActionText);
                span.SetTag(TelemetryNames.ToolCall, Bounded(_call.FrameworkCallId));
            }
        }
    }

    /// <summary>The call is decided, for good.</summary>
    internal void Decided(Decision decision, string? policyVersion = null)
    {
        if (_isDecided)
        {
            return;
        }

        _isDecided = true;
        _metrics.Decided(decision, _tool, _time.GetElapsedTime(_started));
        if (_deciding is not { } span)
        {
            return;
        }

        if (span.IsAllDataRequested)
        {
            span.SetTag(TelemetryNames.Outcome, GuardMetrics.Word(decision.Outcome));
            span.SetTag(TelemetryNames.Reason, decision.ReasonCode);
            span.SetTag(TelemetryNames.ObservedReason, decision.WouldBe?.ReasonCode);
            span.SetTag(TelemetryNames.PolicyVersion, policyVersion);
            span.SetTag(TelemetryNames.Approval, decision.Approval?.Value);
            if (!decision.DeterminingPolicies.IsEmpty)
            {
                span.SetTag(TelemetryNames.Policies, decision.DeterminingPolicies.ToArray());
            }
        }

        // A denial is an answer, not a fault: the span has an error only where the guard itself failed.
        if (decision.ReasonCode is ReasonCodes.InternalError or ReasonCodes.EngineFailed or ReasonCodes.AuditUnavailable or ReasonCodes.TaskStoreUnavailable or ReasonCodes.RevocationUnknown)
        {
            span.SetTag(TelemetryNames.Error, decision.ReasonCode);
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.Stop();
    }

    /// <summary>The tool is about to run; what it starts is below the span until it is disposed of.</summary>
    internal Activity? Entering(AgentTask task, ToolDescriptor tool)
    {
        Activity.Current = _caller;
        ActivityLink[] links = _deciding is { } decided ? [new ActivityLink(decided.Context)] : [];
        Activity? span = _source.StartActivity(ActivityKind.Internal, default(ActivityContext), tags: null, links, startTime: default, $"{TelemetryNames.ExecuteTool} {tool.Name}");
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag(TelemetryNames.Operation, TelemetryNames.ExecuteTool);
            span.SetTag(TelemetryNames.Tool, tool.Name);
            span.SetTag(TelemetryNames.ToolType, "function");
            span.SetTag(TelemetryNames.ToolCall, Bounded(_call.FrameworkCallId));
            span.SetTag(TelemetryNames.Agent, task.Agent.Id.Value);
            span.SetTag(TelemetryNames.Task, task.Id.Value);
        }

        return span;
    }

    /// <summary>The tool has ended, and what it returned was observed.</summary>
    internal void Ended(Activity? span, ToolDescriptor tool, string outcomeCode, TimeSpan duration)
    {
        _metrics.Ran(tool, outcomeCode, duration);
        if (span is null)
        {
            return;
        }

        if (outcomeCode != ReasonCodes.Completed)
        {
            span.SetTag(TelemetryNames.Error, outcomeCode);
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.SetTag(TelemetryNames.ToolOutcome, outcomeCode);
        span.Stop();
    }

    /// <summary>Ends what has not been decided, since the caller cancelled.</summary>
    public void Dispose()
    {
        if (!_isDecided && _deciding is { } span)
        {
            span.SetTag(TelemetryNames.Error, ReasonCodes.CancelledByCaller);
            span.SetStatus(ActivityStatusCode.Error);
            span.Stop();
        }
    }

    private static string? Bounded(string? text) => text is null || text.Length <= Identifier.MaxLength ? text : text[..Identifier.MaxLength];
}
