namespace IntentAuthz;

/// <summary>
/// What was lent in this process to what an incident can be about, whether it lives or is over. Tasks that live and the latest that have ended say it
/// themselves, of others the sums; a tool was given what its calls were, and what the tasks were that it runs for now.
/// </summary>
internal sealed class LentHere(TaskTable tasks, CredentialBroker broker)
{
    /// <summary>Adds what a subject was lent.</summary>
    /// <returns>Whether this is all that this process has lent it. False where some of it is forgotten, and of a task that is not known here.</returns>
    internal bool AddTo(HashSet<(string Issuer, string Profile)> lent, RevocationTarget subject)
    {
        if (subject.Kind == RevocationKind.Tool)
        {
            foreach (AgentTask task in tasks.Live)
            {
                if (task.Tenant == subject.Tenant && task.Calls.Any(c => c.Tool.Name == subject.Id))
                {
                    lent.UnionWith(task.Leases.Lent);
                }
            }

            return broker.AddGiven(subject, lent);
        }

        bool isLive = false;
        foreach (AgentTask task in tasks.Live) // before those that have ended: a task that ends meanwhile is in one of them
        {
            if (task.RestsOn.AsSpan().Contains(subject))
            {
                lent.UnionWith(task.Leases.Lent);
                isLive |= task.Id.Value == subject.Id;
            }
        }

        return tasks.Ended.AddLent(subject, lent) || (subject.Kind == RevocationKind.Task && isLive);
    }

    /// <summary>Whether a subject can be lent nothing more, as far as this process knows.</summary>
    internal bool IsOver(RevocationTarget subject) =>
        subject.Kind == RevocationKind.Task && tasks.Ended.Find(subject.Tenant, new TaskId(subject.Id)) is not null;
}
