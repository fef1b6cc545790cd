using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>A kernel with a bank whose tools are described, and a guard with one agent; each test says what else it needs.</summary>
internal sealed class KernelFixture : IAsyncDisposable
{
    internal static readonly TenantId Acme = new("acme");

    private const string Housekeeping = """
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Approve", resource);
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Revoke", resource);
        """;

    /// <summary>Small transfers, and everything else that only reads.</summary>
    internal const string Policies = """
        permit(principal is IntentAuthz::Agent, action == Action::"Bank.Transfer", resource) when { context.input.amount <= 100 };
        permit(principal is IntentAuthz::Agent, action in [
            Action::"Bank.Balance", Action::"Bank.Search", Action::"Bank.Report", Action::"Bank.Upload", Action::"Bank.Statement",
            Action::"Bank.Entries", Action::"Bank.Crash", Action::"Bank.Describe"], resource);
        """;

    private readonly ServiceProvider _services;

    internal KernelFixture(
        string policies = Policies,
        Action<KernelGuardOptions>? configure = null,
        Action<IntentAuthzBuilder>? add = null,
        Action<IServiceCollection>? services = null)
    {
        Plugin = KernelPluginFactory.CreateFromObject(Bank, "Bank");
        ServiceCollection collection = new();
        collection.AddIntentAuthz(builder =>
        {
            builder
                .AddPolicies(PolicySource.Text(Housekeeping, "housekeeping.cedar"))
                .AddPolicies(PolicySource.Text(policies, "test.cedar"))
                .UseAuditSink(Audit);
            foreach (KernelFunction function in Plugin.Where(static f => f.Name != nameof(Bank.Undescribed)))
            {
                ToolDescriptorBuilder tool = KernelToolDescriptor.For(function).Idempotent();
                builder.AddTool(function.Name == nameof(Bank.Upload) ? tool.HostOnlyArgument("content") : tool);
            }

            add?.Invoke(builder);
        });
        IKernelBuilder kernel = collection.AddKernel().AddIntentAuthz(configure);
        kernel.Plugins.Add(Plugin);
        services?.Invoke(collection);
        _services = collection.BuildServiceProvider();
        Guard = _services.GetRequiredService<Guard>();
        Kernel = _services.GetRequiredService<Kernel>();
    }

    internal Bank Bank { get; } = new();

    internal KernelPlugin Plugin { get; }

    internal InMemoryAuditSink Audit { get; } = new();

    internal Guard Guard { get; }

    /// <summary>The kernel as it was built, bound to no task.</summary>
    internal Kernel Kernel { get; }

    internal Principal Clerk { get; } = Principal.Person("carl", Acme, "clerk");

    internal AgentIdentity Agent { get; } = AgentIdentity.HostAsserted(new AgentId("payment-bot"), Acme, "ann");

    internal async Task<AgentTask> OpenAsync(Mandate? mandate = null) =>
        (await Guard.Tasks.OpenAsync(
            new TaskRequest(Agent, "pay invoices", mandate ?? Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)), Clerk)).GetTaskOrThrow();

    internal async Task<Kernel> BindAsync() => Kernel.ForTask(await OpenAsync());

    /// <summary>The records so far; the audit takes them in the background, so the guard is shut down first.</summary>
    internal async Task<AuditRecord[]> RecordsAsync()
    {
        await DisposeAsync();
        return [.. Audit.Records];
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
