using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;

using IntentAuthz.Sqlite;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.EndToEnd.Killing;

/// <summary>
/// A host that writes its audit without end, so that it is in the middle of a write whenever it is killed: a guard whose high-risk tool prints the call
/// once it runs, and beside it batches of records, each printed once it is acknowledged. Files are small, so that it is killed between two as well.
/// </summary>
internal static class KilledAuditHost
{
    internal const string Verb = "killed-audit-host";
    internal const string KeyFile = "key.pem";

    private static readonly TenantId s_tenant = new("acme");
    private static readonly Lock s_printing = new(); // a line is printed whole or not at all

    internal static string LogPath(string kind, string directory) => Path.Combine(directory, kind == "sqlite" ? "audit.db" : "audit.jsonl");

    internal static async Task<int> RunAsync(string[] arguments)
    {
        (string kind, string directory, int run) = (arguments[0], arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture));
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(directory, KeyFile)));
        AuditFileOptions options = new()
        {
            SigningKey = key, RecordsPerCheckpoint = 40, CheckpointInterval = TimeSpan.FromMilliseconds(10), MaxFileBytes = 256 * 1024,
            CheckpointWritten = static checkpoint => Print($"kept {checkpoint}"),
        };
        string path = LogPath(kind, directory);
        IAuditSink sink = kind == "sqlite" ? new SqliteAuditSink(path, options) : new JsonLinesAuditSink(path, options);
        ServiceCollection services = new();
        services.AddIntentAuthz(host => host
            .AddPolicies(PolicySource.Text(Policies, "host"))
            .AddTool(ToolDescriptor.For("pay").Risk(RiskClass.High).Idempotent())
            .UseAuditSink(sink));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Guard guard = provider.GetRequiredService<Guard>();
        Console.WriteLine(KilledHost.Ready);
        using CancellationTokenSource stopping = new();
        Task[] working = [.. Enumerable.Range(0, 3).Select(i => Task.Run(() => CallAsync(guard, stopping.Token))), Task.Run(() => WriteAsync(sink, run, stopping.Token))];
        await Console.In.ReadLineAsync();
        await stopping.CancelAsync();
        await Task.WhenAll(working);
        await provider.DisposeAsync();
        await ((IAsyncDisposable)sink).DisposeAsync();
        return 0;
    }

    private const string Policies = """
        permit(principal is IntentAuthz::Service, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);
        """;

    private static async Task CallAsync(Guard guard, CancellationToken stopping)
    {
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("worker"), s_tenant, owner: "tests");
        OpenTaskResult opened = await guard.Tasks.OpenAsync(
            new TaskRequest(agent, "be killed", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(30)), Principal.Service("host", s_tenant), CancellationToken.None);
        AgentTask task = opened.GetTaskOrThrow();
        while (!stopping.IsCancellationRequested)
        {
            _ = await guard.InvokeAsync(
                task, new ToolCall("pay", "{}"),
                static (invocation, _) =>
                {
                    Print($"ran {invocation.Id}");
                    return new ValueTask<ToolResult>(ToolResult.FromText("done"));
                },
                CancellationToken.None);
        }
    }

    private static async Task WriteAsync(IAuditSink sink, int run, CancellationToken stopping)
    {
        Random random = new(Environment.ProcessId);
        for (int written = 0; !stopping.IsCancellationRequested;)
        {
            ImmutableArray<AuditRecord> batch = [.. Enumerable.Range(written, random.Next(1, 200)).Select(i => Record(run, i))];
            await sink.WriteAsync(batch.AsMemory(), CancellationToken.None);
            written += batch.Length;
            Print($"ack {run} {written}");
            await Task.Delay(random.Next(0, 20), CancellationToken.None);
        }
    }

    internal static string Text(int run, int i) => $"run {run} record {i};";

    private static AuditRecord Record(int run, int i) => new()
    {
        Kind = AuditKind.Task, Time = DateTimeOffset.UtcNow, Tenant = s_tenant, ReasonCode = "active", Explanation = Text(run, i),
    };

    private static void Print(string line)
    {
        lock (s_printing)
        {
            Console.Out.WriteLine(line);
        }
    }
}
