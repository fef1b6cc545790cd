using IntentAuthz.Credentials.PostgreSql;
using IntentAuthz.Sqlite;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntentAuthz.EndToEnd.Killing;

/// <summary>
/// A host that opens tasks and has PostgreSQL roles made for them without end, so that it is in the middle of something whenever it is killed.
/// With no workers it only cleans up what others have left.
/// </summary>
internal static class KilledHost
{
    internal const string Verb = "killed-host";
    internal const string Ready = "ready";
    internal const string RolePrefix = "killed_";

    private static readonly TenantId s_tenant = new("acme");

    /// <summary>Runs until it is killed, or until a line comes in: then it ends what it holds and reports what is left of it.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        (string state, string server, int workers, int? maxPages) = (
            arguments[0], arguments[1], int.Parse(arguments[2], System.Globalization.CultureInfo.InvariantCulture),
            arguments.Length > 3 ? int.Parse(arguments[3], System.Globalization.CultureInfo.InvariantCulture) : (int?)null);
        await using PostgreSqlCredentialIssuer issuer = new(server, Options);
        ServiceCollection services = new();
        services.AddLogging(logging => logging.AddProvider(new LinesOnStandardError()));
        services.AddIntentAuthz(
            host => host
                .AddPolicies(PolicySource.Text(Policies, "host"))
                .AddTool(ToolDescriptor.For("query").NeedsCredential("orders").Idempotent())
                .AddCredentialProfile(new CredentialProfile("orders", issuer.Name, audience: "orders", scopes: ["orders:read"], lifetime: TimeSpan.FromMinutes(10)))
                .AddIssuer(issuer)
                .UseSqlite(state, options => options.MaxPages = maxPages)
                .UseAuditSink(new InMemoryAuditSink(1_000)));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Guard guard = provider.GetRequiredService<Guard>();
        Console.WriteLine(Ready);
        using CancellationTokenSource stopping = new();
        Task[] working = [.. Enumerable.Range(0, workers).Select(i => Task.Run(() => WorkAsync(guard, seed: i, stopping.Token)))];
        await Console.In.ReadLineAsync();
        await stopping.CancelAsync();
        await Task.WhenAll(working);
        return 0;
    }

    internal const string Policies = """
        permit(principal is IntentAuthz::Service, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Agent, action == Action::"query", resource);
        """;

    internal static PostgreSqlIssuerOptions Options { get; } = new()
    {
        Name = "orders-db",
        RolePrefix = RolePrefix,
        Scopes = [new PostgreSqlScope("orders:read", new PostgreSqlGrant("public", "orders", PostgreSqlPrivileges.Select))],
        AcceptPublicPrivileges = true,
    };

    private static async Task WorkAsync(Guard guard, int seed, CancellationToken stopping)
    {
        Random random = new(seed ^ Environment.ProcessId);
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId($"worker-{seed}"), s_tenant, owner: "tests");
        Queue<AgentTask> open = new();
        while (!stopping.IsCancellationRequested)
        {
            OpenTaskResult opened = await guard.Tasks.OpenAsync(
                new TaskRequest(agent, "be killed", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(30)), Principal.Service("host", s_tenant), CancellationToken.None);
            if (opened.Task is { } task)
            {
                _ = await guard.InvokeAsync(task, new ToolCall("query", "{}"), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("done")), CancellationToken.None);
                open.Enqueue(task);
            }

            if (open.Count > 8 || (open.Count > 0 && random.Next(3) == 0))
            {
                await guard.Tasks.CompleteAsync(open.Dequeue());
            }
        }
    }

    private sealed class LinesOnStandardError : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Console.Error.WriteLine($"{eventId.Id} {logLevel}: {formatter(state, exception)} {exception?.GetType().Name} {exception?.Message}".ReplaceLineEndings(" "));

        public void Dispose()
        {
        }
    }
}
