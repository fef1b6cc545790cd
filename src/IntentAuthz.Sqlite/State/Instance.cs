using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>
/// This process among those that share the file: a row with a random id, and a lock on a file beside the database for as long as it lives. The
/// kernel gives the lock up when the process ends, however it ends, so whoever can take it knows that the process is dead: no heartbeat, no
/// clock, and no process id that may have been given to another.
/// </summary>
internal sealed class Instance : IDisposable
{
    private readonly StateFile _file;
    private readonly FileStream _lock;

    private Instance(StateFile file, string id, FileStream held)
    {
        _file = file;
        Id = id;
        _lock = held;
    }

    internal string Id { get; }

    internal static Instance Enter(StateFile file, TimeProvider time)
    {
        // The lock first: a row whose lock can be taken is a dead process.
        (string id, FileStream held) = Take(file);
        try
        {
            using SqliteConnection connection = file.Connect();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText =
                "INSERT INTO instance (id, joined_at_position, started_at) VALUES ($id, COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'revocation'), 0), $now)";
            command.Parameters.AddWithValue("$id", id);
            command.Parameters.AddWithValue("$now", time.GetUtcNow().UtcTicks);
            command.ExecuteNonQuery();
            return new Instance(file, id, held);
        }
        catch (SqliteException e)
        {
            Release(held);
            throw SqliteFaults.Explain(e, file.Path);
        }
        catch
        {
            Release(held);
            throw;
        }
    }

    /// <summary>The lock of a process that has ended, held from here on so that nobody else takes over meanwhile; null when the process lives, or another is at it.</summary>
    internal static FileStream? TryTakeFrom(StateFile file, string id)
    {
        try
        {
            // Made where it is missing, as after a copy of the database alone was restored.
            return new FileStream(LockPath(file, id), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Gives a lock up for good, with its file; taken out while it is held, so that nobody holds a file without a name.</summary>
    internal static void Release(FileStream held)
    {
        try
        {
            File.Delete(held.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays behind without a row and is taken out by the next process that takes over.
        }

        held.Dispose();
    }

    /// <summary>Takes out the lock files of processes that ended before they had a row, or whose row is gone.</summary>
    internal static void Tidy(StateFile file, Predicate<string> hasRow)
    {
        string name = Path.GetFileName(file.Path);
        foreach (string path in Directory.EnumerateFiles(Path.GetDirectoryName(file.Path)!, name + ".*.live"))
        {
            string id = Path.GetFileName(path)[(name.Length + 1)..^".live".Length];
            if (!hasRow(id) && TryTakeFrom(file, id) is { } held)
            {
                Release(held);
            }
        }
    }

    /// <summary>
    /// Leaves. The row goes if nothing is held; otherwise it stays, without its lock, for the next process to take over from.
    /// </summary>
    public void Dispose()
    {
        bool left = false;
        try
        {
            using SqliteConnection connection = _file.Connect();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "DELETE FROM instance WHERE id = $id AND NOT EXISTS (SELECT 1 FROM lease WHERE holder = $id) AND NOT EXISTS (SELECT 1 FROM task WHERE holder = $id)";
            command.Parameters.AddWithValue("$id", Id);
            left = command.ExecuteNonQuery() == 1;
        }
        catch (SqliteException)
        {
            // As if it had been killed: the lock goes, and that says all.
        }

        if (left)
        {
            Release(_lock);
        }
        else
        {
            _lock.Dispose();
        }
    }

    private static (string Id, FileStream Held) Take(StateFile file)
    {
        for (int attempt = 0; ; attempt++)
        {
            string id = Guid.NewGuid().ToString("N");
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            FileStream held;
            try
            {
                held = new FileStream(LockPath(file, id), options);
            }
            catch (IOException) when (attempt < 8 && Directory.Exists(Path.GetDirectoryName(file.Path)))
            {
                continue; // another process tidied up between making the file and locking it
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SqliteStateException($"A lock file cannot be made beside {file.Path}; the host's user must be able to write to the directory, and there must be room.", e, SqliteFaults.CannotOpen);
            }

            if (!File.Exists(held.Name))
            {
                held.Dispose(); // taken out before it was locked
                continue;
            }

            if (TryTakeFrom(file, id) is { } second)
            {
                second.Dispose();
                Release(held);
                throw new SqliteStateException(
                    $"Files beside {file.Path} cannot be locked, so nobody could tell a live process from a dead one. Use a local file system, and leave System.IO.DisableFileLocking unset.");
            }

            return (id, held);
        }
    }

    private static string LockPath(StateFile file, string id) => $"{file.Path}.{id}.live";
}
