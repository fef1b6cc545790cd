using System.Data.Common;

using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>The issuer's own connections, to its database and to the others of the cluster.</summary>
internal sealed class Database : IAsyncDisposable
{
    private const int DefaultPool = 10;

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly Action<NpgsqlDataSourceBuilder>? _configure;
    private readonly int _timeout;

    internal Database(string connectionString, PostgreSqlIssuerOptions options)
    {
        _configure = options.Configure;
        _timeout = (int)options.CommandTimeout.TotalSeconds;
        _settings = Read(connectionString);
        if (!new DbConnectionStringBuilder { ConnectionString = connectionString }.Keys.Cast<string>().Any(static k => k.Contains("max", StringComparison.OrdinalIgnoreCase)))
        {
            _settings.MaxPoolSize = DefaultPool; // the driver's 100 is all that a server has by default, for everybody
        }

        Own = Build(_settings);
    }

    internal NpgsqlDataSource Own { get; }

    /// <summary>A data source for one piece of work in another database of the cluster.</summary>
    internal NpgsqlDataSource Other(string database)
    {
        NpgsqlConnectionStringBuilder settings = new(_settings.ConnectionString) { Database = database, Pooling = false };
        return Build(settings);
    }

    /// <summary>A data source for one piece of work as another user, such as the tables' owner.</summary>
    internal NpgsqlDataSource As(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings = Read(connectionString);
        settings.Pooling = false;
        return Build(settings);
    }

    public ValueTask DisposeAsync() => Own.DisposeAsync();

    private NpgsqlConnectionStringBuilder Read(string connectionString) => new(connectionString)
    {
        CommandTimeout = _timeout,
        Multiplexing = false,
        Enlist = false, // a caller's ambient transaction must not hold back, or undo, what is made and unmade here
        IncludeErrorDetail = true, // it names what keeps a role; no statement here carries a secret
    };

    private NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings)
    {
        NpgsqlDataSourceBuilder builder = new(settings.ConnectionString);
        _configure?.Invoke(builder);
        return builder.Build();
    }
}
