using System.Collections.Immutable;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>A task as a row.</summary>
internal static class TaskRow
{
    internal const string Columns = "id, tenant, agent, owner, purpose, links, opened_at, expires_at, state, request_digest";

    internal const string Insert =
        $"INSERT INTO task (holder, {Columns}) VALUES ($holder, $id, $tenant, $agent, $owner, $purpose, $links, $opened_at, $expires_at, $state, $request_digest)";

    internal static (string, object?)[] Values(TaskRecord task) =>
    [
        ("$id", task.Id.Value),
        ("$tenant", task.Tenant.Value),
        ("$agent", task.Agent.Value),
        ("$owner", task.Owner),
        ("$purpose", task.Purpose),
        ("$links", TextList.Write([.. task.Links.SelectMany(static l => new[] { l.Id.Value, l.Agent.Value })])),
        ("$opened_at", task.OpenedAt.UtcTicks),
        ("$expires_at", task.ExpiresAt.UtcTicks),
        ("$state", (long)task.State),
        ("$request_digest", task.RequestDigest),
    ];

    internal static ImmutableArray<TaskRecord> ReadAll(SqliteCommand command, CancellationToken cancellationToken)
    {
        ImmutableArray<TaskRecord>.Builder tasks = ImmutableArray.CreateBuilder<TaskRecord>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            tasks.Add(Read(row));
        }

        return tasks.DrainToImmutable();
    }

    internal static ImmutableArray<TaskNote> ReadNotes(SqliteCommand command)
    {
        ImmutableArray<TaskNote>.Builder notes = ImmutableArray.CreateBuilder<TaskNote>();
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            notes.Add(new TaskNote(row.GetString(0), row.GetString(1)));
        }

        return notes.DrainToImmutable();
    }

    internal static ILookup<string, TaskNote> ReadNotesByTask(SqliteCommand command)
    {
        List<(string Task, TaskNote Note)> notes = [];
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            notes.Add((row.GetString(0), new TaskNote(row.GetString(1), row.GetString(2))));
        }

        return notes.ToLookup(static n => n.Task, static n => n.Note, StringComparer.Ordinal);
    }

    private static TaskRecord Read(SqliteDataReader row)
    {
        ImmutableArray<string> links = TextList.Read(row.GetString(5));
        if (links.Length == 0 || links.Length % 2 != 0)
        {
            throw new FormatException("A task has no delegation that can be read.");
        }

        return new TaskRecord
        {
            Id = new TaskId(row.GetString(0)),
            Tenant = new TenantId(row.GetString(1)),
            Agent = new AgentId(row.GetString(2)),
            Owner = row.GetString(3),
            Purpose = row.GetString(4),
            Links = [.. links.Chunk(2).Select(static l => new DelegationLink(new DelegationLinkId(l[0]), new AgentId(l[1])))],
            OpenedAt = new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(row.GetInt64(7), TimeSpan.Zero),
            State = (TaskState)row.GetInt32(8) is var state && state is >= TaskState.Pending and <= TaskState.Suspended
                ? state : throw new FormatException("A task is in a state in which none is kept."),
            RequestDigest = row.GetString(9),
        };
    }
}
