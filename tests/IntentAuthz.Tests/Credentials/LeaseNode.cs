using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Tests.Credentials;

/// <summary>One process on a disk and a back end that outlive it.</summary>
internal sealed class LeaseNode : IAsyncDisposable
{
    private static int s_processes;

    private readonly ServiceProvider _services;
    private readonly LeaseDisk _disk;
    private readonly int _process = Interlocked.Increment(ref s_processes);

    internal LeaseNode(
        LeaseDisk disk, BackEnd backEnd, TimeProvider time, Action<IntentAuthzOptions>? configure = null, BackEndIssuer? issuer = null,
        TimeSpan? lifetime = null, bool isDurable = true)
    {
        _disk = disk;
        Store = new DiskLeaseStore(disk, _process);
        Issuer = issuer ?? new BackEndIssuer(backEnd);
        TimeSpan life = lifetime ?? TimeSpan.FromMinutes(1);
        ServiceCollection services = new();
        services.AddSingleton(time);
        if (isDurable)
        {
            services.AddSingleton<ILeaseStore>(Store);
        }

        services.AddIntentAuthz(
            builder => builder
                .AddPolicies(PolicySource.Text(GuardFixture.Housekeeping + "permit(principal is IntentAuthz::Agent, action, resource);", "test.cedar"))
                .AddTool(ToolDescriptor.For("read").NeedsCredential("read").Idempotent())
                .AddTool(ToolDescriptor.For("long").NeedsCredential("long").Idempotent())
                .AddTool(ToolDescriptor.For("single").NeedsCredential("single").Idempotent())
                .AddCredentialProfile(new CredentialProfile("read", Issuer.Name, "db", ["a", "b", "c"], life))
                .AddCredentialProfile(new CredentialProfile("long", Issuer.Name, "db", ["a", "b"], life) { RenewableFor = life * 4 })
                .AddCredentialProfile(new CredentialProfile("single", Issuer.Name, "db", ["a"], life) { IsPerCall = true })
                .AddIssuer(Issuer)
                .UseAuditSink(Audit),
            options =>
            {
                options.IssuerTimeout = TimeSpan.FromSeconds(2);
                options.OperatorKey = Key;
                configure?.Invoke(options);
            });
        _services = services.BuildServiceProvider();
        Guard = _services.GetRequiredService<Guard>();
    }

    internal static OperatorKey Key { get; } = new("a key of at least thirty-two characters");

    internal static Principal Clerk { get; } = Principal.Person("carl", GuardFixture.Acme);

    internal DiskLeaseStore Store { get; }

    internal BackEndIssuer Issuer { get; }

    internal InMemoryAuditSink Audit { get; } = new();

    internal Guard Guard { get; }

    internal async Task<AuditRecord[]> LeaseRecordsAsync(string reasonCode)
    {
        await _services.GetRequiredService<GuardHost>().FlushAuditAsync(CancellationToken.None);
        return [.. Audit.Records.Where(r => r.Kind == AuditKind.Lease && r.ReasonCode == reasonCode)];
    }

    internal async Task<AgentTask> OpenAsync(string agent = "bot", AgentTask? parent = null, Mandate? mandate = null, TimeSpan? lifetime = null)
    {
        TaskRequest request = new(
            AgentIdentity.HostAsserted(new AgentId(agent), GuardFixture.Acme, "ann"), "work", mandate ?? Mandate.WhateverPoliciesPermit("a test"),
            lifetime ?? TimeSpan.FromHours(1));
        return (parent is null ? await Guard.Tasks.OpenAsync(request, Clerk) : await Guard.Tasks.OpenSubTaskAsync(parent, request)).GetTaskOrThrow();
    }

    internal Task<GuardResult> CallAsync(AgentTask task, string tool = "read", Func<LeasedCredential, CancellationToken, Task>? use = null) =>
        Guard.InvokeAsync(task, new ToolCall(tool, "{}"), async (invocation, token) =>
        {
            await (use?.Invoke(invocation.Credential!, token) ?? Task.CompletedTask);
            return ToolResult.None;
        }).AsTask();

    /// <summary>The process is killed: nothing it does from here on reaches disk or back end.</summary>
    internal void Crash()
    {
        _disk.End(_process);
        Issuer.Die();
        Store.Mend();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
