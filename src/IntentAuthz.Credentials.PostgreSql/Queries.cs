using System.Runtime.CompilerServices;

using Npgsql;

using NpgsqlTypes;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>Short forms of what the driver does.</summary>
internal static class Queries
{
    internal static async Task ExecuteAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        NpgsqlCommand command = connection.Command(sql, values);
        await using ConfiguredAsyncDisposable commandClosing = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<List<T>> ReadAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken, params object[] values)
    {
        NpgsqlCommand command = connection.Command(sql, values);
        await using ConfiguredAsyncDisposable commandClosing = command.ConfigureAwait(false);
        NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable readerClosing = reader.ConfigureAwait(false);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    internal static async Task<T?> ReadOneAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellationToken, params object[] values)
    {
        List<T> rows = await connection.ReadAsync(sql, row, cancellationToken, values).ConfigureAwait(false);
        return rows.Count > 0 ? rows[0] : default;
    }

    /// <summary>Statements that are sent together and are one transaction.</summary>
    internal static async Task ExecuteTogetherAsync(
        this NpgsqlConnection connection, CancellationToken cancellationToken, params IEnumerable<(string Sql, object[] Values)> statements)
    {
        NpgsqlBatch batch = new(connection);
        await using ConfiguredAsyncDisposable batchClosing = batch.ConfigureAwait(false);
        foreach ((string sql, object[] values) in statements)
        {
            NpgsqlBatchCommand command = new(sql);
            Add(command.Parameters, values);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, object[] values)
    {
        NpgsqlCommand command = new(sql, connection);
        Add(command.Parameters, values);
        return command;
    }

    private static void Add(NpgsqlParameterCollection parameters, object[] values)
    {
        foreach (object value in values)
        {
            parameters.Add(value is uint oid ? new NpgsqlParameter { Value = oid, NpgsqlDbType = NpgsqlDbType.Oid } : new NpgsqlParameter { Value = value });
        }
    }
}
