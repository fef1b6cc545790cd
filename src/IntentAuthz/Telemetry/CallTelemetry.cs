using System.Diagnostics;

namespace IntentAuthz;

/// <summary>
/// Watches one call: the span <c>authorize {tool}</c> lasts until it is decided, <c>execute_tool {tool}</c> while the tool runs. Both are children
/// of the caller's span, and the second links to the first, since deciding is over before the tool begins. No argument, result or secret is
/// among the attributes. What a listener throws goes no further than here: the call is decided, recorded and ended as if nobody listened. Used by the
/// one flow of its call.
/// </summary>
internal sealed class CallTelemetry : IDisposable
{
    private readonly ActivitySource _source;
    private readonly GuardMetrics _metrics;
    private readonly ListenerFaults _faults;
    private readonly TimeProvider _time;
    private readonly ToolCall _call;
    private readonly long _started;
    private readonly Activity? _caller;
    private readonly Activity? _deciding;
    private ToolDescriptor? _tool;
    private Activity? _running;
    private bool _isDecided;

    internal CallTelemetry(ActivitySource source, GuardMetrics metrics, ListenerFaults faults, TimeProvider time, CallId id, AgentTask? task, ToolCall call)
    {
        _source = source;
        _metrics = metrics;
        _faults = faults;
        _time = time;
        _call = call;
        _started = time.GetTimestamp();
        _caller = Activity.Current;
        _deciding = Start("authorize", links: null);
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
                span.SetTag(TelemetryNames.Action, tool.Audited.Action);
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

        Stop(span);
    }

    /// <summary>The tool is about to run; what it starts is below the span until it has ended.</summary>
    internal void Entering(AgentTask task, ToolDescriptor tool)
    {
        BackToCaller();
        _running = Start($"{TelemetryNames.ExecuteTool} {tool.Name}", _deciding is { } decided ? [new ActivityLink(decided.Context)] : []);
        if (_running is { IsAllDataRequested: true } span)
        {
            span.SetTag(TelemetryNames.Operation, TelemetryNames.ExecuteTool);
            span.SetTag(TelemetryNames.Tool, tool.Name);
            span.SetTag(TelemetryNames.ToolType, "function");
            span.SetTag(TelemetryNames.ToolCall, Bounded(_call.FrameworkCallId));
            span.SetTag(TelemetryNames.Agent, task.Agent.Id.Value);
            span.SetTag(TelemetryNames.Task, task.Id.Value);
        }
    }

    /// <summary>The tool has ended, and what it returned was observed.</summary>
    internal void Ended(ToolDescriptor tool, string outcomeCode, TimeSpan duration)
    {
        _metrics.Ran(tool, outcomeCode, duration);
        if (_running is not { } span)
        {
            return;
        }

        _running = null;

        if (outcomeCode != ReasonCodes.Completed)
        {
            span.SetTag(TelemetryNames.Error, outcomeCode);
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.SetTag(TelemetryNames.ToolOutcome, outcomeCode);
        Stop(span);
    }

    /// <summary>Ends what has not been decided, since the caller cancelled, and what ran and was not observed, since the guard failed.</summary>
    public void Dispose()
    {
        if (!_isDecided && _deciding is { } span)
        {
            span.SetTag(TelemetryNames.Error, ReasonCodes.CancelledByCaller);
            span.SetStatus(ActivityStatusCode.Error);
            Stop(span);
        }

        if (_running is { } running)
        {
            running.SetTag(TelemetryNames.Error, ReasonCodes.InternalError);
            running.SetStatus(ActivityStatusCode.Error);
            Stop(running);
        }
    }

    /// <summary>Starts a span below the current one; null where nobody wants it, or where whoever is asked throws.</summary>
    private Activity? Start(string name, ActivityLink[]? links)
    {
        Activity? span = null;
        try
        {
            span = _source.CreateActivity(name, ActivityKind.Internal, default(ActivityContext), tags: null, links);
            span?.Start(); // before any listener is told it has started; so it goes on where one of them throws
        }
        catch (Exception e)
        {
            _faults.Note(e);
        }

        return span;
    }

    private void Stop(Activity span)
    {
        try
        {
            span.Stop();
        }
        catch (Exception e)
        {
            _faults.Note(e);
            BackToCaller(); // it stopped, and stayed the current one
        }
    }

    private void BackToCaller()
    {
        try
        {
            Activity.Current = _caller;
        }
        catch (Exception e)
        {
            _faults.Note(e); // it was set before whoever watches the current span was told
        }
    }

    private static string? Bounded(string? text) => text is null || text.Length <= Identifier.MaxLength ? text : text[..Identifier.MaxLength];
}
