namespace IntentAuthz;

/// <summary>
/// Names of attributes. Those that begin with <c>gen_ai</c> and <c>error</c> are of OpenTelemetry's semantic conventions (GenAI, "Execute tool
/// span" and "Generative AI tool metrics"); the others are ours.
/// </summary>
internal static class TelemetryNames
{
    internal const string Operation = "gen_ai.operation.name";
    internal const string ExecuteTool = "execute_tool";
    internal const string Tool = "gen_ai.tool.name";
    internal const string ToolType = "gen_ai.tool.type";
    internal const string Function = "function";
    internal const string ToolCall = "gen_ai.tool.call.id";
    internal const string Agent = "gen_ai.agent.id";
    internal const string Error = "error.type";
    internal const string Outcome = "intentauthz.decision.outcome";
    internal const string Reason = "intentauthz.decision.reason";
    internal const string ObservedReason = "intentauthz.decision.observed_reason";
    internal const string Policies = "intentauthz.decision.policies";
    internal const string PolicyVersion = "intentauthz.policy.version";
    internal const string Call = "intentauthz.call.id";
    internal const string Task = "intentauthz.task.id";
    internal const string Tenant = "intentauthz.tenant.id";
    internal const string Action = "intentauthz.action";
    internal const string Approval = "intentauthz.approval.id";
    internal const string ApprovalState = "intentauthz.approval.state";
    internal const string TaskState = "intentauthz.task.state";
    internal const string Signal = "intentauthz.signal.kind";
    internal const string SignalResponse = "intentauthz.signal.response";
    internal const string RevocationKind = "intentauthz.revocation.kind";
    internal const string RevocationCause = "intentauthz.revocation.cause";
    internal const string Issuer = "intentauthz.issuer";
    internal const string ToolOutcome = "intentauthz.tool.outcome";

    /// <summary>In place of a name that the model wrote and no descriptor has: it would make a time series of its own each time.</summary>
    internal const string UnknownTool = "(unknown)";
}
