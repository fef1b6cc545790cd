using IntentAuthz.Cedar;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// The way of one tool call, a file a step: bind, intent, verdict, approval, provision, dispatch, outcome. Every fault on the way to the
/// dispatch is a denial with its own reason code.
/// </summary>
internal sealed partial class CallPipeline(
    ToolCatalog tools,
    IPolicyEngine engine,
    IEntityProvider hostEntities,
    RevocationList revoked,
    ApprovalRegistry approvals,
    Containments containments,
    CredentialBroker broker,
    CallRates rates,
    CallAudit audit,
    SignalWatch watch,
    EnforcementModes modes,
    ResultObserver observer,
    SecretScrubber scrubber,
    TaskEnding ending,
    ArgumentLimits argumentLimits,
    TimeSpan engineTimeout,
    TimeProvider time,
    GuardIdentity guardIdentity,
    GuardTelemetry telemetry,
    ILogger<CallPipeline> logger)
{
    /// <summary>How often a call is decided again because policies or labels changed meanwhile, before it is denied.</summary>
    private const int MaxRounds = 3;

    /// <summary>Whether asking for the version runs no code of the host.</summary>
    private readonly bool _isOwnEngine = engine is CedarPolicyEngine or DecisionRecorder { IsOverOwnEngine: true };

    private readonly CallIds _ids = new();
    private readonly ArgumentReader _arguments = new(argumentLimits);
    private readonly ILogger<CallPipeline> _logger = logger;

    internal async ValueTask<GuardResult> InvokeAsync(AgentTask? task, ToolCall call, ToolDispatch dispatch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CallId id = _ids.Next();
        using CallTelemetry? watched = telemetry.Watch(id, task, call, tools);
        CallContext context;
        Moment now;
        try
        {
            now = Moment.Now(time);
            if (Bind(task, call, now, out ToolDescriptor? tool) is { } unbound)
            {
                watched?.Decided(unbound);
                return task?.Journal is null ? Refuse(id, task, call, unbound) : await RefuseInWritingAsync(id, task, call, unbound).ConfigureAwait(false);
            }

            context = new CallContext(id, call, task!, tool!) { Telemetry = watched };
            if (ReadIntent(context) is { } unreadable)
            {
                return await DenyAsync(context, unreadable, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            LogFault(e, id);
            Decision fault = Decision.Deny(ReasonCodes.InternalError, $"A fault inside the guard ({e.GetType().Name}); the call did not run. See the log.");
            watched?.Decided(fault);
            return Refuse(id, task, call, fault);
        }

        try
        {
            watch.Starting(context, now.Timestamp);
            for (int round = 0; round < MaxRounds; round++)
            {
                Standing standing = await ReachVerdictAsync(context, cancellationToken).ConfigureAwait(false);
                if (!standing.IsReached)
                {
                    throw new InvalidOperationException("No verdict was reached."); // what was never filled in must not read as a permit
                }

                // What is looked up in an approval, or hashed, can take its time.
                Moment? near = standing.Obligations.Approvals.IsEmpty && context.Approval is null && context.Tool.IsIdempotent ? standing.At : null;
                Decision decision = standing.Refusal ?? CheckApproval(context, standing);
                if (decision.IsPermitted && NeedsProvision(standing))
                {
                    (decision, near) = await ProvisionAsync(context, standing, decision, cancellationToken).ConfigureAwait(false);
                }

                if (!decision.IsPermitted)
                {
                    return await DenyAsync(context, decision, cancellationToken).ConfigureAwait(false);
                }

                decision.Risk = context.RiskIfKnown;
                AuditRecord decided = audit.Decided(context, decision, near?.UtcNow ?? time.GetUtcNow());
                if (!await audit.WriteAsync(context, decided, ref near, cancellationToken).ConfigureAwait(false))
                {
                    return await DenyAsync(context, audit.Unavailable(), cancellationToken).ConfigureAwait(false);
                }

                if (await TryRunAsync(context, standing, decision, dispatch, near, cancellationToken).ConfigureAwait(false) is { } result)
                {
                    return result;
                }

                await ReleaseAsync(context).ConfigureAwait(false);
                context.Refresh();
            }

            return await DenyAsync(
                context,
                Decision.Deny(ReasonCodes.PolicyChanged, "Policies or labels changed each time the call was decided; try again."),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogFault(e, id);
            return await DenyAsync(
                context,
                Decision.Deny(ReasonCodes.InternalError, $"A fault inside the guard ({e.GetType().Name}); the call did not run. See the log."),
                CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseAsync(context).ConfigureAwait(false);
        }
    }

    /// <summary>Records the denial of a call that was reached outside the guard, such as a function that is not wrapped.</summary>
    internal GuardResult Refuse(AgentTask? task, ToolCall call, Decision decision)
    {
        telemetry.Metrics.Decided(decision, tool: null, duration: null);
        GuardResult refused = Refuse(_ids.Next(), task, call, decision);
        task?.Journal?.Save(); // whoever calls this does not wait
        return refused;
    }

    private GuardResult Refuse(CallId id, AgentTask? task, ToolCall call, Decision decision)
    {
        task?.History.CountDenial();
        audit.Refused(id, task, ReferenceEquals(task?.GuardIdentity, guardIdentity), call, decision);
        return new GuardResult(id, decision, decision.ReasonCode, label: Label.Best);
    }

    private async ValueTask<GuardResult> DenyAsync(CallContext context, Decision decision, CancellationToken cancellationToken)
    {
        if (decision.Outcome == DecisionOutcome.RequireApproval && context.Task.Journal is { } asking && !await asking.WriteAsync().ConfigureAwait(false))
        {
            decision = NotWritten("The approval request");
        }

        decision.Request?.BuildMentioned(); // before anything of what follows is in the history
        decision.Risk = context.RiskIfKnown;
        context.Telemetry?.Decided(decision, context.PolicyVersion);
        // Before what it causes: a signal's record comes after that of the denial which raised it, and an incident finds the denial in the history.
        await audit.WriteAsync(context, audit.Decided(context, decision, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        if (decision.Outcome == DecisionOutcome.Deny)
        {
            context.Task.History.CountDenial();
            watch.Denied(context, decision);
            if (context.Task.Journal is { } counting)
            {
                await counting.WriteAsync().ConfigureAwait(false); // a denial that the agent knows of is one that the task remembers
            }
        }

        return new GuardResult(context.Id, decision, decision.ReasonCode, label: Label.Best);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A fault inside the guard; call {Call} was denied.")]
    private partial void LogFault(Exception exception, CallId call);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Tool {Tool} failed in call {Call} with {ExceptionType}.")]
    private partial void LogToolFailed(string tool, CallId call, string exceptionType);

    [LoggerMessage(EventId = 3, Level = LogLevel.Critical, Message = "The outcome of call {Call} could not be recorded; task {Task} is suspended.")]
    private partial void LogOutcomeLost(CallId call, TaskId task);
}
