using System.Diagnostics.Metrics;

using IntentAuthz.Tests.Credentials;
using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IntentAuthz.Tests.Revocation;

/// <summary>What a revocation says of itself, what it reports, and what else brings one about: a signal, a change of policy.</summary>
public sealed class RevocationEffectsTests : IDisposable
{
    private const string PermitAll = "permit(principal is IntentAuthz::Agent, action, resource);";

    private static readonly OperatorKey s_key = new("a key of at least thirty-two characters");

    private readonly TestIssuer _issuer = new(RevocationSpeed.ExpiryOnly);
    private readonly string _directory = Directory.CreateTempSubdirectory("policies").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Result_says_how_many_calls_were_cancelled_and_what_may_still_be_honoured()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<GuardResult> call = fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}"), async (_, token) =>
        {
            running.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return ToolResult.None;
        }).AsTask();
        await running.Task;

        RevocationResult result = await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Agent(GuardFixture.Acme, fixture.Agent.Id), fixture.Boss, "stolen laptop");
        await call;

        Assert.Equal(1, result.CallsCancelled);
        Assert.False(result.IsDurable, "nothing outlives the process without a store");
        ResidualWindow window = Assert.Single(result.Residuals);
        Assert.Equal(RevocationSpeed.ExpiryOnly, window.Speed);
        Assert.True(window.Until > fixture.Clock.GetUtcNow());
        RevocationEntry entry = Assert.Single(fixture.Guard.Revocations.Entries);
        Assert.Equal((RevocationCause.Person, fixture.Boss, (DateTimeOffset?)null), (entry.Cause, entry.By, entry.ExpiresAt));
        string why = (await fixture.CallAsync(task, "read")).Decision.Explanation;
        Assert.Contains("stolen laptop", why, StringComparison.Ordinal);
        Assert.Contains("bea", why, StringComparison.Ordinal);
        Assert.Contains("Agent invoice-bot", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_expire_when_what_they_revoke_could_not_be_valid_any_more()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync(lifetime: TimeSpan.FromMinutes(10));
        await fixture.CallAsync(task, "read");
        RevocationTarget unknown = RevocationTarget.Task(GuardFixture.Acme, new TaskId("of another process"));
        RevocationTarget known = RevocationTarget.Task(GuardFixture.Acme, task.Id);
        foreach (RevocationTarget target in new[] { unknown, known, RevocationTarget.Lease(GuardFixture.Acme, new LeaseId("unknown")), RevocationTarget.Tool(GuardFixture.Acme, "read") })
        {
            await fixture.Guard.Revocations.RevokeAsync(target, s_key, "x");
        }

        fixture.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.False(fixture.Guard.Revocations.IsRevoked(known));
        Assert.Equal(ReasonCodes.Revoked, (await fixture.CallAsync(task, "read")).Decision.ReasonCode);
        fixture.Clock.Advance(TimeSpan.FromDays(1.1));
        Assert.Equal(2, fixture.Guard.Revocations.GetStatus().Entries);
        Assert.True(fixture.Guard.Revocations.IsRevoked(unknown));
        fixture.Clock.Advance(TimeSpan.FromDays(7));

        Assert.Equal(RevocationTarget.Tool(GuardFixture.Acme, "read"), Assert.Single(fixture.Guard.Revocations.Entries).Target);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_whole_issuer_is_stopped_by_one_call(bool everywhere)
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");
        RevocationTarget target = RevocationTarget.Issuer(everywhere ? null : GuardFixture.Acme, "vault");

        RevocationResult result = await fixture.Guard.Revocations.RevokeAsync(target, s_key, "the back end was broken into");

        Assert.Single(result.Residuals);
        Assert.Single(_issuer.Unmade);
        Assert.Equal(ReasonCodes.Revoked, (await fixture.CallAsync(task, "read")).Decision.ReasonCode);
        Assert.True((await fixture.CallAsync(task, "plain")).IsCompleted, "a call without a credential goes on");
    }

    [Fact]
    public async Task An_issuer_in_all_tenants_takes_the_operator_key()
    {
        await using GuardFixture fixture = Fixture();

        Assert.Equal(ReasonCodes.NotAuthorized, (await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Issuer(null, "vault"), fixture.Boss, "x")).Decision.ReasonCode);
        Assert.True((await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Issuer(GuardFixture.Acme, "vault"), fixture.Boss, "x")).IsPermitted);
    }

    [Fact]
    public async Task A_default_target_is_a_mistake_of_the_host()
    {
        await using GuardFixture fixture = Fixture();

        await Assert.ThrowsAsync<ArgumentException>(async () => await fixture.Guard.Revocations.RevokeAsync(default, s_key, "x"));
    }

    [Fact]
    public async Task A_signal_that_revokes_leaves_an_entry_with_its_cause()
    {
        await using GuardFixture fixture = Fixture(static o =>
        {
            o.Signals.UsualServices.Add("mail");
            o.Signals.Responses[SignalKind.LateralMovement] = SignalResponse.Revoke;
        });
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.CallAsync(task, "plain");

        Assert.Equal(ReasonCodes.Revoked, result.Decision.ReasonCode);
        Assert.Contains("by a signal", result.Decision.Explanation, StringComparison.Ordinal);
        RevocationEntry entry = Assert.Single(fixture.Guard.Revocations.Entries);
        Assert.Equal((RevocationCause.Signal, RevocationTarget.Task(task.Tenant, task.Id), null), (entry.Cause, entry.Target, entry.By));
        Assert.Equal(task.ExpiresAt, entry.ExpiresAt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reload_revokes_what_the_new_policies_would_not_open_when_so_configured(bool configured)
    {
        string file = Path.Combine(_directory, "more.cedar");
        await File.WriteAllTextAsync(file, PermitAll);
        await using GuardFixture fixture = Fixture(o => o.RecheckTasksOnReload = configured, fromDirectory: true);
        AgentTask denied = await fixture.OpenAsync(new TaskRequest(fixture.Agent, "old work", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)));
        AgentTask below = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            denied, new TaskRequest(fixture.Agent, "part", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)))).GetTaskOrThrow();
        AgentTask kept = await fixture.OpenAsync();
        await File.WriteAllTextAsync(file, PermitAll + """
            forbid(principal, action == IntentAuthz::Action::"OpenTask", resource) when { context.task.purpose == "old work" };
            """);

        PolicyReloadResult result = await fixture.Policies.ReloadAsync(fixture.Boss);

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(configured ? 1 : 0, result.TasksRevoked);
        Assert.Equal(configured ? TaskState.Revoked : TaskState.Active, denied.State);
        Assert.Equal(configured ? TaskState.Revoked : TaskState.Active, below.State);
        Assert.Equal(TaskState.Active, kept.State);
        if (configured)
        {
            Assert.Equal(RevocationCause.PolicyChange, Assert.Single(fixture.Guard.Revocations.Entries).Cause);
            Assert.Contains("change of policy", (await fixture.CallAsync(below, "plain")).Decision.Explanation, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_reload_that_now_asks_for_an_approval_revokes_what_was_opened_without_one()
    {
        string file = Path.Combine(_directory, "more.cedar");
        await File.WriteAllTextAsync(file, PermitAll);
        await using GuardFixture fixture = Fixture(static o => o.RecheckTasksOnReload = true, fromDirectory: true);
        AgentTask task = await fixture.OpenAsync();
        await File.WriteAllTextAsync(file, PermitAll + """@approval("finance") permit(principal, action == IntentAuthz::Action::"OpenTask", resource);""");

        Assert.Equal(1, (await fixture.Policies.ReloadAsync(fixture.Boss)).TasksRevoked);
        Assert.Equal(TaskState.Revoked, task.State);
    }

    [Fact]
    public async Task What_is_live_names_owner_and_expiry_and_stays_within_the_tenant()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");

        LiveAuthority live = await fixture.Guard.ReadLiveAsync(GuardFixture.Acme);
        LiveAuthority other = await fixture.Guard.ReadLiveAsync(new TenantId("other"));

        LiveTask found = Assert.Single(live.Tasks);
        Assert.Equal((task.Id, "ann", TaskState.Active, task.ExpiresAt), (found.Id, found.Owner, found.State, found.ExpiresAt));
        Assert.Equal(("ann", "vault"), (Assert.Single(live.Leases).Owner, live.Leases[0].Issuer));
        Assert.Empty(other.Tasks);
        Assert.Empty(other.Leases);
        await fixture.Guard.Tasks.CompleteAsync(task);
        Assert.Empty((await fixture.Guard.ReadLiveAsync(null)).Tasks);
    }

    [Fact]
    public async Task Meter_counts_what_was_stopped_and_what_is_live()
    {
        await using GuardFixture fixture = Fixture(add: static b => b.Services.AddMetrics());
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");
        object factory = fixture.Services.GetRequiredService<IMeterFactory>();
        Dictionary<string, double> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "IntentAuthz" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        void Note(Instrument instrument, double value)
        {
            lock (seen)
            {
                seen[instrument.Name] = value;
            }
        }

        listener.SetMeasurementEventCallback<double>((i, v, _, _) => Note(i, v));
        listener.SetMeasurementEventCallback<long>((i, v, _, _) => Note(i, v));
        listener.SetMeasurementEventCallback<int>((i, v, _, _) => Note(i, v));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(1, seen["intentauthz.lease.live"]);

        await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Tool(GuardFixture.Acme, "read"), s_key, "x");
        listener.RecordObservableInstruments();

        Assert.True(seen.ContainsKey("intentauthz.revocation.delay"));
        Assert.Equal(1, seen["intentauthz.revocation.entries"]);
        Assert.Equal(0, seen["intentauthz.revocation.store.pending_writes"]);
        Assert.Equal(0, seen["intentauthz.lease.irrevocable"]);
    }

    [Fact]
    public async Task Health_check_is_found_by_type_and_healthy_without_a_store()
    {
        await using GuardFixture fixture = Fixture();
        RevocationHealthCheck check = fixture.Services.GetRequiredService<RevocationHealthCheck>();

        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    private GuardFixture Fixture(Action<IntentAuthzOptions>? configure = null, bool fromDirectory = false, Action<IntentAuthzBuilder>? add = null) => new(
        fromDirectory ? "" : PermitAll,
        b =>
        {
            b.AddTool(ToolDescriptor.For("read").NeedsCredential("c").Idempotent())
                .AddTool(ToolDescriptor.For("plain").Idempotent())
                .AddCredentialProfile(new CredentialProfile("c", "vault", "bank", ["all"], TimeSpan.FromMinutes(5)))
                .AddIssuer(_issuer);
            if (fromDirectory)
            {
                b.AddPolicies(PolicySource.Directory(_directory));
            }

            add?.Invoke(b);
        },
        o =>
        {
            o.OperatorKey = s_key;
            configure?.Invoke(o);
        });
}
