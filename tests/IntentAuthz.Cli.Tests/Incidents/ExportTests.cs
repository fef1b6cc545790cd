using System.Text.Json;
using IntentAuthz.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Cli.Tests.Incidents;

/// <summary><c>intentauthz incident export</c> from a state and an audit log that a host has left.</summary>
public sealed class ExportTests : IDisposable
{
    private const string Key = "an operator key of thirty-two characters and more";

    private readonly string _directory = Directory.CreateTempSubdirectory("export").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("audit.jsonl")]
    [InlineData("audit.db")]
    public async Task Audit_log_of_either_kind_gives_the_same_excerpt_with_proofs(string name)
    {
        var incident = await OpenAsync(name);
        var evidence = Path.Combine(_directory, "evidence");
        File.WriteAllText(Path.Combine(_directory, "operator.key"), Key);

        var result = Verb.Run(
            "incident", "export", incident.Value, "--state", Path.Combine(_directory, "state.db"), "--audit", Path.Combine(_directory, name), "--out", evidence,
            "--key-file", Path.Combine(_directory, "operator.key"), "--as", "olga", "--wait", "0", "--json");

        Assert.Equal("", result.Errors);
        var answer = JsonElement.Parse(result.Output);
        var lines = File.ReadAllLines(Path.Combine(evidence, "audit.jsonl"));
        Assert.All(lines, static l => Assert.StartsWith("{\"n\":", l, StringComparison.Ordinal));
        Assert.Equal(lines.Length, answer.GetProperty("auditRecords").GetInt32());
        Assert.Equal(lines.Length, answer.GetProperty("auditProofs").GetInt32()); // the host has closed the log, so a checkpoint covers all of it
        Assert.Equal(3, lines.Count(static l => l.Contains("\"kind\":\"decision\"", StringComparison.Ordinal)));
        var proofs = JsonElement.Parse(File.ReadAllText(Path.Combine(evidence, "audit-proofs.json")));
        Assert.Equal(lines.Length, proofs.GetProperty("proofs").GetArrayLength());
    }

    private async Task<IncidentId> OpenAsync(string audit)
    {
        var services = new ServiceCollection();
        services.AddIntentAuthz(
            host => host
                .AddPolicies(PolicySource.Text("permit(principal, action, resource);", "all.cedar"))
                .AddTool(ToolDescriptor.For("read").Idempotent())
                .UseSqlite(Path.Combine(_directory, "state.db"))
                .UseAudit(Path.Combine(_directory, audit)),
            static options => options.OperatorKey = new OperatorKey(Key));
        await using var provider = services.BuildServiceProvider();
        var guard = provider.GetRequiredService<Guard>();
        await guard.Revocations.WaitUntilKnownAsync();
        var tenant = new TenantId("acme");
        var task = (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann"), "read", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
            Principal.Person("carl", tenant))).GetTaskOrThrow();
        for (var i = 0; i < 3; i++)
        {
            await guard.InvokeAsync(task, new ToolCall("read", "{}"), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("rows")));
        }

        var step = await guard.Incidents.As(new OperatorKey(Key)).OpenAsync(RevocationTarget.Task(tenant, task.Id), IncidentSeverity.High, "it reads too much");
        return step.Incident!.Id;
    }
}
