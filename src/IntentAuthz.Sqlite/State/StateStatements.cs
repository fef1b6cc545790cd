using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>The writer's connection with its statements, each prepared once. For the writer alone.</summary>
internal sealed class StateStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    internal SqliteConnection Connection => connection;

    internal SqliteTransaction? Transaction { get; set; }

    /// <summary>A statement with its parameters, in the order they are named.</summary>
    internal SqliteCommand Get(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_prepared.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of ours
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach ((string name, _) in parameters)
            {
                command.Parameters.Add(new SqliteParameter(name, null));
            }

            _prepared.Add(sql, command);
        }

        command.Transaction = Transaction;
        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i].Value ?? DBNull.Value;
        }

        return command;
    }

    internal int Run(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => Get(sql, parameters).ExecuteNonQuery();

    /// <summary>Makes a change of several statements whole: what fails takes all of it back, and nothing else of the transaction.</summary>
    internal T Whole<T>(Func<T> change)
    {
        Run("SAVEPOINT change");
        try
        {
            T result = change();
            Run("RELEASE change");
            return result;
        }
        catch (Exception e) when (e is not SqliteException fault || !SqliteFaults.IsOfTheFile(fault))
        {
            Run("ROLLBACK TO change");
            Run("RELEASE change");
            throw;
        }
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in _prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }
}
