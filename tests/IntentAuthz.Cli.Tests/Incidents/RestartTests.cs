using System.Text.RegularExpressions;
using IntentAuthz.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Cli.Tests.Incidents;

/// <summary>What an incident needs of a host that ran before, or of one that starts after a step was taken without any.</summary>
public sealed partial class RestartTests : IDisposable
{
    private const string Key = "an operator key of thirty-two characters and more";

    private static readonly TenantId Acme = new("acme");
    private static readonly Principal Carl = Principal.Person("carl", Acme);
    private static readonly TaskRequest Reading =
        new(AgentIdentity.HostAsserted(new AgentId("bot"), Acme, "ann"), "read", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1));

    private readonly string _directory = Directory.CreateTempSubdirectory("restart").FullName;
    private readonly List<string> _rotated = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Step_that_was_taken_while_no_host_ran_is_in_the_audit_of_the_next_one_and_once()
    {
        IncidentId incident;
        await using (var host = Start())
        {
            incident = await OpenIncidentAsync(await GuardOfAsync(host), await ReadAsync(await GuardOfAsync(host)));
        }

        Assert.Equal(1, Run("freeze", incident).ExitCode); // 1: no host has answered
        Assert.Equal(0, Run("close", incident).ExitCode);
        Assert.DoesNotContain("freeze inc_", File.ReadAllText(PathOf("audit.jsonl")), StringComparison.Ordinal);

        for (var i = 0; i < 2; i++)
        {
            await using var host = Start();
            var guard = await GuardOfAsync(host);
            await UntilAsync(() => guard.Incidents.Find(Acme, incident)?.Entries.Count(static e => e.Kind == IncidentEntryKind.Audited) == 2);
        }

        var audit = File.ReadAllText(PathOf("audit.jsonl"));
        Assert.Single(Freezing().Matches(audit));
        Assert.Single(Closing().Matches(audit));
        Assert.True(AuditVerifier.Verify(AuditLog.JsonLines(PathOf("audit.jsonl"))).IsIntact);
    }

    [Fact]
    public async Task Step_that_a_running_host_has_seen_is_not_written_again_by_the_next()
    {
        IncidentId incident;
        await using (var host = Start())
        {
            var guard = await GuardOfAsync(host);
            incident = await OpenIncidentAsync(guard, await ReadAsync(guard));
            Assert.Equal(0, Run("freeze", incident, wait: "10").ExitCode);
            await UntilAsync(() => guard.Incidents.Find(Acme, incident)!.Entries.Any(static e => e.Kind == IncidentEntryKind.Audited));
        }

        await using (var host = Start())
        {
            var guard = await GuardOfAsync(host);
            await UntilAsync(() => guard.Incidents.Find(Acme, incident) is not null);
            await Task.Delay(200); // in which a second record would be written
        }

        Assert.Single(Freezing().Matches(File.ReadAllText(PathOf("audit.jsonl"))));
    }

    [Fact]
    public async Task Revocation_after_a_restart_renews_what_a_task_that_nobody_holds_was_lent()
    {
        await using (var host = Start())
        {
            await ReadAsync(await GuardOfAsync(host)); // the lease is over with the host, the task is kept
        }

        await using var next = Start();
        var guard = await GuardOfAsync(next);
        var responder = guard.Incidents.As(new OperatorKey(Key));
        var opened = await responder.OpenAsync(RevocationTarget.Agent(Acme, new AgentId("bot")), IncidentSeverity.High, "it leaks");
        var step = await responder.RevokeAsync(Acme, opened.Incident!.Id, "it leaks");

        Assert.Equal(["db"], _rotated);
        Assert.Equal(RotationState.Rotated, Assert.Single(step.Rotations).State);
    }

    [Fact]
    public async Task Revocation_of_a_task_that_was_restored_renews_what_it_was_lent_before()
    {
        TaskId task;
        await using (var host = Start())
        {
            task = await ReadAsync(await GuardOfAsync(host));
        }

        await using var next = Start();
        var guard = await GuardOfAsync(next);
        Assert.True((await guard.Tasks.RestoreAsync(task, Reading, Carl)).Decision.IsPermitted);
        var incident = await OpenIncidentAsync(guard, task);
        await guard.Incidents.As(new OperatorKey(Key)).RevokeAsync(Acme, incident, "it leaks");

        Assert.Equal(["db"], _rotated);
    }

    [Fact]
    public async Task Revocation_after_a_restart_renews_what_the_evidence_says_of_a_task_that_is_over()
    {
        IncidentId incident;
        await using (var host = Start())
        {
            var guard = await GuardOfAsync(host);
            var task = await ReadAsync(guard);
            incident = await OpenIncidentAsync(guard, task);
            await UntilAsync(() => guard.Incidents.Find(Acme, incident)!.Entries.Any(static e => e.Kind == IncidentEntryKind.Evidence));
            await guard.Tasks.CompleteAsync(guard.Tasks.Find(Acme, task)!);
        }

        await using var next = Start();
        var later = await GuardOfAsync(next);
        await UntilAsync(() => later.Incidents.Find(Acme, incident) is not null);
        await later.Incidents.As(new OperatorKey(Key)).RevokeAsync(Acme, incident, "it leaks");

        Assert.Equal(["db"], _rotated);
    }

    [Fact]
    public async Task Revocation_while_no_host_runs_has_the_next_one_renew_the_secrets_once()
    {
        IncidentId incident;
        await using (var host = Start())
        {
            var guard = await GuardOfAsync(host);
            incident = await OpenIncidentAsync(guard, await ReadAsync(guard));
            await UntilAsync(() => guard.Incidents.Find(Acme, incident)!.Entries.Any(static e => e.Kind == IncidentEntryKind.Evidence));
        }

        Assert.Equal(1, Run("revoke", incident).ExitCode);
        for (var i = 0; i < 2; i++)
        {
            await using var next = Start();
            var guard = await GuardOfAsync(next);
            await UntilAsync(() => guard.Incidents.Find(Acme, incident)?.Entries.Any(static e => e.Kind == IncidentEntryKind.Rotated) == true);
            await UntilAsync(() => guard.Incidents.Find(Acme, incident)!.Entries.Any(static e => e.Kind == IncidentEntryKind.Audited));
        }

        Assert.Equal(["db"], _rotated);
    }

    [GeneratedRegex("freeze inc_")]
    private static partial Regex Freezing();

    [GeneratedRegex("close inc_")]
    private static partial Regex Closing();

    private static async Task<TaskId> ReadAsync(Guard guard)
    {
        var task = (await guard.Tasks.OpenAsync(Reading, Carl)).GetTaskOrThrow();
        var result = await guard.InvokeAsync(task, new ToolCall("read", "{}"), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("rows")));
        Assert.True(result.IsCompleted, result.ToString());
        return task.Id;
    }

    private static async Task<IncidentId> OpenIncidentAsync(Guard guard, TaskId task) =>
        (await guard.Incidents.As(new OperatorKey(Key)).OpenAsync(RevocationTarget.Task(Acme, task), IncidentSeverity.High, "it leaks")).Incident!.Id;

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(20);
        }

        Assert.True(condition(), "it did not happen");
    }

    private static async Task<Guard> GuardOfAsync(ServiceProvider host)
    {
        var guard = host.GetRequiredService<Guard>();
        await guard.Revocations.WaitUntilKnownAsync();
        return guard;
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    private VerbResult Run(string verb, IncidentId incident, string wait = "0")
    {
        File.WriteAllText(PathOf("operator.key"), Key);
        string[] patience = verb == "close" ? [] : ["--wait", wait];
        return Verb.Run([
            "incident", verb, incident.Value, "--state", PathOf("state.db"), "--key-file", PathOf("operator.key"), "--as", "olga", "--reason", "it leaks", .. patience]);
    }

    private ServiceProvider Start()
    {
        var services = new ServiceCollection();
        services.AddIntentAuthz(
            host => host
                .AddPolicies(PolicySource.Text("permit(principal, action, resource);", "all.cedar"))
                .AddTool(ToolDescriptor.For("read").NeedsCredential("db").Idempotent())
                .AddCredentialProfile(new CredentialProfile("db", "vault", "db", ["read"], TimeSpan.FromMinutes(5)))
                .AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new(Secret.FromString("a secret of sixteen and more")))
                {
                    Rotate = (profile, _) =>
                    {
                        _rotated.Add(profile);
                        return ValueTask.CompletedTask;
                    },
                })
                .UseSqlite(PathOf("state.db"))
                .UseAuditFile(PathOf("audit.jsonl")),
            static options => options.OperatorKey = new OperatorKey(Key));
        return services.BuildServiceProvider();
    }
}
