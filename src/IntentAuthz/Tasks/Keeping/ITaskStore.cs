using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// Keeps what has to outlive the process of root tasks: that they are there, what they have used, what people have answered. What a method has
/// returned for is durable. Several processes may share one: a task is held by the process that runs it, and by nobody once that has ended, until
/// one process claims it. Every call ends, if late and with an exception. Safe for use by many threads.
/// </summary>
/// <remarks>The library decides what notes say and mean; a store keeps them by task and key and reads none of them.</remarks>
public interface ITaskStore
{
    /// <summary>Adds a task with its notes, held by this process.</summary>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask AddAsync(TaskRecord task, CancellationToken cancellationToken);

    /// <summary>Writes the state of a task and some of its notes, all or nothing. Fails unless this process holds it.</summary>
    /// <param name="id">Which.</param>
    /// <param name="state">Where it is.</param>
    /// <param name="notes">What is put in place of what the keys had before; null removes a note.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask WriteAsync(TaskId id, TaskState state, ImmutableArray<TaskNote> notes, CancellationToken cancellationToken);

    /// <summary>Removes a task that is over, whoever holds it. Does nothing when there is none.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask RemoveAsync(TaskId id, CancellationToken cancellationToken);

    /// <summary>
    /// Makes this process hold a task that no live process holds, and answers it with its notes; null when there is no such task. Of any number
    /// of processes that ask, one gets it.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="requestDigest">What its <see cref="TaskRecord.RequestDigest"/> must be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<TaskRecord?> ClaimAsync(TenantId tenant, TaskId id, string requestDigest, CancellationToken cancellationToken);

    /// <summary>Gives back a task that was claimed and does not run, for the next who asks. Does nothing where this process does not hold it.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask ReleaseAsync(TaskId id, CancellationToken cancellationToken);

    /// <summary>
    /// The tasks that no live process holds and whose time has not run out. Of their notes they have those whose key begins with
    /// <see cref="TaskNote.LentPrefix"/>, and no others.
    /// </summary>
    /// <param name="tenant">Whose; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ImmutableArray<TaskRecord>> ReadHeldAsync(TenantId? tenant, CancellationToken cancellationToken);
}
