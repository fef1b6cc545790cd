using System.Diagnostics;

namespace IntentAuthz;

/// <summary>
/// Watches one call: the span <c>authorize {tool}</c> lasts until it is decided, <c>execute_tool {tool}</c> while the tool runs. Both are children
/// of the caller's span, and the second links to the first, since deciding is over before the tool begins. No argument, result or secret is
/// among the attributes. What is known when a span starts is given to its creation, so that samplers can choose by tool, agent, task or tenant. What a
/// listener throws goes no further than here: the call is decided, recorded and ended as if nobody listened. Used by the one flow of its call.
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
    private readonly ToolDescriptor? _tool;
    private Activity? _running;
    private bool _isDecided;

    /// <param name="source">Whose spans they are.</param>
    /// <param name="metrics">Where the call is counted.</param>
    /// <param name="faults">Where a listener's faults are noted.</param>
    /// <param name="time">The clock of durations.</param>
    /// <param name="id">The guard's id of the call.</param>
    /// <param name="task">The task, or null.</param>
    /// <param name="call">The call.</param>
    /// <param name="tool">The tool it names; null where none is described by that name, which is then what a model wrote, and shown nowhere.</param>
    internal CallTelemetry(
        ActivitySource source, GuardMetrics metrics, ListenerFaults faults, TimeProvider time, CallId id, AgentTask? task, ToolCall call, ToolDescriptor? tool)
    {
        _source = source;
        _metrics = metrics;
        _faults = faults;
        _time = time;
        _call = call;
        _tool = tool;
        _started = time.GetTimestamp();
        _caller = Activity.Current;
        if (source.HasListeners())
        {
            _deciding = Start(tool is null ? "authorize" : $"authorize {tool.Name}", Known(id, task, call, tool), links: null);
        }
    }

    /// <summary>The call turned out, by its arguments, to be another action of the same tool; samplers were told the tool's own.</summary>
    internal void Became(ToolDescriptor apart)
    {
        if (_deciding is { IsAllDataRequested: true } span)
        {
            span.SetTag(TelemetryNames.Action, apart.Audited.Action);
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
        if (!_source.HasListeners())
        {
            return;
        }

        List<KeyValuePair<string, object?>> tags = new(6)
        {
            new(TelemetryNames.Operation, TelemetryNames.ExecuteTool),
            new(TelemetryNames.Tool, tool.Name),
            new(TelemetryNames.ToolType, TelemetryNames.Function),
            new(TelemetryNames.Agent, task.Agent.Id.Value),
            new(TelemetryNames.Task, task.Id.Value),
        };
        AddIdOfFramework(tags, _call);
        _running = Start($"{TelemetryNames.ExecuteTool} {tool.Name}", tags, _deciding is { } decided ? [new ActivityLink(decided.Context)] : []);
    }

    /// <summary>The tool has ended, and what it returned was observed. The span ends when the tool did, so that it and the metric say the same.</summary>
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
        span.SetEndTime(span.StartTimeUtc + duration);
        Stop(span);
    }

    /// <summary>Ends what has not been decided, since the caller cancelled, and what ran and was not observed, since the guard failed.</summary>
    public void Dispose()
    {
        if (!_isDecided && _deciding is { } span)
        {
            span.SetTag(TelemetryNames.Reason, ReasonCodes.CancelledByCaller); // no fault of the guard's, and no decision
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
    private Activity? Start(string name, List<KeyValuePair<string, object?>> tags, ActivityLink[]? links)
    {
        Activity? span = null;
        try
        {
            span = _source.CreateActivity(name, ActivityKind.Internal, default(ActivityContext), tags, links);
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

    /// <summary>What is known of a call before anything of it is decided.</summary>
    private static List<KeyValuePair<string, object?>> Known(CallId id, AgentTask? task, ToolCall call, ToolDescriptor? tool)
    {
        List<KeyValuePair<string, object?>> tags = new(7) { new(TelemetryNames.Call, id.Value) };
        if (task is not null)
        {
            tags.Add(new(TelemetryNames.Task, task.Id.Value));
            tags.Add(new(TelemetryNames.Tenant, task.Tenant.Value));
            tags.Add(new(TelemetryNames.Agent, task.Agent.Id.Value));
        }

        if (tool is not null)
        {
            tags.Add(new(TelemetryNames.Tool, tool.Name));
            tags.Add(new(TelemetryNames.Action, tool.Audited.Action));
            AddIdOfFramework(tags, call);
        }

        return tags;
    }

    private static void AddIdOfFramework(List<KeyValuePair<string, object?>> tags, ToolCall call)
    {
        if (call.FrameworkCallId is { } id)
        {
            tags.Add(new(TelemetryNames.ToolCall, id.Length <= Identifier.MaxLength ? id : id[..Identifier.MaxLength]));
        }
    }
}
