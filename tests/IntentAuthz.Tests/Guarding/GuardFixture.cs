using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Guarding;

/// <summary>A guard with one tenant, one agent and a clock of its own; each test says what else it needs.</summary>
internal sealed class GuardFixture : IAsyncDisposable
{
    internal static readonly TenantId Acme = new("acme");

    /// <summary>Lets the people of the tests open, approve and revoke, so that each test's policies speak of its tool only.</summary>
    internal const string Housekeeping = """
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Agent, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Approve", resource);
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Revoke", resource);
        permit(principal is IntentAuthz::Person, action in [IntentAuthz::Action::"Respond", IntentAuthz::Action::"Reopen"], resource);
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"ReloadPolicies", resource);
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"SetMode", resource);
        """;

    private readonly ServiceProvider _services;

    internal GuardFixture(
        string policies,
        Action<IntentAuthzBuilder> add,
        Action<IntentAuthzOptions>? configure = null,
        IAuditSink? sink = null,
        FakeTimeProvider? clock = null,
        string housekeeping = Housekeeping)
    {
        Clock = clock ?? new FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddIntentAuthz(
            builder =>
            {
                builder
                    .AddPolicies(PolicySource.Text(housekeeping, "housekeeping.cedar"))
                    .AddPolicies(PolicySource.Text(policies, "test.cedar"))
                    .UseAuditSink(sink ?? Audit);
                add(builder);
            },
            configure);
        _services = services.BuildServiceProvider();
        Guard = _services.GetRequiredService<Guard>();
    }

    internal FakeTimeProvider Clock { get; }

    internal InMemoryAuditSink Audit { get; } = new();

    internal Guard Guard { get; }

    internal IServiceProvider Services => _services;

    internal PolicyAdministration Policies => _services.GetRequiredService<PolicyAdministration>();

    internal AgentIdentity Agent { get; } = AgentIdentity.HostAsserted(new AgentId("invoice-bot"), Acme, "ann");

    internal Principal Clerk { get; } = Principal.Person("carl", Acme, "clerk");

    internal Principal Boss { get; } = Principal.Person("bea", Acme, "finance");

    internal Task<AgentTask> OpenAsync(Mandate? mandate = null, string? userRequest = null, TimeSpan? lifetime = null, Delegation? delegation = null) =>
        OpenAsync(new TaskRequest(Agent, "pay invoices", mandate ?? Mandate.WhateverPoliciesPermit("a test"), lifetime ?? TimeSpan.FromHours(1))
        {
            UserRequest = userRequest,
            Delegation = delegation ?? Delegation.None,
        });

    internal async Task<AgentTask> OpenAsync(TaskRequest request) =>
        (await Guard.Tasks.OpenAsync(request, Clerk)).GetTaskOrThrow();

    /// <summary>Makes a call with a tool that notes its invocations in <see cref="Ran"/> and answers <c>done</c>.</summary>
    internal async Task<GuardResult> CallAsync(AgentTask? task, string tool, string arguments = "{}") =>
        await Guard.InvokeAsync(task, new ToolCall(tool, arguments), NoteAsync, TestContextToken);

    internal List<string> Ran { get; } = [];

    internal ValueTask<ToolResult> NoteAsync(ToolInvocation invocation, CancellationToken cancellationToken)
    {
        lock (Ran)
        {
            Ran.Add(JsonSerializer.Serialize(invocation.Arguments));
        }

        return new ValueTask<ToolResult>(ToolResult.FromText("done"));
    }

    internal async Task<AuditRecord[]> RecordsAsync()
    {
        await _services.GetRequiredService<GuardHost>().FlushAuditAsync(CancellationToken.None);
        return [.. Audit.Records];
    }

    private static CancellationToken TestContextToken => CancellationToken.None;

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
