using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Ends or suspends tasks with all that hangs under them. In this order: the states change, so that no new call starts; calls in flight are
/// stopped; open approvals end; leases are unmade. Only the last step waits for anything.
/// </summary>
internal sealed partial class TaskEnding(
    TaskTable tasks, ApprovalRegistry approvals, CredentialBroker broker, AuditTrail audit, GuardMetrics metrics, ILogger<TaskEnding> logger)
{
    private readonly ILogger<TaskEnding> _logger = logger;

    /// <summary>Ends the task and its sub-tasks. All are stopped, and the calls counted, before this first waits.</summary>
    internal ValueTask<TaskStop> EndAsync(AgentTask task, TaskState state, string explanation, out int cancelled)
    {
        List<AgentTask> ended = [];
        cancelled = Stop(task, state, explanation, ended);
        return ended.Count == 0 ? new ValueTask<TaskStop>(new TaskStop(false, [])) : UnmakeAsync(ended);
    }

    /// <inheritdoc cref="EndAsync(AgentTask, TaskState, string, out int)"/>
    internal ValueTask<TaskStop> EndAsync(AgentTask task, TaskState state, string explanation) => EndAsync(task, state, explanation, out _);

    private async ValueTask<TaskStop> UnmakeAsync(List<AgentTask> ended) => new(true, await broker.RevokeTasksAsync(ended).ConfigureAwait(false));

    /// <summary>Suspends the task, stops its sub-tasks for good and unmakes all leases. A suspended task comes back without them.</summary>
    /// <param name="task">The task.</param>
    /// <param name="explanation">Why.</param>
    /// <param name="isByIncident">Whether an incident does it, by its freezing or by a signal of it: then reopening that is enough to resume the task.</param>
    /// <returns>Whether it was active.</returns>
    internal async ValueTask<bool> SuspendAsync(AgentTask task, string explanation, bool isByIncident) =>
        (await SuspendAsync(task, explanation, isByIncident, out _).ConfigureAwait(false)).Ended;

    /// <inheritdoc cref="SuspendAsync(AgentTask, string, bool)"/>
    internal ValueTask<TaskStop> SuspendAsync(AgentTask task, string explanation, bool isByIncident, out int cancelled)
    {
        cancelled = 0;
        if (!task.TrySuspend(isByIncident))
        {
            task.OwnJournal?.Save(); // who else wants it to stand still
            return new ValueTask<TaskStop>(new TaskStop(false, []));
        }

        cancelled = task.Calls.Cancel(ReasonCodes.TaskSuspended);
        task.OwnJournal?.Save();
        audit.TaskMoved(task, TaskState.Suspended, explanation);
        List<AgentTask> stopped = [task];
        foreach (AgentTask child in task.Children)
        {
            cancelled += Stop(child, TaskState.Revoked, $"The task above was suspended: {explanation}", stopped);
        }

        return UnmakeAsync(stopped);
    }

    /// <summary>For callers that cannot wait, such as timers and the audit writer; what fails is logged.</summary>
    internal void EndInBackground(AgentTask task, TaskState state, string explanation) =>
        _ = RunAsync(async () => await EndAsync(task, state, explanation).ConfigureAwait(false), task);

    /// <inheritdoc cref="EndInBackground"/>
    internal void SuspendInBackground(AgentTask task, string explanation, bool isByIncident) =>
        _ = RunAsync(async () => await SuspendAsync(task, explanation, isByIncident).ConfigureAwait(false), task);

    private int Stop(AgentTask task, TaskState state, string explanation, List<AgentTask> ended)
    {
        if (!task.TryMove(state))
        {
            return 0;
        }

        ended.Add(task);
        int cancelled = task.Calls.Cancel(state switch
        {
            TaskState.Revoked => ReasonCodes.Revoked,
            TaskState.Expired => ReasonCodes.TaskExpired,
            _ => ReasonCodes.TaskEnded,
        });
        task.ExpiryTimer?.Dispose();
        tasks.Remove(task);
        task.OwnJournal?.End();
        approvals.EndTask(task);
        audit.TaskMoved(task, state, explanation);
        metrics.TaskEnded(task, state);
        foreach (AgentTask child in task.Children)
        {
            cancelled += Stop(child, state is TaskState.Expired ? TaskState.Expired : TaskState.Revoked, $"The task above ended: {explanation}", ended);
        }

        return cancelled;
    }

    private async Task RunAsync(Func<Task> work, AgentTask task)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogFailed(e, task.Id);
        }
    }

    [LoggerMessage(EventId = 400, Level = LogLevel.Error, Message = "Ending task {Task} met a fault after its calls were stopped; its leases end by expiry at the latest.")]
    private partial void LogFailed(Exception exception, TaskId task);
}
