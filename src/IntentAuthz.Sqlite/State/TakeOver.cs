using System.Collections.Immutable;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>
/// Takes over from processes that have ended, whoever asks: their leases become this process's, their tasks nobody's. One asks at a time, so that
/// two of this process do not find each other at the locks. Leases wait here until the lease store hands them out.
/// </summary>
internal sealed class TakeOver(StateFile file, StateWriter writer, Instance instance) : IDisposable
{
    private readonly StateReader _reader = new(file);
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _taking = new(); // protects _leases
    private ImmutableArray<Lease> _leases = [];

    /// <summary>The leases taken over and not handed out yet.</summary>
    internal ImmutableArray<Lease> TakeLeases()
    {
        lock (_taking)
        {
            (ImmutableArray<Lease> taken, _leases) = (_leases, []);
            return taken;
        }
    }

    internal async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (string id in await _reader.ReadAsync((connection, _) => OtherInstances(connection), cancellationToken).ConfigureAwait(false))
            {
                if (Instance.TryTakeFrom(file, id) is not { } held)
                {
                    continue; // it lives, or another process is taking over from it
                }

                try
                {
                    // Waits without the caller's token: what the transaction has moved must not get lost.
                    object? moved = await writer.WriteAsync(statements => Move(statements, id), needsToLive: true, CancellationToken.None).ConfigureAwait(false);
                    lock (_taking)
                    {
                        _leases = _leases.AddRange((ImmutableArray<Lease>)moved!);
                    }
                }
                catch
                {
                    held.Dispose(); // the file stays: its process is still to be taken over from
                    lock (_taking)
                    {
                        if (!_leases.IsEmpty)
                        {
                            return; // what was moved is to be handed out; the rest is for the next time
                        }
                    }

                    throw;
                }

                Instance.Release(held);
            }

            try
            {
                await TidyAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SqliteStateException or IOException or UnauthorizedAccessException)
            {
                // Files that lie about can wait.
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _reader.Dispose();

    private async ValueTask TidyAsync()
    {
        HashSet<string> known = await _reader.ReadAsync((connection, _) => OtherInstances(connection).ToHashSet(StringComparer.Ordinal), CancellationToken.None)
            .ConfigureAwait(false);
        known.Add(instance.Id);
        Instance.Tidy(file, known.Contains);
    }

    private List<string> OtherInstances(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM instance WHERE id <> $id";
        command.Parameters.AddWithValue("$id", instance.Id);
        List<string> ids = [];
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            ids.Add(row.GetString(0));
        }

        return ids;
    }

    private ImmutableArray<Lease> Move(StateStatements statements, string from)
    {
        // The row goes last, so that a change that fails between the two leaves the dead process to be found again.
        ImmutableArray<Lease> leases = LeaseRow.ReadAll(
            statements.Get($"SELECT {LeaseRow.Columns} FROM lease WHERE holder = $from", ("$from", from)), CancellationToken.None);
        statements.Run("UPDATE lease SET holder = $to WHERE holder = $from", ("$to", instance.Id), ("$from", from));
        statements.Run("UPDATE task SET holder = NULL WHERE holder = $from", ("$from", from));
        statements.Run("DELETE FROM instance WHERE id = $from", ("$from", from));
        return leases;
    }
}
