using System.Text;
using System.Text.Json;

using BenchmarkDotNet.Attributes;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// What provenance costs: taking a result of so many KiB into the index, and deciding a call whose five arguments are searched in what the task
/// has seen, by a policy that reads their roles. The tools do nothing.
/// </summary>
[MemoryDiagnoser]
public class ProvenanceBenchmarks
{
    private const string Policies = """
        permit(principal is IntentAuthz::Service, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal, action == Action::"read", resource);
        permit(principal, action == Action::"pay", resource)
        when {
          !context.risk.unlinkedRoles.contains("target") && !context.risk.untrustedRoles.contains("magnitude")
          && !context.risk.strangerRoles.contains("time") && !context.risk.carryingRoles.contains("content")
        };
        """;

    private const string Request = "Please send the 120.50 for 'the March invoice' to GB29NWBK60161331926819 on May 26th, and tell me when it is done.";

    private readonly ToolCall _pay = new(
        "pay", """{"to":"GB29NWBK60161331926819","amount":120.5,"subject":"the March invoice","text":"As agreed, for March. Thank you.","date":"2026-05-26"}""");
    private readonly ToolCall _read = new("read", "{}");
    private ServiceProvider _services = null!;
    private Guard _guard = null!;
    private AgentTask _task = null!;
    private ToolResult _text = null!;
    private ToolResult _listing = null!;

    /// <summary>How much one result has, and in <see cref="Decide"/> how much the task has seen.</summary>
    [Params(1, 16, 64)]
    public int KiB { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(
            static b => b
                .AddPolicies(PolicySource.Text(Policies))
                .AddTool(ToolDescriptor.For("read").ResultLabel(Integrity.Trusted, Confidentiality.Internal).ResultField("body", Integrity.Untrusted).Idempotent())
                .AddTool(ToolDescriptor.For("pay").Idempotent()
                    .InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"number"},"subject":{"type":"string"},"text":{"type":"string"},"date":{"type":"string"}},"required":["to","amount"]}""")
                    .Argument("to", ArgumentRole.Target).Argument("amount", ArgumentRole.Magnitude).Argument("subject", ArgumentRole.Content)
                    .Argument("text", ArgumentRole.Content).Argument("date", ArgumentRole.Time).ResultLabel(Integrity.Trusted, Confidentiality.Internal))
                .UseAuditSink(new InMemoryAuditSink(1024)),
            static o => o.AuditQueueCapacity = o.AuditQueuePerTenant = o.AuditQueuePerTask = 10_000_000);
        _services = services.BuildServiceProvider();
        _guard = _services.GetRequiredService<Guard>();
        StringBuilder text = new();
        List<object> mails = [];
        for (int i = 0; text.Length < KiB * 1024; i++)
        {
            string body = $"Dear Ann, invoice {1000 + i} of {12 + (i / 7m):0.00} is due on 2026-0{1 + (i % 9)}-1{i % 10}; see www.example{i}.com or write to billing{i}@example.com. ";
            text.Append(body);
            mails.Add(new { id_ = i.ToString(System.Globalization.CultureInfo.InvariantCulture), sender = $"billing{i}@example.com", body });
        }

        _text = ToolResult.FromText(text.ToString());
        _listing = ToolResult.FromJson(JsonSerializer.SerializeToElement(mails));
        _task = await OpenAsync();
        await _guard.InvokeAsync(_task, _read, (_, _) => new ValueTask<ToolResult>(_listing));
    }

    [GlobalCleanup]
    public async Task CleanupAsync() => await _services.DisposeAsync();

    /// <summary>A task that reads nothing: what <see cref="IndexText"/> and <see cref="IndexListing"/> are held against.</summary>
    [Benchmark(Baseline = true)]
    public Task ReadNothing() => ReadAsync(ToolResult.None);

    [Benchmark]
    public Task IndexText() => ReadAsync(_text);

    [Benchmark]
    public Task IndexListing() => ReadAsync(_listing);

    [Benchmark]
    public async Task<GuardResult> Decide()
    {
        GuardResult result = await _guard.InvokeAsync(_task, _pay, static (_, _) => new ValueTask<ToolResult>(ToolResult.None));
        return result.IsCompleted ? result : throw new InvalidOperationException(result.ToString());
    }

    private async Task ReadAsync(ToolResult result)
    {
        AgentTask task = await OpenAsync();
        await _guard.InvokeAsync(task, _read, (_, _) => new ValueTask<ToolResult>(result));
        await _guard.Tasks.CompleteAsync(task);
    }

    private async Task<AgentTask> OpenAsync() =>
        (await _guard.Tasks.OpenAsync(
            new TaskRequest(
                AgentIdentity.HostAsserted(new AgentId("bot"), new TenantId("acme"), "ann"), "pay", Mandate.WhateverPoliciesPermit("a benchmark"), TimeSpan.FromHours(1))
            {
                UserRequest = Request,
            },
            Principal.Service("host", new TenantId("acme")))).GetTaskOrThrow();
}
