using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>Opens the database with a leased role.</summary>
public static class PostgreSqlLeasedCredentialExtensions
{
    /// <summary>
    /// A data source that logs in with the lease's role. It does not pool: a connection that nobody uses would stay open beyond the call, and could
    /// outlive the lease. Dispose it when the call is done. The driver keeps the password as a string, which cannot be zeroed.
    /// </summary>
    /// <param name="credential">What the guard handed to the tool.</param>
    /// <param name="server">Host, port, database and TLS, without user and password.</param>
    /// <exception cref="ArgumentException">The credential has no user name, or the text names a user or a password.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public static NpgsqlDataSource OpenPostgreSql(this LeasedCredential credential, string server)
    {
        ArgumentNullException.ThrowIfNull(credential);
        ArgumentException.ThrowIfNullOrEmpty(server);
        NpgsqlConnectionStringBuilder settings = new(server);
        if (settings.Username is not null || settings.Password is not null || settings.Passfile is not null)
        {
            throw new ArgumentException("The server's connection string names a user, a password or a file of them; leave out what the lease brings.", nameof(server));
        }

        settings.Username = credential.UserName
            ?? throw new ArgumentException($"The credential '{credential.Profile.Name}' has no user name; it was not made by a PostgreSqlCredentialIssuer.", nameof(credential));
        settings.Password = credential.Secret.Reveal();
        settings.Pooling = false;
        settings.PersistSecurityInfo = false;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
