namespace IntentAuthz;

/// <summary>
/// Decides again, after policies have changed, whether each live task would be opened today, and revokes those that would not. Where the
/// engine cannot answer the task stays, and that is recorded: its calls are denied by the same fault, and one fault must not end everything.
/// </summary>
internal sealed class TaskRecheck(TaskTable tasks, OpeningRules opening, RevocationStopping stopping, AuditTrail audit, TimeProvider time)
{
    internal async ValueTask<(int Revoked, int Undecided)> RunAsync(Principal by)
    {
        int revoked = 0;
        int undecided = 0;

        // From the top: what falls with the task above it needs no decision of its own.
        foreach (AgentTask task in tasks.Live.OrderBy(static t => t.Depth).ToArray())
        {
            if (task.HasEnded)
            {
                continue;
            }

            long began = time.GetTimestamp();
            (Decision decision, Obligations obligations) = await opening.DecideAsync(
                task.Request, task.Parent, task.OpenedBy, CancellationToken.None).ConfigureAwait(false);
            if (decision.ReasonCode == ReasonCodes.EngineFailed)
            {
                undecided++;
                audit.Administration(by, AdministrativeActions.OpenTask, $"decide again on {task}: it stays, since the engine failed", task.Tenant, decision);
                continue;
            }

            if (decision.IsPermitted && obligations.IsCoveredBy(task.OpeningObligations))
            {
                continue;
            }

            string reason = decision.IsPermitted
                ? "The new policies open it only with approvals that it was not opened with."
                : $"The new policies would not open it ({decision.ReasonCode}): {decision.Explanation}";
            revoked++;
            await stopping.RevokeAsync(
                RevocationTarget.Task(task.Tenant, task.Id), by, reason, RevocationCause.PolicyChange, decision, began).ConfigureAwait(false);
            audit.Administration(by, AdministrativeActions.OpenTask, $"decide again on {task}: revoked. {reason}", task.Tenant, decision);
        }

        return (revoked, undecided);
    }
}
