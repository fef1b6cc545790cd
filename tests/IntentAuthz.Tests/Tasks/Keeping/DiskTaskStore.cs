using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace IntentAuthz.Tests.Tasks.Keeping;

/// <summary>One process's way to the disk. Steps (add, write, remove, claim, release, read) fail and hang on command; what hangs is done when it is let go.</summary>
internal sealed class DiskTaskStore(TaskDisk disk, int process) : ITaskStore
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource?> _broken = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _reached = new(StringComparer.Ordinal);

    internal void Fail(string step) => _broken[step] = null;

    /// <summary>Makes a step hang; the task that is answered ends when one has got there.</summary>
    internal Task Hang(string step)
    {
        _broken[step] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (_reached[step] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    internal void Mend()
    {
        foreach (string step in _broken.Keys)
        {
            if (_broken.TryRemove(step, out TaskCompletionSource? gate))
            {
                gate?.SetResult();
            }
        }
    }

    public async ValueTask AddAsync(TaskRecord task, CancellationToken cancellationToken) =>
        await DoAsync("add", tasks => tasks.TryAdd(task.Id, new TaskDisk.Kept(task, process)));

    public async ValueTask WriteAsync(TaskId id, TaskState state, ImmutableArray<TaskNote> notes, CancellationToken cancellationToken) =>
        await DoAsync("write", tasks =>
        {
            if (!tasks.TryGetValue(id, out TaskDisk.Kept? kept) || kept.Holder != process)
            {
                throw new IOException("not this process's task");
            }

            kept.State = state;
            foreach (TaskNote note in notes)
            {
                if (note.Value is null)
                {
                    kept.Notes.Remove(note.Key);
                }
                else
                {
                    kept.Notes[note.Key] = note.Value;
                }
            }

            return true;
        });

    public async ValueTask RemoveAsync(TaskId id, CancellationToken cancellationToken) => await DoAsync("remove", tasks => tasks.Remove(id));

    public async ValueTask<TaskRecord?> ClaimAsync(TenantId tenant, TaskId id, string requestDigest, CancellationToken cancellationToken) =>
        await DoAsync("claim", tasks =>
        {
            if (!tasks.TryGetValue(id, out TaskDisk.Kept? kept) || kept.Holder is not null || kept.Record.Tenant != tenant || kept.Record.RequestDigest != requestDigest)
            {
                return null;
            }

            kept.Holder = process;
            return kept.ToRecord();
        });

    public async ValueTask ReleaseAsync(TaskId id, CancellationToken cancellationToken) =>
        await DoAsync("release", tasks => tasks.TryGetValue(id, out TaskDisk.Kept? kept) && kept.Holder == process ? kept.Holder = null : null);

    public async ValueTask<ImmutableArray<TaskRecord>> ReadHeldAsync(TenantId? tenant, CancellationToken cancellationToken) =>
        await DoAsync<ImmutableArray<TaskRecord>>("read", tasks =>
            [.. tasks.Values.Where(k => k.Holder is null && (tenant is null || k.Record.Tenant == tenant)).Select(static k => k.ToRecord()).Select(static r => r with { Notes = [.. r.Notes.Where(static n => n.Key.StartsWith(TaskNote.LentPrefix, StringComparison.Ordinal))] })]);

    private async Task<T> DoAsync<T>(string step, Func<Dictionary<TaskId, TaskDisk.Kept>, T> change)
    {
        if (_broken.TryGetValue(step, out TaskCompletionSource? gate))
        {
            if (_reached.TryGetValue(step, out TaskCompletionSource? reached))
            {
                reached.TrySetResult();
            }

            await (gate ?? throw new IOException("disk full")).Task;
        }

        return disk.Use(process, change);
    }
}
