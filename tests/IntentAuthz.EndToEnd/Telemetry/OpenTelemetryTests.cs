using System.Collections.Concurrent;
using System.Diagnostics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace IntentAuthz.EndToEnd.Telemetry;

/// <summary>What OpenTelemetry's own SDK makes of the guard's spans and metrics, set up as docs/telemetry.md says.</summary>
public sealed class OpenTelemetryTests
{
    private const string Policies = """
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Agent, action, resource);
        """;

    [Fact]
    public async Task Sampler_chooses_by_tool_and_quantiles_are_of_what_tools_take()
    {
        Kept kept = new();
        Buckets buckets = new();
        ServiceCollection services = new();
        services.AddLogging().AddMetrics();
        services.AddIntentAuthz(static b => b
            .AddPolicies(PolicySource.Text(Policies, "test.cedar"))
            .AddTool(ToolDescriptor.For("pay").Idempotent())
            .AddTool(ToolDescriptor.For("read").Idempotent())
            .UseAuditSink(new InMemoryAuditSink()));
        using BaseExportingMetricReader reader = new(buckets);
        services.AddOpenTelemetry()
            .WithTracing(t => t.AddSource(IntentAuthzTelemetry.ActivitySourceName).SetSampler(new ByTool()).AddProcessor(kept))
            .WithMetrics(m => m.AddMeter(IntentAuthzTelemetry.MeterName).AddReader(reader));
        await using ServiceProvider provider = services.BuildServiceProvider();
        _ = provider.GetRequiredService<TracerProvider>();
        _ = provider.GetRequiredService<MeterProvider>();
        Guard guard = provider.GetRequiredService<Guard>();
        TenantId tenant = new("acme");
        AgentTask task = (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann"), "a test", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
            Principal.Person("carl", tenant, "clerk"))).GetTaskOrThrow();

        foreach (string tool in (string[])["pay", "read"])
        {
            GuardResult result = await guard.InvokeAsync(task, new ToolCall(tool, "{}"), static async (_, token) =>
            {
                await Task.Delay(30, token);
                return ToolResult.None;
            });
            Assert.True(result.IsCompleted, result.ToString());
        }

        Assert.Equal(["authorize pay", "execute_tool pay"], kept.Of(task));
        Assert.True(reader.Collect());
        Assert.Contains("gen_ai.execute_tool.duration", buckets.BelowFiveSeconds.Keys);
        Assert.All(buckets.BelowFiveSeconds, static h => Assert.True(h.Value >= 8, $"{h.Key} has {h.Value}")); // a tool of 30 ms is told from one of a second
    }

    [Fact]
    public async Task Checks_of_the_page_fail_readiness_and_not_liveness_where_no_revocation_can_be_read()
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddIntentAuthz(static b => b.AddPolicies(PolicySource.Text(Policies, "test.cedar")).UseAuditSink(new InMemoryAuditSink()).UseRevocationStore<Unreadable>());
        services.AddHealthChecks()
            .AddCheck<RevocationHealthCheck>("intentauthz", tags: ["ready"])
            .AddCheck<AuditHealthCheck>("intentauthz-audit", tags: ["ready"])
            .AddCheck<PolicyHealthCheck>("intentauthz-policies", tags: ["ready"]);
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthCheckService checks = provider.GetRequiredService<HealthCheckService>();

        HealthReport ready = await checks.CheckHealthAsync(static check => check.Tags.Contains("ready"));
        HealthReport live = await checks.CheckHealthAsync(static _ => false);

        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy), (ready.Status, live.Status));
        Assert.Equal(
            [("intentauthz", HealthStatus.Unhealthy), ("intentauthz-audit", HealthStatus.Healthy), ("intentauthz-policies", HealthStatus.Healthy)],
            ready.Entries.Select(static e => (e.Key, e.Value.Status)).Order());
    }

    private sealed class ByTool : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters parameters) =>
            new(parameters.Tags?.Contains(new KeyValuePair<string, object?>("gen_ai.tool.name", "pay")) == true ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }

    // Other tests' guards have a source of the same name; each finds its own by the task.
    private sealed class Kept : BaseProcessor<Activity>
    {
        private readonly ConcurrentQueue<Activity> _ended = new();

        public override void OnEnd(Activity data) => _ended.Enqueue(data);

        internal IEnumerable<string> Of(AgentTask task) => _ended.Where(s => s.GetTagItem("intentauthz.task.id") as string == task.Id.Value).Select(static s => s.DisplayName);
    }

    /// <summary>How many bounds below five seconds each histogram of seconds has.</summary>
    private sealed class Buckets : BaseExporter<Metric>
    {
        internal Dictionary<string, int> BelowFiveSeconds { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (Metric metric in batch)
            {
                if (metric is not { MetricType: MetricType.Histogram, Unit: "s" })
                {
                    continue;
                }

                foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
                {
                    int count = 0;
                    foreach (HistogramBucket bucket in point.GetHistogramBuckets())
                    {
                        count += bucket.ExplicitBound < 5 ? 1 : 0;
                    }

                    BelowFiveSeconds[metric.Name] = count;
                }
            }

            return ExportResult.Success;
        }
    }

    private sealed class Unreadable : IRevocationStore
    {
        public bool IsShared => true;

        public ValueTask AddAsync(RevocationEntry entry, CancellationToken cancellationToken) => throw new IOException("no store");

        public ValueTask LiftAsync(RevocationTarget target, CancellationToken cancellationToken) => throw new IOException("no store");

        public ValueTask<long> ReadAsync(long after, Action<RevocationChange> changes, CancellationToken cancellationToken) => throw new IOException("no store");
    }
}
