using System.Globalization;
using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.EndToEnd.Killing;

/// <summary>
/// A host that keeps its decisions and calls a tool without end. Each call that its decision store has acknowledged it names in a file that the
/// store knows nothing of: what is written there before the kill stays.
/// </summary>
internal static class KilledDecisionHost
{
    internal const string Verb = "killed-decision-host";

    internal const string Policies = """
        permit(principal is IntentAuthz::Service, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Agent, action == Action::"count", resource) when { context.input.n >= 0 };
        """;

    private static readonly TenantId s_tenant = new("acme");

    /// <summary>The key of every run: which key it is matters to no test of killing.</summary>
    internal static DecisionKey Key => new("kill", SHA256.HashData("a key of a test"u8));

    /// <summary>Runs until it is killed.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        (string directory, string acknowledged) = (arguments[0], arguments[1]);
        using DecisionKey key = Key;
        using FileDecisionStore files = new(directory, key, new DecisionFileOptions { MaxFileBytes = 256 * 1024, BlockBytes = 4096 });
        ServiceCollection services = new();
        services.AddIntentAuthz(b => b
            .AddPolicies(PolicySource.Text(Policies))
            .AddTool(ToolDescriptor.For("count").InputSchema("""{"properties":{"n":{"type":"integer"}},"required":["n"]}""").Idempotent())
            .UseAuditSink(new InMemoryAuditSink(16))
            .UseDecisionStore(new Acknowledging(files, acknowledged)));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Guard guard = provider.GetRequiredService<Guard>();
        AgentTask task = (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("worker"), s_tenant, owner: "tests"), "count", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
            Principal.Service("host", s_tenant))).GetTaskOrThrow();
        Console.WriteLine(KilledHost.Ready);
        for (long n = 0; ; n++)
        {
            await guard.InvokeAsync(
                task, new ToolCall("count", string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{n}}}")), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("counted")));
            if (n % 64 == 0)
            {
                await Task.Delay(1); // so that the store keeps up, and there are many acknowledgements to be killed between
            }
        }
    }

    /// <summary>Writes down what the store under it has acknowledged.</summary>
    private sealed class Acknowledging(IDecisionStore store, string file) : IDecisionStore
    {
        public async ValueTask AppendAsync(ReadOnlyMemory<RecordedDecision> decisions, CancellationToken cancellationToken)
        {
            await store.AppendAsync(decisions, cancellationToken);
            StringBuilder lines = new();
            foreach (RecordedDecision decision in decisions.ToArray())
            {
                lines.Append(decision.Call).Append('\n');
            }

            await File.AppendAllTextAsync(file, lines.ToString(), CancellationToken.None);
        }
    }
}
