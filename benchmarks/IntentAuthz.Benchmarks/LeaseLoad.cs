using System.Security.Cryptography;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Benchmarks;

/// <summary>A broker with many leases of an issuer that costs nothing, and the tasks they belong to.</summary>
internal sealed class LeaseLoad : IAsyncDisposable
{
    private static readonly string[] s_profiles = [.. Enumerable.Range(0, 10).Select(static i => $"profile{i}")];
    private readonly TenantId _tenant = new("acme");
    private readonly ServiceProvider _services;
    private readonly AuditQueue _queue;

    internal LeaseLoad(TimeSpan lifetime)
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(static b => b
            .AddPolicies(PolicySource.Text("permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::\"OpenTask\", resource);"))
            .UseAuditSink(new InMemoryAuditSink(16)));
        _services = services.BuildServiceProvider();
        _queue = new AuditQueue(
            new InMemoryAuditSink(16), new AuditArguments(new byte[32], new SecretScrubber(TimeProvider.System)), new AuditQueueLimits(10_000_000, 10_000_000, 10_000_000, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)),
            TimeProvider.System, NullLogger<AuditQueue>.Instance);
        Broker = new CredentialBroker(
            s_profiles.Select(p => new CredentialProfile(p, "free", "service", ["read"], lifetime)), [new FreeIssuer()],
            new InMemoryLeaseStore(), new RevocationList(), new SecretScrubber(TimeProvider.System), new AuditTrail(_queue, TimeProvider.System), TimeProvider.System,
            new LeaseLimits(TimeSpan.FromMinutes(1), 64, 6), NullLogger<CredentialBroker>.Instance);
    }

    internal CredentialBroker Broker { get; }

    internal List<AgentTask> Tasks { get; } = [];

    internal static string Profile(int i) => s_profiles[i];

    internal async Task OpenAsync(int tasks)
    {
        Guard guard = _services.GetRequiredService<Guard>();
        TaskRequest request = new(
            AgentIdentity.HostAsserted(new AgentId("bot"), _tenant, "ann"), "work", Mandate.WhateverPoliciesPermit("a benchmark"), TimeSpan.FromDays(1));
        for (int i = 0; i < tasks; i++)
        {
            Tasks.Add((await guard.Tasks.OpenAsync(request, Principal.Person("carl", _tenant))).GetTaskOrThrow());
        }
    }

    internal static async Task<LeaseLoad> CreateAsync(int tasks, int leases)
    {
        LeaseLoad load = new(TimeSpan.FromHours(1));
        await load.OpenAsync(tasks);
        await load.IssueAsync(leases);
        return load;
    }

    internal async Task IssueAsync(int leases)
    {
        foreach (AgentTask task in Tasks)
        {
            for (int i = 0; i < leases; i++)
            {
                AcquireResult acquired = await Broker.AcquireAsync(task, s_profiles[i], CallId.New(), isApproved: false, default);
                if (acquired.Credential is null)
                {
                    throw new InvalidOperationException(acquired.Message);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await _queue.DisposeAsync();
        await _services.DisposeAsync();
    }

    private sealed class FreeIssuer : ICredentialIssuer
    {
        public string Name => "free";

        public RevocationSpeed RevocationSpeed => RevocationSpeed.Immediate;

        public ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken) =>
            new(IssueResult.Issued(Secret.FromString(RandomNumberGenerator.GetHexString(64)), request.Lease.ExpiresAt));

        public ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
