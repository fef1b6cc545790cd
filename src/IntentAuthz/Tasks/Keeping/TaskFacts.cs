using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What never changes of a kept task.</summary>
internal static class TaskFacts
{
    internal const string Key = "facts";

    internal static TaskRecord RecordOf(AgentTask task, string requestDigest, ImmutableArray<TaskNote> notes, TimeProvider time) => new()
    {
        Id = task.Id,
        Tenant = task.Tenant,
        Agent = task.Agent.Id,
        Owner = task.Owner,
        Purpose = task.Purpose,
        Links = task.Delegation.Links,
        OpenedAt = task.OpenedAt,
        ExpiresAt = task.ExpiresAt,
        State = task.KeptState,
        RequestDigest = requestDigest,
        Notes =
        [
            new TaskNote(Key, NoteJson.Write(writer =>
            {
                NoteJson.Write(writer, "openedBy", task.OpenedBy);
                NoteJson.Write(writer, "opening", task.OpeningObligations);
                writer.WriteString("approval"u8, task.OpeningApproval?.Value);
            })),
            new TaskNote(TaskStanding.Key, TaskStanding.Write(task, time)),
            .. notes,
        ],
    };

    /// <summary>What revoking would end it, as for a task that runs.</summary>
    internal static IEnumerable<RevocationTarget> RestsOn(TaskRecord record) =>
    [
        RevocationTarget.Everything,
        RevocationTarget.WholeTenant(record.Tenant),
        RevocationTarget.Task(record.Tenant, record.Id),
        .. record.Links.Select(l => RevocationTarget.DelegationLink(record.Tenant, l.Id)),
        .. record.Links.Select(l => RevocationTarget.Agent(record.Tenant, l.Agent)),
    ];
}
