using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Writes audit records to the host's logging, a structured event each, under the category <c>IntentAuthz.Audit</c>. What a logger was given is not
/// therefore written: use it beside a durable sink (<see cref="IntentAuthzBuilder.AddAuditLogging"/>). Events are 210 permitted, 211 denied, 212
/// asked for approval, 213 outcome, 214 administration, 215 lease, 216 task, 217 signal. Control characters are replaced, so that no text begins a
/// line of its own. Safe for use by many threads.
/// </summary>
public sealed partial class LoggerAuditSink : IAuditSink
{
    private readonly ILogger _logger;

    /// <summary>Makes the sink.</summary>
    /// <param name="loggers">The host's logging.</param>
    public LoggerAuditSink(ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        _logger = loggers.CreateLogger("IntentAuthz.Audit");
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
    {
        foreach (AuditRecord record in records.Span)
        {
            Write(record);
        }

        return ValueTask.CompletedTask;
    }

    private void Write(AuditRecord record)
    {
        if (!_logger.IsEnabled(LogLevel.Warning))
        {
            return; // the highest level of these events
        }

        string? tenant = record.Tenant?.Value, task = record.Subject?.Task.Value, agent = record.Subject?.Agent.Value, owner = Line(record.Subject?.Owner);
        string? call = record.Call?.Value, tool = Line(record.Tool), action = Line(record.Action), explanation = Line(record.Explanation), principal = Line(record.Principal);
        string resources = Line(string.Join(", ", record.Resources.IsDefault ? [] : record.Resources))!;
        switch (record)
        {
            case { Kind: AuditKind.Decision, Outcome: DecisionOutcome.Permit }:
                LogPermitted(tool, action, resources, agent, owner, tenant, task, call, record.ReasonCode, explanation);
                break;
            case { Kind: AuditKind.Decision, Outcome: DecisionOutcome.RequireApproval }:
                LogAsked(tool, action, resources, agent, owner, tenant, task, call, record.Approval?.Value, record.ReasonCode, explanation);
                break;
            case { Kind: AuditKind.Decision }:
                LogDenied(tool, action, resources, agent, owner, tenant, task, call, record.ReasonCode, explanation);
                break;
            case { Kind: AuditKind.Outcome }:
                LogOutcome(tool, record.ReasonCode, record.Duration?.TotalMilliseconds, tenant, task, call, explanation);
                break;
            case { Kind: AuditKind.Administration }:
                LogAdministration(principal, action, resources, record.Outcome, record.ReasonCode, tenant, explanation);
                break;
            case { Kind: AuditKind.Lease }:
                LogLease(record.Lease?.Value, record.ReasonCode, tenant, task, agent, explanation);
                break;
            case { Kind: AuditKind.Signal }:
                LogSignal(record.ReasonCode, tenant, task, agent, owner, explanation);
                break;
            default:
                LogTask(task, record.ReasonCode, tenant, agent, owner, explanation);
                break;
        }
    }

    /// <summary>The text without anything that ends a line or moves a terminal's cursor.</summary>
    private static string? Line(string? text)
    {
        if (text is null || !text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f') && !text.AsSpan().ContainsAny('\u2028', '\u2029'))
        {
            return text;
        }

        return string.Create(text.Length, text, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? '\ufffd' : from[i];
            }
        });
    }

    [LoggerMessage(EventId = 210, EventName = "CallPermitted", Level = LogLevel.Information, Message = "Permitted {Tool} ({Action} on {Resources}) for agent {Agent} of {Owner}, tenant {Tenant}, task {Task}, call {Call}: {Reason}. {Explanation}")]
    private partial void LogPermitted(string? tool, string? action, string resources, string? agent, string? owner, string? tenant, string? task, string? call, string reason, string? explanation);

    [LoggerMessage(EventId = 211, EventName = "CallDenied", Level = LogLevel.Warning, Message = "Denied {Tool} ({Action} on {Resources}) to agent {Agent} of {Owner}, tenant {Tenant}, task {Task}, call {Call}: {Reason}. {Explanation}")]
    private partial void LogDenied(string? tool, string? action, string resources, string? agent, string? owner, string? tenant, string? task, string? call, string reason, string? explanation);

    [LoggerMessage(EventId = 212, EventName = "ApprovalAsked", Level = LogLevel.Information, Message = "Asked approval {Approval} for {Tool} ({Action} on {Resources}) by agent {Agent} of {Owner}, tenant {Tenant}, task {Task}, call {Call}: {Reason}. {Explanation}")]
    private partial void LogAsked(string? tool, string? action, string resources, string? agent, string? owner, string? tenant, string? task, string? call, string? approval, string reason, string? explanation);

    [LoggerMessage(EventId = 213, EventName = "CallEnded", Level = LogLevel.Information, Message = "Ended {Tool}: {Reason} after {Milliseconds} ms; tenant {Tenant}, task {Task}, call {Call}. {Explanation}")]
    private partial void LogOutcome(string? tool, string reason, double? milliseconds, string? tenant, string? task, string? call, string? explanation);

    [LoggerMessage(EventId = 214, EventName = "Administration", Level = LogLevel.Information, Message = "{Principal}: {Action} on {Resources}: {Outcome}, {Reason}; tenant {Tenant}. {Explanation}")]
    private partial void LogAdministration(string? principal, string? action, string resources, DecisionOutcome? outcome, string reason, string? tenant, string? explanation);

    [LoggerMessage(EventId = 215, EventName = "Lease", Level = LogLevel.Information, Message = "Lease {Lease}: {Reason}; tenant {Tenant}, task {Task}, agent {Agent}. {Explanation}")]
    private partial void LogLease(string? lease, string reason, string? tenant, string? task, string? agent, string? explanation);

    [LoggerMessage(EventId = 216, EventName = "Task", Level = LogLevel.Information, Message = "Task {Task} is {State}; tenant {Tenant}, agent {Agent} of {Owner}. {Explanation}")]
    private partial void LogTask(string? task, string state, string? tenant, string? agent, string? owner, string? explanation);

    [LoggerMessage(EventId = 217, EventName = "Signal", Level = LogLevel.Warning, Message = "Signal {Signal}; tenant {Tenant}, task {Task}, agent {Agent} of {Owner}. {Explanation}")]
    private partial void LogSignal(string signal, string? tenant, string? task, string? agent, string? owner, string? explanation);
}
