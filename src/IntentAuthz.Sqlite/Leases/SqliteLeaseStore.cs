using System.Collections.Immutable;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>Lease records in the file. Each belongs to the process that added it until that one has ended and another takes it over.</summary>
internal sealed class SqliteLeaseStore(StateFile file, StateWriter writer, Instance instance, TakeOver takeOver) : ILeaseStore, IDisposable
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
        await takeOver.RunAsync(cancellationToken).ConfigureAwait(false);
        return takeOver.TakeLeases();
    }

    public void Dispose() => _reader.Dispose();
}
