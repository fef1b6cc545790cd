using System.Collections.Immutable;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>Root tasks in the file. Each belongs to the process that added or claimed it until that one has ended, and then to nobody.</summary>
internal sealed class SqliteTaskStore(StateFile file, StateWriter writer, Instance instance, TakeOver takeOver, TimeProvider time) : ITaskStore, IDisposable
{
    private const string PutNote = "INSERT INTO task_note (task, key, value) VALUES ($task, $key, $value) ON CONFLICT (task, key) DO UPDATE SET value = excluded.value";
    private const string ForgetExpiredNotes = "DELETE FROM task_note WHERE task IN (SELECT id FROM task WHERE holder IS NULL AND expires_at < $before)";
    private const string ForgetExpired = "DELETE FROM task WHERE holder IS NULL AND expires_at < $before";

    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_keptBeyond = TimeSpan.FromMinutes(1); // a clock that steps back is forgiven a little

    private readonly StateReader _reader = new(file);
    private long _lastSweep; // of the writer's thread alone
    private bool _swept;

    public async ValueTask AddAsync(TaskRecord task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        (string, object?)[] values = [("$holder", instance.Id), .. TaskRow.Values(task)];
        await writer.WriteAsync(
            statements =>
            {
                Sweep(statements);
                return statements.Whole(() =>
                {
                    int added = statements.Run(TaskRow.Insert, values);
                    Put(statements, task.Id, task.Notes);
                    return added;
                });
            },
            needsToLive: true, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask WriteAsync(TaskId id, TaskState state, ImmutableArray<TaskNote> notes, CancellationToken cancellationToken) =>
        await writer.WriteAsync(
            statements => statements.Whole(() =>
            {
                if (statements.Run("UPDATE task SET state = $state WHERE id = $id AND holder = $holder", ("$state", (long)state), ("$id", id.Value), ("$holder", instance.Id)) != 1)
                {
                    throw new SqliteStateException($"The task {id} is not in {file.Path}, or not this process's any more: it was ended by another process, or this one was taken over from.");
                }

                Put(statements, id, notes);
                return 1;
            }),
            needsToLive: true, cancellationToken).ConfigureAwait(false);

    // Also by a process that was taken over: what it ends, it ends.
    public async ValueTask RemoveAsync(TaskId id, CancellationToken cancellationToken) =>
        await writer.WriteAsync(
            statements => statements.Whole(() =>
            {
                statements.Run("DELETE FROM task_note WHERE task = $id", ("$id", id.Value));
                return statements.Run("DELETE FROM task WHERE id = $id", ("$id", id.Value));
            }),
            needsToLive: false, cancellationToken).ConfigureAwait(false);

    public async ValueTask<TaskRecord?> ClaimAsync(TenantId tenant, TaskId id, string requestDigest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requestDigest);
        await takeOver.RunAsync(cancellationToken).ConfigureAwait(false);
        return (TaskRecord?)await writer.WriteAsync(
            statements => statements.Whole<TaskRecord?>(() => Claim(statements, tenant, id, requestDigest)), needsToLive: true, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask ReleaseAsync(TaskId id, CancellationToken cancellationToken) =>
        await writer.WriteAsync(
            statements => statements.Run("UPDATE task SET holder = NULL WHERE id = $id AND holder = $holder", ("$id", id.Value), ("$holder", instance.Id)),
            needsToLive: false, cancellationToken).ConfigureAwait(false);

    public async ValueTask<ImmutableArray<TaskRecord>> ReadHeldAsync(TenantId? tenant, CancellationToken cancellationToken)
    {
        try
        {
            await takeOver.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteStateException)
        {
            // A full disk keeps nobody from looking; who is found dead next time is taken over from then.
        }

        return await _reader.ReadAsync(
            (connection, cancelled) =>
            {
                using SqliteCommand command = connection.CreateCommand();
                command.CommandText = $"SELECT {TaskRow.Columns} FROM task WHERE holder IS NULL AND expires_at > $now AND ($tenant IS NULL OR tenant = $tenant)";
                command.Parameters.AddWithValue("$now", time.GetUtcNow().UtcTicks);
                command.Parameters.AddWithValue("$tenant", (object?)tenant?.Value ?? DBNull.Value);
                ImmutableArray<TaskRecord> held = TaskRow.ReadAll(command, cancelled);
                command.CommandText = """
                    SELECT task, key, value FROM task_note WHERE substr(key, 1, length($prefix)) = $prefix
                        AND task IN (SELECT id FROM task WHERE holder IS NULL AND expires_at > $now AND ($tenant IS NULL OR tenant = $tenant))
                    """;
                command.Parameters.AddWithValue("$prefix", TaskNote.LentPrefix);
                ILookup<string, TaskNote> lent = TaskRow.ReadNotesByTask(command);
                return held.Select(t => t with { Notes = [.. lent[t.Id.Value]] }).ToImmutableArray();
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All that have not expired, whoever holds them.</summary>
    internal ValueTask<ImmutableArray<TaskRecord>> ReadAllAsync(TenantId? tenant, CancellationToken cancellationToken) => _reader.ReadAsync(
        (connection, cancelled) =>
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT {TaskRow.Columns} FROM task WHERE expires_at > $now AND ($tenant IS NULL OR tenant = $tenant)";
            command.Parameters.AddWithValue("$now", time.GetUtcNow().UtcTicks);
            command.Parameters.AddWithValue("$tenant", (object?)tenant?.Value ?? DBNull.Value);
            return TaskRow.ReadAll(command, cancelled);
        },
        cancellationToken);

    public void Dispose() => _reader.Dispose();

    private TaskRecord? Claim(StateStatements statements, TenantId tenant, TaskId id, string requestDigest)
    {
        if (statements.Run(
            "UPDATE task SET holder = $holder WHERE id = $id AND tenant = $tenant AND request_digest = $digest AND holder IS NULL AND expires_at > $now",
            ("$holder", instance.Id), ("$id", id.Value), ("$tenant", tenant.Value), ("$digest", requestDigest), ("$now", time.GetUtcNow().UtcTicks)) != 1)
        {
            return null;
        }

        try
        {
            TaskRecord record = TaskRow.ReadAll(statements.Get($"SELECT {TaskRow.Columns} FROM task WHERE id = $id", ("$id", id.Value)), CancellationToken.None)[0];
            return record with { Notes = TaskRow.ReadNotes(statements.Get("SELECT key, value FROM task_note WHERE task = $id", ("$id", id.Value))) };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or System.Text.Json.JsonException or InvalidOperationException)
        {
            throw new SqliteStateException($"{file.Path} holds a task that cannot be read ({e.GetType().Name}); see docs/state.md.", e, SqliteFaults.Corrupt);
        }
    }

    private static void Put(StateStatements statements, TaskId id, ImmutableArray<TaskNote> notes)
    {
        foreach (TaskNote note in notes)
        {
            if (note.Value is null)
            {
                statements.Run("DELETE FROM task_note WHERE task = $task AND key = $key", ("$task", id.Value), ("$key", note.Key));
            }
            else
            {
                statements.Run(PutNote, ("$task", id.Value), ("$key", note.Key), ("$value", note.Value));
            }
        }
    }

    private void Sweep(StateStatements statements)
    {
        if (_swept && time.GetElapsedTime(_lastSweep) < s_sweepEvery)
        {
            return;
        }

        _swept = true;
        _lastSweep = time.GetTimestamp();
        long before = (time.GetUtcNow() - s_keptBeyond).UtcTicks;
        statements.Run(ForgetExpiredNotes, ("$before", before));
        statements.Run(ForgetExpired, ("$before", before));
    }
}
