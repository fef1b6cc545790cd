using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;

using IntentAuthz.Tests.Audit;
using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IntentAuthz.Tests.Telemetry;

/// <summary>What the meter tells of calls, questions and signals, and that page and dashboard speak of what is there.</summary>
public sealed partial class MetricsTests
{
    private const string Policies = """
        permit(principal, action == Action::"read", resource);
        @approval("finance") permit(principal, action == Action::"pay", resource);
        """;

    [Fact]
    public async Task Decisions_are_counted_by_outcome_reason_and_described_tool()
    {
        await using GuardFixture fixture = Fixture();
        using Collected collected = new(fixture);
        AgentTask task = await fixture.OpenAsync();

        await fixture.CallAsync(task, "read");
        await fixture.CallAsync(task, "delete");
        await fixture.CallAsync(task, "name-that-a-model-made-up");
        await fixture.CallAsync(task: null, "read");
        await fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}"), static (_, _) => throw new InvalidOperationException("no"));
        fixture.Guard.RefuseUnguarded(task, "bare");

        Assert.Equal(
            [
                "deny missing-task read", "deny no-permit delete", "deny unguarded-function (unknown)", "deny unknown-tool (unknown)", "permit permitted read", "permit permitted read",
            ],
            collected.Of("intentauthz.decisions").Select(m => $"{m["intentauthz.decision.outcome"]} {m["intentauthz.decision.reason"]} {m["gen_ai.tool.name"]}").Order(StringComparer.Ordinal));
        Assert.Equal(5, collected.Of("intentauthz.decision.duration").Count); // nothing was decided of the function outside the guard
    }

    [Fact]
    public async Task Tools_are_timed_under_the_name_and_tags_of_the_conventions()
    {
        await using GuardFixture fixture = Fixture();
        using Collected collected = new(fixture);
        AgentTask task = await fixture.OpenAsync();

        await fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}"), (_, _) =>
        {
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(30));
            return new ValueTask<ToolResult>(ToolResult.None);
        });
        await fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}"), static (_, _) => throw new InvalidOperationException("no"));

        List<Measured> runs = collected.Of("gen_ai.execute_tool.duration");
        Assert.Equal(0.03, runs[0].Value, tolerance: 1e-9);
        Assert.Equal(
            ["gen_ai.tool.name=read gen_ai.tool.type=function", "gen_ai.tool.name=read gen_ai.tool.type=function error.type=tool-failed"],
            runs.Select(static m => string.Join(' ', m.Tags.Select(static t => $"{t.Key}={t.Value}"))));
    }

    [Fact]
    public async Task Every_histogram_says_its_own_buckets_as_those_of_exporters_are_for_milliseconds()
    {
        await using GuardFixture fixture = Fixture();
        using Collected collected = new(fixture);

        Assert.NotEmpty(collected.Histograms);
        Assert.All(collected.Histograms, static h => Assert.True(h.Boundaries > 2, h.Name));
    }

    [Fact]
    public async Task Questions_are_counted_with_how_long_people_took_and_how_many_a_task_asked()
    {
        await using GuardFixture fixture = Fixture();
        using Collected collected = new(fixture);
        AgentTask task = await fixture.OpenAsync();
        GuardResult asks = await fixture.CallAsync(task, "pay");
        collected.Observe();
        Assert.Equal(1, collected.Last("intentauthz.approval.pending"));

        fixture.Clock.Advance(TimeSpan.FromSeconds(90));
        await fixture.Guard.Approvals.ApproveAsync(asks.Decision.Approval!.Value, fixture.Boss);
        await fixture.CallAsync(task, "pay");
        await fixture.Guard.Tasks.CompleteAsync(task);

        Assert.Equal("pay", Assert.Single(collected.Of("intentauthz.approval.requests"))["gen_ai.tool.name"]);
        Assert.Equal((90.0, "approved"), await collected.EventuallyAsync("intentauthz.approval.wait", static m => (m.Value, (string?)m["intentauthz.approval.state"])));
        Measured ended = Assert.Single(collected.Of("intentauthz.task.approval_requests"));
        Assert.Equal((1.0, "completed"), (ended.Value, ended["intentauthz.task.state"]));
        collected.Observe();
        Assert.Equal(0, collected.Last("intentauthz.approval.pending"));
        Assert.Equal(0, collected.Last("intentauthz.task.live"));
    }

    [Fact]
    public async Task Page_lists_exactly_the_instruments_there_are()
    {
        await using GuardFixture fixture = Fixture();
        using Collected collected = new(fixture);

        Assert.Equal(InstrumentTable.Names(), collected.Instruments.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Dashboard_asks_only_for_what_the_page_lists()
    {
        // As OpenTelemetry's exporter names them for Prometheus: dots become underscores, units and kinds are added at the end.
        string[] known = [.. InstrumentTable.Names().Select(static n => n.Replace('.', '_'))];
        string text = File.ReadAllText(Path.Combine(InstrumentTable.DocsPath, "grafana-dashboard.json"));
        using JsonDocument dashboard = JsonDocument.Parse(text);
        string[] asked = [.. SeriesName().Matches(text).Select(static m => m.Value).Distinct(StringComparer.Ordinal)];

        Assert.NotEmpty(dashboard.RootElement.GetProperty("panels").EnumerateArray());
        Assert.NotEmpty(asked);
        string[] labels = InstrumentTable.Tags();
        Assert.All(asked.Except(labels, StringComparer.Ordinal), series => Assert.True(
            known.Any(n => series == n || (series.StartsWith(n, StringComparison.Ordinal) && Suffix().IsMatch(series[n.Length..]))), $"{series} is no instrument of docs/telemetry.md"));
    }

    [Fact]
    public void Dashboard_shows_every_instrument_that_the_page_lists()
    {
        string text = File.ReadAllText(Path.Combine(InstrumentTable.DocsPath, "grafana-dashboard.json"));
        string[] asked = [.. SeriesName().Matches(text).Select(static m => m.Value)];

        Assert.All(InstrumentTable.Names().Select(static n => n.Replace('.', '_')), name => Assert.True(
            asked.Any(series => series.StartsWith(name, StringComparison.Ordinal) && Suffix().IsMatch(series[name.Length..])), $"no panel asks for {name}"));
    }

    [Theory]
    [InlineData(true, "every call is denied")]
    [InlineData(false, "holds records for longer than DurableAuditTimeout")]
    public async Task Health_and_metric_say_that_a_sink_hangs(bool untilFull, string said)
    {
        GatedSink sink = new();
        await using GuardFixture fixture = new(
            """permit(principal, action == Action::"read", resource);""",
            static b =>
            {
                b.Services.AddMetrics();
                b.AddTool(ToolDescriptor.For("read").Action("read").Idempotent());
            },
            o => o.AuditQueueCapacity = o.AuditQueuePerTenant = o.AuditQueuePerTask = untilFull ? 64 : 10_000,
            sink);
        AuditHealthCheck check = fixture.Services.GetRequiredService<AuditHealthCheck>();
        using Collected collected = new(fixture);
        AgentTask task = await fixture.OpenAsync(), other = await fixture.OpenAsync();
        await fixture.RecordsAsync();
        int before = sink.Attempts;
        sink.Close();
        string answer = ReasonCodes.Permitted;
        for (int i = 0; i < 200 && answer == ReasonCodes.Permitted && (untilFull || i < 3); i++)
        {
            answer = (await fixture.CallAsync(task, "read")).Decision.ReasonCode;
        }

        for (int i = 0; i < 500 && sink.Attempts == before; i++)
        {
            await Task.Delay(10); // until the sink holds them
        }

        // The task itself may be suspended by now, since the outcome of its last call found no room.
        Assert.Equal(untilFull ? ReasonCodes.AuditUnavailable : ReasonCodes.Permitted, (await fixture.CallAsync(other, "read")).Decision.ReasonCode);
        fixture.Clock.Advance(untilFull ? TimeSpan.Zero : TimeSpan.FromSeconds(6));
        HealthCheckResult degraded = await check.CheckHealthAsync(new HealthCheckContext());
        collected.Observe();
        double failing = collected.Last("intentauthz.audit.failing");
        sink.Open();
        await fixture.RecordsAsync();
        HealthCheckResult healthy = await check.CheckHealthAsync(new HealthCheckContext());
        collected.Observe();

        Assert.Equal((HealthStatus.Degraded, 1.0), (degraded.Status, failing));
        Assert.Contains(said, degraded.Description, StringComparison.Ordinal);
        Assert.Equal((HealthStatus.Healthy, 0.0), (healthy.Status, collected.Last("intentauthz.audit.failing")));
    }

    [Fact]
    public async Task Health_checks_say_when_policies_or_audit_are_not_what_they_should_be()
    {
        FailingSink sink = new();
        string file = Path.GetTempFileName();
        await using GuardFixture fixture = new("", b => b.AddTool(ToolDescriptor.For("read").Action("read")).AddPolicies(PolicySource.File(file)), sink: sink);
        AuditHealthCheck audit = fixture.Services.GetRequiredService<AuditHealthCheck>();
        PolicyHealthCheck policies = fixture.Services.GetRequiredService<PolicyHealthCheck>();
        Assert.Equal(HealthStatus.Healthy, (await audit.CheckHealthAsync(new HealthCheckContext())).Status);
        Assert.Equal(HealthStatus.Healthy, (await policies.CheckHealthAsync(new HealthCheckContext())).Status);

        sink.Fails = true;
        await fixture.OpenAsync();
        for (int i = 0; i < 200 && !fixture.Guard.GetAuditStatus().IsFailing; i++)
        {
            await Task.Delay(20);
        }

        HealthCheckResult degraded = await audit.CheckHealthAsync(new HealthCheckContext());
        sink.Fails = false;
        Assert.Equal(HealthStatus.Degraded, degraded.Status);
        Assert.Contains("refuses records", degraded.Description, StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, "permit(");
        await fixture.Policies.ReloadAsync(fixture.Boss);
        HealthCheckResult older = await policies.CheckHealthAsync(new HealthCheckContext());
        File.Delete(file);
        Assert.Equal(HealthStatus.Degraded, older.Status);
        Assert.Contains(Path.GetFileName(file), older.Description, StringComparison.Ordinal);
    }

    [GeneratedRegex("(intentauthz|gen_ai)_[a-z_]+")]
    private static partial Regex SeriesName();

    [GeneratedRegex("^(_seconds|_ratio)?(_bucket|_count|_sum|_total)?$")]
    private static partial Regex Suffix();

    private static GuardFixture Fixture() => new(
        Policies,
        static b =>
        {
            b.Services.AddMetrics();
            b.AddTool(ToolDescriptor.For("read").Action("read").Idempotent());
            b.AddTool(ToolDescriptor.For("pay").Action("pay"));
            b.AddTool(ToolDescriptor.For("delete").Action("delete"));
        });

    private sealed record Measured(string Instrument, double Value, Dictionary<string, object?> Tags)
    {
        public object? this[string tag] => Tags[tag];
    }

    private sealed class FailingSink : IAuditSink
    {
        internal volatile bool Fails;

        public ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken) =>
            Fails ? throw new IOException("No space left on device") : ValueTask.CompletedTask;
    }

    // Only of the fixture's own meter: other tests have meters of the same name.
    private sealed class Collected : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<Measured> _seen = [];
        private readonly HashSet<string> _instruments = [];

        internal Collected(GuardFixture fixture)
        {
            object factory = fixture.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == IntentAuthzTelemetry.MeterName && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    _instruments.Add(instrument.Name);
                    if (instrument is Histogram<double> seconds)
                    {
                        Histograms.Add((seconds.Name, seconds.Advice?.HistogramBucketBoundaries?.Count ?? 0));
                    }
                    else if (instrument is Histogram<long> whole)
                    {
                        Histograms.Add((whole.Name, whole.Advice?.HistogramBucketBoundaries?.Count ?? 0));
                    }

                    l.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((i, v, tags, _) => Note(i, v, tags));
            _listener.SetMeasurementEventCallback<long>((i, v, tags, _) => Note(i, v, tags));
            _listener.SetMeasurementEventCallback<int>((i, v, tags, _) => Note(i, v, tags));
            _listener.Start();
        }

        internal IEnumerable<string> Instruments => _instruments;

        /// <summary>Each histogram, and how many bounds of buckets it asks for.</summary>
        internal List<(string Name, int Boundaries)> Histograms { get; } = [];

        internal void Observe() => _listener.RecordObservableInstruments();

        internal List<Measured> Of(string instrument)
        {
            lock (_seen)
            {
                return [.. _seen.Where(m => m.Instrument == instrument)];
            }
        }

        internal double Last(string instrument) => Of(instrument)[^1].Value;

        internal async Task<T> EventuallyAsync<T>(string instrument, Func<Measured, T> read)
        {
            for (int i = 0; i < 500 && Of(instrument).Count == 0; i++)
            {
                await Task.Delay(10);
            }

            return read(Assert.Single(Of(instrument)));
        }

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Measured measured = new(instrument.Name, value, new Dictionary<string, object?>(tags.ToArray()));
            lock (_seen)
            {
                _seen.Add(measured);
            }
        }
    }
}
