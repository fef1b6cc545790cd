using System.Text.Json;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>A connection to read with, one reader at a time, beside the writer: in WAL neither waits for the other.</summary>
internal sealed class StateReader(StateFile file) : IDisposable
{
    private readonly SqliteConnection _connection = file.Connect();
    private readonly SemaphoreSlim _one = new(1);
    private bool _closed; // protected by _one

    /// <summary>Reads on a thread of the pool: SQLite blocks, and the caller's thread is not ours to block.</summary>
    internal async ValueTask<T> ReadAsync<T>(Func<SqliteConnection, CancellationToken, T> read, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(SqliteState));
            return await Task.Run(() => read(_connection, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw SqliteFaults.Explain(e, file.Path);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or JsonException or KeyNotFoundException or InvalidOperationException and not ObjectDisposedException)
        {
            // A row that was changed by hand or by a fault. It is not skipped: a stop that cannot be read must not look like none.
            throw new SqliteStateException($"{file.Path} holds a record that cannot be read ({e.GetType().Name}); see docs/state.md.", e, SqliteFaults.Corrupt);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _one.Wait(); // what is being read is read to its end
        _closed = true;
        _connection.Dispose();
        _one.Release();
    }
}
