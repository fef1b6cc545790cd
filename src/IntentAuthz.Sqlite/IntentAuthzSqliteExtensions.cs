using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IntentAuthz.Sqlite;

/// <summary>Keeps a host's state, or its audit, in SQLite.</summary>
public static class IntentAuthzSqliteExtensions
{
    /// <summary>Keeps tasks, leases, revocations and incidents in one SQLite file. The file is opened when the host starts; one that cannot be used keeps it from starting.</summary>
    /// <param name="host">The host.</param>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="configure">Sets further options.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IntentAuthzBuilder UseSqlite(this IntentAuthzBuilder host, string path, Action<SqliteStateOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        SqliteStateOptions options = new() { Path = path };
        configure?.Invoke(options);
        options.Validate();
        host.Services.AddSingleton(provider =>
        {
            SqliteState state = SqliteState.Open(options, provider.GetService<TimeProvider>(), provider.GetService<ILoggerFactory>());
            state.SetOperatorKey(provider.GetService<IOptions<IntentAuthzOptions>>()?.Value.OperatorKey);
            return state;
        });
        host.Services.AddSingleton(static provider => provider.GetRequiredService<SqliteState>().Leases);
        host.Services.AddSingleton(static provider => provider.GetRequiredService<SqliteState>().Revocations);
        host.Services.AddSingleton(static provider => provider.GetRequiredService<SqliteState>().Tasks);
        host.Services.AddSingleton(static provider => provider.GetRequiredService<SqliteState>().Incidents);
        return host;
    }

    /// <summary>Keeps the audit in a SQLite database of its own, as a hash chain with checkpoints: see <see cref="SqliteAuditSink"/>. A host has one sink that counts.</summary>
    /// <param name="host">The host.</param>
    /// <param name="path">The file; its directory must exist. Not the file of <see cref="UseSqlite"/>.</param>
    /// <param name="configure">Changes how it is written: the key that signs checkpoints, where they are kept besides, the size of a file.</param>
    public static IntentAuthzBuilder UseSqliteAudit(this IntentAuthzBuilder host, string path, Action<AuditFileOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentException.ThrowIfNullOrEmpty(path);
        host.Services.AddSingleton<IAuditSink>(provider =>
        {
            AuditFileOptions options = new();
            configure?.Invoke(options);
            return new SqliteAuditSink(path, options, provider.GetService<TimeProvider>());
        });
        return host;
    }
}
