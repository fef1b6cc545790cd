using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// The host's loggers, of which none disturbs whoever writes to it: what a provider throws ends here. A line is lost then, and nothing says so, since
/// there is nowhere left to say it; a decision, its record and a revocation are not.
/// </summary>
internal sealed class SteadyLoggers : ILoggerFactory
{
    private readonly ILoggerFactory _host;

    private SteadyLoggers(ILoggerFactory host) => _host = host;

    internal static ILoggerFactory Over(ILoggerFactory host) => host as SteadyLoggers ?? new SteadyLoggers(host);

    public ILogger CreateLogger(string categoryName) => new SteadyLogger(_host.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => _host.AddProvider(provider);

    /// <summary>The factory is the host's, who disposes of it.</summary>
    public void Dispose()
    {
    }

    private sealed class SteadyLogger(ILogger host) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel)
        {
            try
            {
                return host.IsEnabled(logLevel);
            }
            catch (Exception)
            {
                return false;
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            try
            {
                return host.BeginScope(state);
            }
            catch (Exception)
            {
                return null;
            }
        }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                host.Log(logLevel, eventId, state, exception, formatter);
            }
            catch (Exception)
            {
                // Whoever logs has more important things to do, such as to write the record or to stop the task.
            }
        }
    }
}
