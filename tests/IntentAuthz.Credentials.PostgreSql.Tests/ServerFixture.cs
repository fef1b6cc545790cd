namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>One server for all tests. It logs every statement with its parameters, so that a password that reached it would be found.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private TemporaryPostgreSql? _server;

    internal TemporaryPostgreSql Server => _server ?? throw new InvalidOperationException(TemporaryPostgreSql.WhyMissing);

    public async Task InitializeAsync()
    {
        if (TemporaryPostgreSql.WhyMissing is null)
        {
            _server = await TemporaryPostgreSql.StartNewAsync("""
                log_statement = 'all'
                log_min_messages = debug1
                shared_preload_libraries = 'pg_stat_statements'
                log_parameter_max_length = -1
                log_parameter_max_length_on_error = -1
                """);
        }
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
