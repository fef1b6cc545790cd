using System.Collections.Immutable;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>Lease records in the file. Each belongs to the process that added it until that one has ended and another takes it over.</summary>
internal sealed class SqliteLeaseStore(StateFile file, StateWriter writer, Instance instance) : ILeaseStore, IDisposable
{
    private readonly StateReader _reader = new(file);

    public bool IsDurable => true;

    public async ValueTask AddAsync(Lease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        (string, object?)[] values = [("$holder", instance.Id), .. LeaseRow.Values(lease)];
        await writer.WriteAsync(statements => statements.Run(LeaseRow.Insert, values), needsToLive: true, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask UpdateAsync(Lease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        (string, object?)[] values = LeaseRow.Values(lease);
        await writer.WriteAsync(statements => statements.Run(LeaseRow.Update, values), needsToLive: true, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RemoveAsync(LeaseId id, CancellationToken cancellationToken) =>
        await writer.WriteAsync(
            statements => statements.Run("DELETE FROM lease WHERE id = $id", ("$id", id.Value)), needsToLive: true, cancellationToken).ConfigureAwait(false);

    public ValueTask<bool> ContainsAsync(LeaseId id, CancellationToken cancellationToken) => _reader.ReadAsync(
        (connection, _) =>
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT 1 FROM lease WHERE id = $id";
            command.Parameters.AddWithValue("$id", id.Value);
            return command.ExecuteScalar() is not null;
        },
        cancellationToken);

    public ValueTask<ImmutableArray<Lease>> ReadAsync(TenantId? tenant, CancellationToken cancellationToken) => _reader.ReadAsync(
        (connection, cancelled) =>
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT {LeaseRow.Columns} FROM lease WHERE $tenant IS NULL OR tenant = $tenant";
            command.Parameters.AddWithValue("$tenant", (object?)tenant?.Value ?? DBNull.Value);
            return LeaseRow.ReadAll(command, cancelled);
        },
        cancellationToken);

    public async ValueTask<ImmutableArray<Lease>> TakeOverAsync(CancellationToken cancellationToken)
    {
        List<string> others = await _reader.ReadAsync((connection, _) => OtherInstances(connection), cancellationToken).ConfigureAwait(false);
        ImmutableArray<Lease>.Builder taken = ImmutableArray.CreateBuilder<Lease>();
        foreach (string id in others)
        {
            if (Instance.TryTakeFrom(file, id) is not { } held)
            {
                continue; // it lives, or another process is taking over from it
            }

            try
            {
                // Waits without the caller's token: what the transaction has moved must not get lost between it and the caller.
                object? moved = await writer.WriteAsync(statements => Move(statements, id), needsToLive: true, CancellationToken.None).ConfigureAwait(false);
                taken.AddRange((ImmutableArray<Lease>)moved!);
            }
            catch
            {
                held.Dispose(); // the file stays: its process is still to be taken over from
                if (taken.Count > 0)
                {
                    return taken.DrainToImmutable(); // what was moved is this caller's; the rest is for the next time
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
            // Files that lie about can wait; what was moved must reach the caller.
        }

        return taken.DrainToImmutable();
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
        statements.Run("DELETE FROM instance WHERE id = $from", ("$from", from));
        return leases;
    }
}
