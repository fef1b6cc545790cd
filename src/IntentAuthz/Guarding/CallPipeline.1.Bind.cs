namespace IntentAuthz;

/// <summary>Step 1: the call is tied to its task and to a described tool. Authority is what the caller was bound to, never what the call says.</summary>
internal sealed partial class CallPipeline
{
    private Decision? Bind(AgentTask? task, ToolCall call, Moment now, out ToolDescriptor? tool)
    {
        tool = null;
        if (task is null)
        {
            return Decision.Deny(ReasonCodes.MissingTask, "The call came with no task; open one and bind the caller to it.");
        }

        if (!ReferenceEquals(task.GuardIdentity, guardIdentity))
        {
            return Decision.Deny(ReasonCodes.ForeignTask, "The task was opened by another guard; use the guard that opened it.");
        }

        if (task.WhyNotActive(now) is { } reason)
        {
            return Decision.Deny(reason, reason == ReasonCodes.Revoked && revoked.FindFor(task) is { } entry
                ? InWords(entry)
                : $"The task {task.Id} does not run: it, or a task above it, is {StateInWords(reason)}.");
        }

        if (call.Parent is { } parent && !IsInFlight(task, parent))
        {
            return Decision.Deny(ReasonCodes.ParentNotInFlight, $"The call names {parent} as its parent, which is not in flight in this task or one above it.");
        }

        if (!tools.TryGet(call.ToolName, out tool))
        {
            string hint = Nearest.Hint(call.ToolName, tools.Tools.Select(static t => t.Name));
            return Decision.Deny(
                ReasonCodes.UnknownTool,
                $"No tool of exactly this name is described{hint} Describe it with ToolDescriptor.For(...) and AddTool(...).");
        }

        for (AgentTask? above = task; above is not null; above = above.Parent)
        {
            if (tool.Risk > above.Mandate.RiskCeiling)
            {
                return Decision.Deny(
                    ReasonCodes.RiskAboveCeiling,
                    $"The tool '{tool.Name}' is of risk {tool.Risk.Name()}, above the ceiling {above.Mandate.RiskCeiling.Name()} of task {above.Id}.");
            }
        }

        return null;
    }

    private static bool IsInFlight(AgentTask task, CallId parent)
    {
        for (AgentTask? above = task; above is not null; above = above.Parent)
        {
            if (above.Calls.Contains(parent))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What was revoked, by whom, when and why: for people, who have to know whom to ask.</summary>
    private static string InWords(RevocationEntry entry)
    {
        string by = entry.Cause switch
        {
            RevocationCause.OperatorKey => "with the operator key",
            RevocationCause.Signal => "by a signal",
            RevocationCause.PolicyChange => "by a change of policy",
            _ => entry.By is { } person ? $"by {person}" : "by a person",
        };
        return $"Revoked {by} at {entry.At:u}: {entry.Target} ({entry.Reason}).";
    }

    private static Decision UnknownRevocations() => Decision.Deny(
        ReasonCodes.RevocationUnknown,
        "What is revoked is not known: the revocation store has not been read, or not lately enough. Calls are denied until it can be; see the log and RevocationRegistry.GetStatus().");

    private static string StateInWords(string reasonCode) => reasonCode switch
    {
        ReasonCodes.TaskPending => "pending",
        ReasonCodes.TaskSuspended => "suspended",
        ReasonCodes.TaskExpired => "expired",
        ReasonCodes.Revoked => "revoked",
        _ => "ended",
    };
}
