using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IntentAuthz.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Cli.Tests.Incidents;

/// <summary><c>intentauthz incident export</c> from a state and an audit log that a host has left.</summary>
public sealed class ExportTests : IDisposable
{
    private const string Key = "an operator key of thirty-two characters and more";

    private static readonly LeaseId s_lease = new("lease_0123456789abcdef0123456789abcdef");

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
        Assert.All(proofs.GetProperty("proofs").EnumerateArray(), proof => Assert.True(
            Holds(lines.Single(l => l.StartsWith($"{{\"n\":{proof.GetProperty("n").GetInt64()},", StringComparison.Ordinal)), proof, proofs.GetProperty("checkpoint").GetProperty("checkpoint"))));
    }

    [Fact]
    public async Task Incident_about_a_task_that_is_over_has_the_tasks_records_and_says_that_its_history_is_missing()
    {
        var incident = await OpenAsync("audit.jsonl", isOver: true);
        File.WriteAllText(Path.Combine(_directory, "operator.key"), Key);
        var evidence = Path.Combine(_directory, "evidence");

        var result = Verb.Run(
            "incident", "export", incident.Value, "--state", Path.Combine(_directory, "state.db"), "--audit", Path.Combine(_directory, "audit.jsonl"), "--out", evidence,
            "--key-file", Path.Combine(_directory, "operator.key"), "--as", "olga", "--wait", "0", "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            JsonElement.Parse(result.Output).GetProperty("missing").EnumerateArray(), static m => m.GetString()!.StartsWith("no host has the history of a task any more", StringComparison.Ordinal));
        var lines = File.ReadAllLines(Path.Combine(evidence, "audit.jsonl"));
        Assert.Equal(3, lines.Count(static l => l.Contains("\"kind\":\"decision\"", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(static l => l.Contains("\"kind\":\"signal\"", StringComparison.Ordinal))); // the host that ran it knew whose it was, the next one only its id
    }

    /// <summary>Checks a proof as docs/incidents.md tells it, with nothing of the library.</summary>
    private static bool Holds(string line, JsonElement proof, JsonElement checkpoint)
    {
        var record = line[(line.IndexOf(",\"record\":", StringComparison.Ordinal) + 10)..line.LastIndexOf(",\"chain\":\"", StringComparison.Ordinal)];
        var hash = SHA256.HashData([0, .. Encoding.UTF8.GetBytes(record)]);
        var (index, last) = (proof.GetProperty("n").GetInt64(), checkpoint.GetProperty("records").GetInt64() - 1);
        foreach (var beside in proof.GetProperty("path").EnumerateArray().Select(static p => Base64Url.DecodeFromChars(p.GetString())))
        {
            if ((index & 1) == 1 || index == last)
            {
                hash = SHA256.HashData([1, .. beside, .. hash]);
                for (; (index & 1) == 0 && index != 0; index >>= 1)
                {
                    last >>= 1;
                }
            }
            else
            {
                hash = SHA256.HashData([1, .. hash, .. beside]);
            }

            (index, last) = (index >> 1, last >> 1);
        }

        return last == 0 && Base64Url.EncodeToString(hash) == checkpoint.GetProperty("root").GetString();
    }

    private async Task<IncidentId> OpenAsync(string audit, bool isOver = false)
    {
        var tenant = new TenantId("acme");
        TaskId subject;
        await using (var provider = Start(audit))
        {
            var guard = await GuardOfAsync(provider);
            var task = (await guard.Tasks.OpenAsync(
                new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann"), "read", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
                Principal.Person("carl", tenant))).GetTaskOrThrow();
            subject = task.Id;
            for (var i = 0; i < 3; i++)
            {
                await guard.InvokeAsync(task, new ToolCall("read", "{}"), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("rows")));
            }

            if (!isOver)
            {
                return await OpenAsync(guard, RevocationTarget.Task(tenant, subject));
            }

            await guard.Tasks.CompleteAsync(task);
            await guard.Leases.ReportUseAsync(tenant, s_lease, subject, "crm");
        }

        await using var next = Start(audit);
        var later = await GuardOfAsync(next);
        await later.Leases.ReportUseAsync(tenant, s_lease, subject, "crm");
        return await OpenAsync(later, RevocationTarget.Task(tenant, subject));
    }

    private static async Task<IncidentId> OpenAsync(Guard guard, RevocationTarget subject)
    {
        var step = await guard.Incidents.As(new OperatorKey(Key)).OpenAsync(subject, IncidentSeverity.High, "it reads too much");
        for (var i = 0; i < 500 && guard.Incidents.Find(subject.Tenant, step.Incident!.Id)?.Entries.Any(static e => e.Kind == IncidentEntryKind.Evidence) != true; i++)
        {
            await Task.Delay(20);
        }

        return step.Incident!.Id;
    }

    private static async Task<Guard> GuardOfAsync(ServiceProvider provider)
    {
        var guard = provider.GetRequiredService<Guard>();
        await guard.Revocations.WaitUntilKnownAsync();
        return guard;
    }

    private ServiceProvider Start(string audit)
    {
        var services = new ServiceCollection();
        services.AddIntentAuthz(
            host => host
                .AddPolicies(PolicySource.Text("permit(principal, action, resource);", "all.cedar"))
                .AddTool(ToolDescriptor.For("read").Idempotent())
                .UseSqlite(Path.Combine(_directory, "state.db"))
                .UseAudit(Path.Combine(_directory, audit)),
            static options => options.OperatorKey = new OperatorKey(Key));
        return services.BuildServiceProvider();
    }
}
