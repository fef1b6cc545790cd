using System.Text;

using BenchmarkDotNet.Attributes;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// The guard's whole way around a tool that does nothing: permit, cached lease, in-memory audit, no provenance matching. The baseline is the
/// same tool called without a guard, its arguments parsed as any tool has to.
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

        ServiceCollection services = new();
        services.AddIntentAuthz(b => b
            .AddPolicies(PolicySource.Text(Policies))
            .AddTool(pay)
            .AddIssuer(new StaticIssuer())
            .AddCredentialProfile(new CredentialProfile("payments:write", "static", "https://payments", ["write"], TimeSpan.FromHours(1)))
            .UseAuditSink(new InMemoryAuditSink(1024)),
            o => o.AuditQueueCapacity = o.AuditQueuePerTenant = o.AuditQueuePerTask = 10_000_000); // no call may be refused for want of room
        _services = services.BuildServiceProvider();
        _guard = _services.GetRequiredService<Guard>();
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann");
        _task = (await _guard.Tasks.OpenAsync(
            new TaskRequest(agent, "pay invoices", Mandate.WhateverPoliciesPermit("a benchmark"), TimeSpan.FromDays(1)),
            Principal.Person("carl", tenant))).GetTaskOrThrow();
        GuardResult first = await _guard.InvokeAsync(_task, _call, _nothing);
        if (!first.IsCompleted)
        {
            throw new InvalidOperationException(first.ToString());
        }
    }

    [GlobalCleanup]
    public async Task CleanupAsync() => await _services.DisposeAsync();

    [Benchmark(Baseline = true)]
    public int WithoutGuard()
    {
        using System.Text.Json.JsonDocument arguments = System.Text.Json.JsonDocument.Parse(_call.ArgumentsUtf8);
        return arguments.RootElement.GetProperty("amount").GetInt32();
    }

    [Benchmark]
    public async Task<GuardResult> Guarded()
    {
        GuardResult result = await _guard.InvokeAsync(_task, _call, _nothing);
        return result.IsCompleted ? result : throw new InvalidOperationException(result.ToString());
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
