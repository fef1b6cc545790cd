using IntentAuthz.Tests.Guarding;
using IntentAuthz.Tests.Revocation;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Tasks.Keeping;

/// <summary>Hosts that follow one another on one disk, or share it. Killing one leaves on the disk what was written by then.</summary>
internal sealed class KeptHosts : IAsyncDisposable
{
    internal const string Policies = """
        permit(principal is IntentAuthz::Agent, action in [Action::"read", Action::"send", Action::"stranger"], resource);
        @approval("finance")
        permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);
        """;

    private readonly List<GuardFixture> _all = [];
    private readonly SharedStore _revocations = new(isShared: false);

    internal TaskDisk Disk { get; } = new();

    /// <summary>The tool that hosts have which start from now on.</summary>
    internal ToolDescriptorBuilder Pay { get; set; } = ToolDescriptor.For("pay").Argument("to", ArgumentRole.Target).Argument("amount", ArgumentRole.Magnitude);

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    internal GuardFixture Host { get; private set; } = null!;

    internal DiskTaskStore Store { get; private set; } = null!;

    internal SharedStore Revocations => _revocations;

    /// <summary>Starts a host; the one before, if it was not killed, goes on beside it.</summary>
    internal async Task<GuardFixture> StartAsync(string policies = Policies, Action<IntentAuthzOptions>? configure = null)
    {
        Store = new DiskTaskStore(Disk, _all.Count);
        DiskTaskStore store = Store;
        Host = new GuardFixture(
            policies,
            b =>
            {
                b.AddTool(ToolDescriptor.For("read").Idempotent().ResultLabel(Integrity.Trusted, Confidentiality.Public))
                    .AddTool(ToolDescriptor.For("send").Argument("to", ArgumentRole.Target).Argument("amount", ArgumentRole.Magnitude))
                    .AddTool(ToolDescriptor.For("stranger").Idempotent())
                    .AddTool(Pay);
                b.Services.AddSingleton<ITaskStore>(store);
                b.Services.AddSingleton<IRevocationStore>(_revocations);
            },
            configure, clock: Clock);
        _all.Add(Host);
        await Host.Guard.Revocations.WaitUntilKnownAsync();
        return Host;
    }

    /// <summary>As by SIGKILL, and another host starts.</summary>
    internal async Task<GuardFixture> KillAndStartAsync(string policies = Policies, Action<IntentAuthzOptions>? configure = null)
    {
        Kill();
        return await StartAsync(policies, configure);
    }

    internal void Kill() => Disk.End(_all.IndexOf(Host));

    internal TaskRequest Request(TaskBudget? budget = null, string parameters = """{"order":7}""", AgentIdentity? agent = null) => new(
        agent ?? Host.Agent, "pay invoices", Mandate.WhateverPoliciesPermit("a test").WithBudget(budget ?? TaskBudget.Unlimited), TimeSpan.FromHours(1))
    {
        UserRequest = "Pay 20 to ACME.",
        Parameters = System.Text.Json.JsonElement.Parse(parameters),
    };

    internal async Task<AgentTask> OpenAsync(TaskRequest? request = null) => await Host.OpenAsync(request ?? Request());

    internal async Task<AgentTask> RestoreAsync(TaskId id, TaskRequest? request = null)
    {
        OpenTaskResult restored = await Host.Guard.Tasks.RestoreAsync(id, request ?? Request(), Host.Clerk);
        Assert.True(restored.Task is not null, restored.Decision.ToString());
        return restored.Task;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (GuardFixture host in _all)
        {
            await host.DisposeAsync();
        }
    }
}
