using System.Net;

using IntentAuthz.Containment.Tests.Egress;

using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Containment.Tests.Tools;

/// <summary>A host with the ready tools, contained by the operating system for real, and one task of it.</summary>
internal sealed class CodeToolFixture : IAsyncDisposable, IHostResolver
{
    internal const string PermitAll = """
        permit(principal, action in Action::"code", resource);
        permit(principal, action in Action::"egress", resource);
        """;

    private const string Housekeeping = """
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Revoke", resource);
        """;

    private static readonly TenantId s_acme = new("acme");

    private readonly string _base = System.IO.Directory.CreateTempSubdirectory("code-tools-").FullName;
    private readonly ServiceProvider _services;

    private CodeToolFixture(string policies, EgressGrant[] hosts, ContainmentLimits limits, ContainmentLimits codeLimits, CodeToolOptions options)
    {
        Tools = options;
        ServiceCollection services = new();
        services.AddIntentAuthz(builder => builder
            .AddPolicies(PolicySource.Text(Housekeeping, "housekeeping.cedar"))
            .AddPolicies(PolicySource.Text(policies, "test.cedar"))
            .UseAuditSink(Audit)
            .AddContainmentProfile(Profile("code", hosts, limits))
            .AddContainmentProfile(Profile("unread", hosts, codeLimits))
            .UseOsContainment(new OsContainmentOptions { Egress = EgressOptions.Default with { Resolver = this } })
            .AddCodeTools(options));
        _services = services.BuildServiceProvider();
        Guard = _services.GetRequiredService<Guard>();
    }

    private ContainmentProfile Profile(string name, EgressGrant[] hosts, ContainmentLimits limits) => new(name, new ContainmentBounds
    {
        Reads = SystemPaths.Reads,
        Executes = SystemPaths.Executes,
        Writes = [$"{_base}/{{task}}"],
        Hosts = [.. hosts],
        Limits = limits,
    })
    { Workspace = $"{_base}/{{task}}" };

    internal InMemoryAuditSink Audit { get; } = new();

    internal CodeToolOptions Tools { get; }

    internal Guard Guard { get; }

    internal AgentTask AgentTask { get; private set; } = null!;

    internal Principal Person { get; } = Principal.Person("ann", s_acme, "it");

    internal string Root => $"{_base}/{AgentTask.Id}";

    internal string Outside => _base;

    internal Dictionary<string, IPAddress[]> Names { get; } = [];

    internal static async Task<CodeToolFixture> CreateAsync(string policies = PermitAll, EgressGrant[]? hosts = null, ContainmentLimits? limits = null, string? plugin = null, ContainmentLimits? codeLimits = null)
    {
        CodeToolFixture fixture = new(policies, hosts ?? [], limits ?? ContainmentLimits.None, codeLimits ?? limits ?? ContainmentLimits.None, new CodeToolOptions("code") { Plugin = plugin, CodeContainment = codeLimits is null ? null : "unread" });
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("coder"), s_acme, "ann");
        fixture.AgentTask = (await fixture.Guard.Tasks.OpenAsync(
            new TaskRequest(agent, "build", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)), fixture.Person)).GetTaskOrThrow();
        return fixture;
    }

    /// <summary>Calls a tool as a framework without an adapter does, and gives what the model would see.</summary>
    internal async Task<string> CallAsync(string tool, params (string Name, object? Value)[] arguments)
    {
        AIFunction function = CodeTools.ForTask(Tools, Guard, AgentTask).Single(f => f.Name == tool);
        AIFunctionArguments given = new();
        foreach ((string name, object? value) in arguments)
        {
            given.Add(name, value);
        }

        return (string)(await function.InvokeAsync(given))!;
    }

    internal Task<string> ShellAsync(string command) => CallAsync(CodeTools.Shell, ("command", command));

    internal Task RevokeAsync() => Guard.Revocations.RevokeAsync(RevocationTarget.Task(s_acme, AgentTask.Id), Person, "enough").AsTask();

    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) => new(Names.TryGetValue(host, out IPAddress[]? found) ? found : []);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        System.IO.Directory.Delete(_base, recursive: true);
    }
}
