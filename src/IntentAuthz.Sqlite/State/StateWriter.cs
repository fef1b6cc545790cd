using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace IntentAuthz.Sqlite;

/// <summary>
/// The one writer of this process, on a thread of its own since SQLite blocks. What has gathered while it wrote goes into the next transaction
/// together: making a commit durable is what takes time, and so a hundred callers wait for one. Each caller's task completes after the commit.
/// </summary>
internal sealed partial class StateWriter : IDisposable
{
    private const int MaxBatch = 4096;
    private const int MaxWaiting = 1_000_000; // beyond it the disk has fallen behind for good, and memory is not the place to hide that

    private readonly Lock _queueing = new(); // protects _waiting and _closed
    private readonly Queue<StateWrite> _waiting = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly StateFile _file;
    private readonly Instance _instance;
    private readonly StateStatements _statements;
    private readonly Thread _thread;
    private readonly ILogger _logger;
    private bool _closed;

    internal StateWriter(StateFile file, Instance instance, ILogger logger)
    {
        _file = file;
        _instance = instance;
        _logger = logger;
        _statements = new StateStatements(file.Connect());
        _thread = new Thread(Loop) { IsBackground = true, Name = "IntentAuthz.Sqlite writer" };
        _thread.Start();
    }

    /// <summary>Queues a change of one statement, or one that is whole after each of its statements.</summary>
    /// <param name="apply">Makes it, on the writer's thread.</param>
    /// <param name="needsToLive">Whether it is refused to a process that was taken over: what such a one believes it holds is another's now.</param>
    /// <param name="cancellationToken">Ends the wait; what was begun is still done.</param>
    internal async ValueTask<object?> WriteAsync(Func<StateStatements, object?> apply, bool needsToLive, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StateWrite write = new(apply, needsToLive, cancellationToken);
        lock (_queueing)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(SqliteState));
            if (_waiting.Count >= MaxWaiting)
            {
                throw new SqliteStateException($"{MaxWaiting} writes to {_file.Path} wait already; the disk is too slow for what is asked of it.");
            }

            _waiting.Enqueue(write);
        }

        _work.Release();
        return await write.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_queueing)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        _work.Release();
        _thread.Join();
        _statements.Dispose();
        _work.Dispose();
    }

    private void Loop()
    {
        List<StateWrite> batch = [];
        while (true)
        {
            _work.Wait();
            bool closed;
            lock (_queueing)
            {
                while (batch.Count < MaxBatch && _waiting.TryDequeue(out StateWrite? write))
                {
                    batch.Add(write);
                }

                closed = _closed && _waiting.Count == 0;
                if (_waiting.Count > 0)
                {
                    _work.Release();
                }
            }

            batch.RemoveAll(static w => w.TryGiveUp());
            if (batch.Count > 0)
            {
                Write(batch);
                batch.Clear();
            }

            if (closed)
            {
                return;
            }
        }
    }

    private void Write(List<StateWrite> batch)
    {
        if (TryCommit(batch, last: batch.Count == 1) || batch.Count == 1)
        {
            return;
        }

        // Something did not fit, or one change took the transaction down. One by one, each stands for itself: on a full disk what removes still
        // goes in, and makes room.
        foreach (StateWrite write in batch)
        {
            TryCommit([write], last: true);
        }
    }

    /// <summary>Writes all or nothing. On the last attempt the callers are told why it failed.</summary>
    private bool TryCommit(List<StateWrite> batch, bool last)
    {
        bool committing = false;
        List<(StateWrite Write, Exception Fault)>? refused = null;
        try
        {
            using SqliteTransaction transaction = _statements.Connection.BeginTransaction(deferred: false);
            _statements.Transaction = transaction;
            bool? lives = null;
            foreach (StateWrite write in batch)
            {
                try
                {
                    if (write.NeedsToLive && !(lives ??= IsRegistered()))
                    {
                        throw new SqliteStateException(
                            $"Another process has taken over what this one held in {_file.Path}, as its lock file was gone: it was deleted, or a copy was restored under a running host. Restart this host.");
                    }

                    write.Apply(_statements);
                }
                catch (Exception e) when (e is not SqliteException fault || !SqliteFaults.IsOfTheFile(fault))
                {
                    (refused ??= []).Add((write, e)); // its own fault; the statement left nothing behind
                }
            }

            committing = true;
            transaction.Commit();
        }
        catch (Exception e)
        {
            if (!last && e is SqliteException { SqliteErrorCode: SqliteFaults.Full })
            {
                return false;
            }

            SqliteStateException told = e is SqliteException fault
                ? SqliteFaults.Explain(fault, _file.Path, committing)
                : new SqliteStateException($"Writing to {_file.Path} failed.", e);
            LogFailed(e, batch.Count);
            foreach (StateWrite write in batch)
            {
                write.Fail(told);
            }

            return true;
        }
        finally
        {
            _statements.Transaction = null;
        }

        if (refused is not null)
        {
            foreach ((StateWrite write, Exception fault) in refused)
            {
                write.Fail(fault is SqliteException sqlite ? SqliteFaults.Explain(sqlite, _file.Path) : fault);
            }
        }

        foreach (StateWrite write in batch)
        {
            write.Complete(); // no effect on what was refused
        }

        return true;
    }

    private bool IsRegistered() =>
        _statements.Get("SELECT 1 FROM instance WHERE id = $id", ("$id", _instance.Id)).ExecuteScalar() is not null;

    [LoggerMessage(EventId = 430, Level = LogLevel.Error, Message = "A transaction with {Writes} writes of state failed; those who wait for them were told.")]
    private partial void LogFailed(Exception exception, int writes);
}
