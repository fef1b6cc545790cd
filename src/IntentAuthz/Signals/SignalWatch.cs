using System.Runtime.InteropServices;
using System.Text.Json;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>Looks at each event of a task as it happens, raises signals, and does what the host wants done about them. Safe for use by many threads.</summary>
internal sealed partial class SignalWatch(
    TaskEnding ending, RevocationStopping stopping, AuditTrail audit, GuardMetrics metrics, IncidentWatch incidents, TimeProvider time, ILogger<SignalWatch> logger)
{
    private readonly ILogger<SignalWatch> _logger = logger;
    private readonly LateUses _lateUses = new();

    /// <summary>Before a call is decided, so that what a signal leads to holds for it already. A call that is denied then was tried all the same.</summary>
    internal void Starting(CallContext context, long foundActiveAt)
    {
        AgentTask task = context.Task;
        ToolDescriptor tool = context.Tool;
        TaskSignals signals = task.Signals;
        SignalOptions options = signals.Options;
        Label reached = task.History.WorstLabel;
        if (tool.Audience is { } audience && reached.Confidentiality < audience)
        {
            Raise(context, SignalKind.Chaining, $"what is {reached.Confidentiality.Name()} was read, and '{tool.Name}' shows what it is given to the {audience.Name()}");
        }

        foreach (ToxicCombination combination in options.ToxicCombinations)
        {
            if (task.History.Groups.Contains(combination.First) && tool.ActionGroups.Any(g => g.Id == combination.Then))
            {
                Raise(context, SignalKind.Chaining, $"an action of '{combination.Then}' follows one of '{combination.First}'");
            }
        }

        if (!task.History.Services.Contains(tool.Service))
        {
            if (options.UsualServices.Count > 0 && !options.UsualServices.Contains(tool.Service))
            {
                Raise(context, SignalKind.LateralMovement, $"'{tool.Service}' is none of the usual services");
            }
            else if (task.History.Services.Count >= options.MaxServices)
            {
                Raise(context, SignalKind.LateralMovement, $"'{tool.Service}' is one service more than the usual {options.MaxServices}");
            }
        }

        if (task.History.Denials > 0 && EffectOf(context) is { } effect && DeniedBefore(signals, tool, effect) is { } other)
        {
            Raise(context, SignalKind.RepeatedEscalation, $"the effect that was denied to '{other}' is tried with '{tool.Name}'");
        }

        if (signals.CountStart(tool.Name, HashOf(tool, context.Given.Utf8.Span), foundActiveAt) is { } runaway)
        {
            Raise(context, SignalKind.Runaway, runaway);
        }
    }

    /// <summary>After a call was denied.</summary>
    internal void Denied(CallContext context, Decision decision)
    {
        AgentTask task = context.Task;
        if (decision.ReasonCode is ReasonCodes.OutsideMandate or ReasonCodes.OutsideProposal && task.History.WorstLabel.Integrity == Integrity.Untrusted)
        {
            Raise(context, SignalKind.GoalDrift, $"'{context.Tool.Name}' is outside of what the task is for, and strangers' text was read before");
        }

        if (task.Signals.CountDenial(context.Tool, EffectOf(context), task.History.Denials) is { } probing)
        {
            Raise(context, SignalKind.RepeatedEscalation, probing);
        }
    }

    /// <summary>After a tool returned.</summary>
    internal void Returned(CallContext context, ToolResult returned)
    {
        if (context.Tool.Output is { } shape && !(returned.Json is { } json && shape.Fits(json)))
        {
            Raise(context, SignalKind.UnexpectedOutput, $"a result of '{context.Tool.Name}' does not fit its schema");
        }
        else if (context.Tool.UsualResult is { } usual && returned.Length is int length && length > usual)
        {
            Raise(context, SignalKind.UnexpectedOutput, $"a result of '{context.Tool.Name}' has {length} characters, where {usual} are usual");
        }
    }

    /// <summary>A credential was used after its lease had ended.</summary>
    internal void UsedAfterItsEnd(AgentTask task, LeaseId lease, string where) => Raise(task, null, SignalKind.ShadowPrivilege, UseOf(lease, where));

    /// <summary>The same where the task that it served is over, or another process's: it is written down only.</summary>
    /// <param name="ended">What is still known of the task; null where nothing is.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="of">The task.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="where">Where it was seen.</param>
    internal void UsedAfterItsEnd(EndedTask? ended, TenantId tenant, TaskId of, LeaseId lease, string where)
    {
        string evidence = UseOf(lease, where);
        if (_lateUses.Take(tenant, lease))
        {
            audit.ShadowPrivilege(tenant, of, ended, lease, evidence);
            LogRaised(SignalKind.ShadowPrivilege, of, evidence);
        }

        incidents.Signalled(tenant, of, ended, SignalKind.ShadowPrivilege, evidence); // it has bounds of its own, and one that was thought to be over is not
    }

    private static string UseOf(LeaseId lease, string where) => $"the credential of lease {lease} was used at {where} after its end";

    private void Raise(CallContext context, SignalKind kind, string evidence) => Raise(context.Task, context.Id, kind, evidence);

    private void Raise(AgentTask task, CallId? call, SignalKind kind, string evidence)
    {
        SignalResponse response = task.Signals.Options.ResponseTo(kind);
        Signal signal = new(kind, time.GetUtcNow(), task.Id, call, evidence, response);
        bool isNew = task.Signals.Take(signal);

        // What takes authority away comes before what writes it down.
        if (response == SignalResponse.Suspend)
        {
            ending.SuspendInBackground(task, $"Signal {kind.Name()}: {evidence}.", isByIncident: true);
        }
        else if (response == SignalResponse.Revoke)
        {
            RevokeInBackground(task, $"Signal {kind.Name()}: {evidence}.");
        }

        if (isNew)
        {
            audit.Signalled(task, signal);
            metrics.Signalled(signal);
            LogRaised(kind, task.Id, evidence);
            incidents.Signalled(task, signal);
        }
    }

    /// <summary>Everything is stopped when this returns; what comes after, the store and the issuers, waits elsewhere.</summary>
    private void RevokeInBackground(AgentTask task, string reason)
    {
        if (!task.HasEnded)
        {
            _ = RunAsync();
        }

        async Task RunAsync()
        {
            try
            {
                Decision decision = new(DecisionOutcome.Permit, ReasonCodes.Permitted, reason);
                await stopping.RevokeAsync(
                    RevocationTarget.Task(task.Tenant, task.Id), by: null, reason, RevocationCause.Signal, decision, time.GetTimestamp()).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                LogRevokeFailed(e, task.Id);
            }
        }
    }

    /// <summary>What a call does to what, so that another way to the same can be recognised; null for a tool that says neither.</summary>
    private static string? EffectOf(CallContext context) =>
        context.Tool.Effect is ToolEffect.Unknown or ToolEffect.Read || context.Resources == context.Tool.ToolAsResource || context.Resources.IsDefaultOrEmpty
            ? null
            : $"{context.Tool.Effect} {context.ResourceTexts[0]}";

    private static string? DeniedBefore(TaskSignals signals, ToolDescriptor tool, string effect)
    {
        for (TaskSignals? s = signals; s is not null; s = s.Parent)
        {
            if (s.DeniedBefore(tool, effect) is { } other)
            {
                return other;
            }
        }

        return null;
    }

    private static int HashOf(ToolDescriptor tool, ReadOnlySpan<byte> arguments)
    {
        HashCode hash = default;
        hash.Add(tool.NameHash);
        hash.AddBytes(arguments);
        return hash.ToHashCode();
    }

    [LoggerMessage(EventId = 801, Level = LogLevel.Error, Message = "Revoking task {Task} for a signal met a fault after its calls were stopped; its leases end by expiry at the latest.")]
    private partial void LogRevokeFailed(Exception exception, TaskId task);

    [LoggerMessage(EventId = 800, Level = LogLevel.Warning, Message = "Signal {Kind} in task {Task}: {Evidence}.")]
    private partial void LogRaised(SignalKind kind, TaskId task, string evidence);
}
