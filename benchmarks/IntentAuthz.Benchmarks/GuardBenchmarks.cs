using System.Text;

using BenchmarkDotNet.Attributes;

using IntentAuthz.Sqlite;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// The guard's whole way around a tool that does nothing: permit, cached lease, in-memory audit, no provenance matching. The baseline is the
/// same tool called without a guard, its arguments parsed as any tool has to. Kept: the same with tasks in a SQLite file, one call after another,
/// and as many at once as there are tasks, which then share commits.
/// </summary>
[MemoryDiagnoser]
public class GuardBenchmarks
{
    private const string Policies = """
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Agent, action == Action::"pay", resource)
        when { context.input.amount <= 100 && context.task.purpose == "pay invoices" };
        """;

    private readonly ToolCall _call = new("pay", """{"to":"ACME","amount":20}""");
    private readonly ToolDispatch _nothing = static (_, _) => new ValueTask<ToolResult>(ToolResult.None);
    private ServiceProvider _services = null!;
    private Guard _guard = null!;
    private AgentTask _task = null!;
    private const int AtOnce = 64;

    private readonly AgentTask[] _kept = new AgentTask[AtOnce];
    private DirectoryInfo _directory = null!;
    private ServiceProvider _keepingServices = null!;
    private Guard _keeping = null!;

    [Params(false, true)]
    public bool WithCredential { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        TenantId tenant = new("acme");
        ToolDescriptorBuilder pay = ToolDescriptor.For("pay")
            .InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"integer"}},"required":["to","amount"]}""")
            .Argument("to", ArgumentRole.Target)
            .Argument("amount", ArgumentRole.Magnitude)
            .Idempotent();
        if (WithCredential)
        {
            pay.NeedsCredential("payments:write");
        }

        _services = Host(pay, static _ => { });
        _guard = _services.GetRequiredService<Guard>();
        _task = await OpenAsync(_guard, tenant);
        _directory = Directory.CreateTempSubdirectory("intentauthz-benchmark-");
        _keepingServices = Host(pay, b => b.UseSqlite(Path.Combine(_directory.FullName, "state.db")));
        _keeping = _keepingServices.GetRequiredService<Guard>();
        await _keeping.Revocations.WaitUntilKnownAsync();
        for (int i = 0; i < AtOnce; i++)
        {
            _kept[i] = await OpenAsync(_keeping, tenant);
        }
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _services.DisposeAsync();
        await _keepingServices.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Benchmark(Baseline = true)]
    public int WithoutGuard()
    {
        using System.Text.Json.JsonDocument arguments = System.Text.Json.JsonDocument.Parse(_call.ArgumentsUtf8);
        return arguments.RootElement.GetProperty("amount").GetInt32();
    }

    [Benchmark]
    public GuardResult Guarded()
    {
        ValueTask<GuardResult> pending = _guard.InvokeAsync(_task, _call, _nothing);
        GuardResult result = pending.IsCompletedSuccessfully ? pending.Result : throw new InvalidOperationException("It waited, and nothing here does.");
        return result.IsCompleted ? result : throw new InvalidOperationException(result.ToString());
    }

    [Benchmark]
    public async Task<GuardResult> Kept()
    {
        GuardResult result = await _keeping.InvokeAsync(_kept[0], _call, _nothing);
        return result.IsCompleted ? result : throw new InvalidOperationException(result.ToString());
    }

    [Benchmark(OperationsPerInvoke = AtOnce)]
    public async Task KeptAtOnce()
    {
        foreach (GuardResult result in await Task.WhenAll(_kept.Select(t => _keeping.InvokeAsync(t, _call, _nothing).AsTask())))
        {
            if (!result.IsCompleted)
            {
                throw new InvalidOperationException(result.ToString());
            }
        }
    }

    internal static ServiceProvider AuditedHost(IAuditSink sink) => Host(
        ToolDescriptor.For("pay")
            .InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"integer"}},"required":["to","amount"]}""")
            .Argument("to", ArgumentRole.Target)
            .Argument("amount", ArgumentRole.Magnitude)
            .Idempotent(),
        static _ => { },
        sink);

    private static ServiceProvider Host(ToolDescriptorBuilder pay, Action<IntentAuthzBuilder> add, IAuditSink? sink = null)
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(
            b =>
            {
                b.AddPolicies(PolicySource.Text(Policies))
                    .AddTool(pay)
                    .AddIssuer(new StaticIssuer())
                    .AddCredentialProfile(new CredentialProfile("payments:write", "static", "https://payments", ["write"], TimeSpan.FromHours(1)))
                    .UseAuditSink(sink ?? new InMemoryAuditSink(1024));
                add(b);
            },
            o => o.AuditQueueCapacity = o.AuditQueuePerTenant = o.AuditQueuePerTask = 10_000_000); // no call may be refused for want of room
        return services.BuildServiceProvider();
    }

    private async Task<AgentTask> OpenAsync(Guard guard, TenantId tenant)
    {
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann");
        AgentTask task = (await guard.Tasks.OpenAsync(
            new TaskRequest(agent, "pay invoices", Mandate.WhateverPoliciesPermit("a benchmark"), TimeSpan.FromDays(1)),
            Principal.Person("carl", tenant))).GetTaskOrThrow();
        GuardResult first = await guard.InvokeAsync(task, _call, _nothing);
        return first.IsCompleted ? task : throw new InvalidOperationException(first.ToString());
    }

    private sealed class StaticIssuer : ICredentialIssuer
    {
        public string Name => "static";

        public RevocationSpeed RevocationSpeed => RevocationSpeed.Immediate;

        public ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken) =>
            new(IssueResult.Issued(new Secret(Encoding.UTF8.GetBytes("a secret of a benchmark")), request.Lease.ExpiresAt));

        public ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
