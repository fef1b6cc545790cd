using System.Diagnostics;
using IntentAuthz.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Cli.Tests.Incidents;

/// <summary>What the verbs do and leave alone, against a host that runs in this process.</summary>
public sealed class StepTests : IDisposable
{
    private const string Key = "an operator key of thirty-two characters and more";

    private static readonly TenantId Acme = new("acme");
    private static readonly RevocationTarget Bot = RevocationTarget.Agent(Acme, new AgentId("bot"));
    private static readonly Principal Carl = Principal.Person("carl", Acme);
    private static readonly TaskRequest Reading =
        new(AgentIdentity.HostAsserted(new AgentId("bot"), Acme, "ann"), "read", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1));

    private readonly string _directory = Directory.CreateTempSubdirectory("steps").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Stop_of_the_operator_stays_when_an_incident_that_froze_the_same_is_reopened_also_by_the_next_host()
    {
        IncidentId incident;
        await using (var host = Start())
        {
            var guard = await GuardOfAsync(host);
            await guard.Revocations.RevokeAsync(Bot, new OperatorKey(Key), "a legal hold");

            var frozen = Run(["freeze", "--agent", "bot", "--tenant", "acme", "--wait", "10"]);
            Assert.True(frozen.ExitCode == 0 && frozen.Output.Contains("it was stopped already", StringComparison.Ordinal), frozen.ToString());
            Assert.Equal(0, Run(["freeze", "--agent", "bot", "--tenant", "acme", "--wait", "10"]).ExitCode);
            incident = Assert.Single(guard.Incidents.GetOpen(Acme)).Id;
        }

        await using var next = Start();
        var later = await GuardOfAsync(next);
        await UntilAsync(() => later.Incidents.Find(Acme, incident) is not null);
        var reopened = Run(["reopen", incident.Value, "--role", "oncall", "--wait", "10"]);

        Assert.True(reopened.ExitCode == 1 && reopened.Output.Contains("agent bot stays stopped.", StringComparison.Ordinal), reopened.ToString());
        Assert.Contains("stays stopped by the operator key", reopened.Output, StringComparison.Ordinal);
        Assert.True(later.Revocations.IsRevoked(Bot));
    }

    [Fact]
    public async Task Stop_of_the_incident_is_lifted_by_the_next_host_too_also_after_it_was_revoked()
    {
        await using (var host = Start())
        {
            await GuardOfAsync(host);
            Assert.Equal(0, Run(["freeze", "--agent", "bot", "--tenant", "acme", "--wait", "10"]).ExitCode);
        }

        await using var next = Start();
        var guard = await GuardOfAsync(next);
        await UntilAsync(() => !guard.Incidents.GetOpen(Acme).IsEmpty);
        var incident = guard.Incidents.GetOpen(Acme)[0].Id;
        Assert.Equal(incident, Assert.Single(guard.Revocations.Entries).Incident);
        Assert.Equal(0, Run(["revoke", incident.Value, "--wait", "10"]).ExitCode);

        var reopened = Run(["reopen", incident.Value, "--role", "oncall", "--wait", "10"]);

        Assert.True(reopened.ExitCode == 0, reopened.ToString());
        Assert.False(guard.Revocations.IsRevoked(Bot));
        Assert.True((await guard.Tasks.OpenAsync(Reading, Carl)).Decision.IsPermitted);
    }

    [Fact]
    public async Task Task_that_a_person_suspended_stays_so_when_its_incident_is_reopened_after_a_restart()
    {
        TaskId id;
        IncidentId incident;
        await using (var host = Start())
        {
            var guard = await GuardOfAsync(host);
            var task = (await guard.Tasks.OpenAsync(Reading, Carl)).GetTaskOrThrow();
            id = task.Id;
            Assert.Equal(0, Run(["freeze", "--task", id.Value, "--tenant", "acme", "--wait", "10"]).ExitCode);
            incident = guard.Incidents.GetOpen(Acme)[0].Id;
            Assert.True((await guard.Tasks.SuspendAsync(task, Carl, "not before the audit is done")).IsPermitted);
        }

        await using var next = Start();
        var later = await GuardOfAsync(next);
        var restored = (await later.Tasks.RestoreAsync(id, Reading, Carl)).Task!;
        await UntilAsync(() => later.Incidents.Find(Acme, incident) is not null);
        var reopened = Run(["reopen", incident.Value, "--role", "oncall", "--wait", "10"]);

        Assert.Contains("something else than this incident suspended it", reopened.Output, StringComparison.Ordinal);
        Assert.False(later.Revocations.IsRevoked(RevocationTarget.TaskHold(Acme, id)));
        Assert.Equal(TaskState.Suspended, restored.State);
    }

    [Fact]
    public async Task Ctrl_C_while_no_host_answers_ends_the_wait_and_says_that_the_stop_stands()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        await using (var host = Start())
        {
            await GuardOfAsync(host); // leaves its operator key in the state
        }

        File.WriteAllText(PathOf("operator.key"), Key);
        using var tool = Process.Start(new ProcessStartInfo(
            "env", // in which SIGINT is heeded, also where this test's process has been told to ignore it
            ["--default-signal=INT", "dotnet", "exec", typeof(IntentAuthzCommand).Assembly.Location, "incident", "freeze", "--agent", "bot", "--tenant", "acme", "--wait", "120",
                "--state", PathOf("state.db"), "--key-file", PathOf("operator.key"), "--as", "olga", "--reason", "a test"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await using (var state = SqliteState.Open(new SqliteStateOptions { Path = PathOf("state.db"), CheckOnOpen = false }))
        {
            List<RevocationChange> stops = [];
            for (var i = 0; i < 3_000 && stops.Count == 0; i++)
            {
                await Task.Delay(20);
                await state.Revocations.ReadAsync(0, stops.Add, CancellationToken.None);
            }

            Assert.NotEmpty(stops);
        }

        using (var interrupt = Process.Start("kill", ["-INT", $"{tool.Id}"]))
        {
            await interrupt.WaitForExitAsync();
        }

        var (output, errors) = (tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await tool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal((1, ""), (tool.ExitCode, await errors));
        Assert.Contains("the stop stands in the state", await output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("freeze")]
    [InlineData("revoke")]
    [InlineData("reopen")]
    [InlineData("close")]
    public async Task Wrong_key_has_an_exit_code_of_its_own_and_does_nothing(string verb)
    {
        await using var host = Start();
        var guard = await GuardOfAsync(host);
        var task = (await guard.Tasks.OpenAsync(Reading, Carl)).GetTaskOrThrow();
        var incident = (await guard.Incidents.As(new OperatorKey(Key)).OpenAsync(RevocationTarget.Task(Acme, task.Id), IncidentSeverity.High, "it leaks")).Incident!;

        var refused = Run([verb, incident.Id.Value], key: "the operator key of last year, long enough");

        Assert.True(refused.ExitCode == 3 && refused.Errors.Contains("Nothing was done.", StringComparison.Ordinal), refused.ToString());
        await Task.Delay(200); // in which a host would follow
        Assert.Equal(TaskState.Active, task.State);
        Assert.Equal(IncidentState.Detected, guard.Incidents.Find(Acme, incident.Id)!.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Entry_of_a_newer_version_keeps_nobody_from_freezing(bool byName)
    {
        await using var host = Start();
        var guard = await GuardOfAsync(host);
        var task = (await guard.Tasks.OpenAsync(Reading, Carl)).GetTaskOrThrow();
        var incident = (await guard.Incidents.As(new OperatorKey(Key)).OpenAsync(RevocationTarget.Task(Acme, task.Id), IncidentSeverity.High, "it leaks")).Incident!;
        await using (var state = SqliteState.Open(new SqliteStateOptions { Path = PathOf("state.db"), CheckOnOpen = false }))
        {
            await state.Incidents.AppendAsync(
                new IncidentEntry { Incident = incident.Id, Tenant = Acme, Kind = (IncidentEntryKind)99, At = DateTimeOffset.UtcNow, By = "a newer version", Text = "x", Origin = "outside:newer" },
                CancellationToken.None);
        }

        var frozen = Run(byName ? ["freeze", "--task", task.Id.Value, "--tenant", "acme", "--wait", "10"] : ["freeze", incident.Id.Value, "--wait", "10"]);

        Assert.True(frozen.ExitCode == 0, frozen.ToString());
        Assert.Equal(TaskState.Suspended, task.State);
        Assert.Equal(incident.Id, Assert.Single(guard.Incidents.GetOpen(Acme)).Id);
    }

    [Theory]
    [InlineData("permit(principal, action, resource);", 0, DecisionOutcome.Permit)]
    [InlineData("""permit(principal, action, resource); forbid(principal, action == IntentAuthz::Action::"Reopen", resource) when { context.input.asserted };""", 1, DecisionOutcome.Deny)]
    public async Task Person_who_is_only_named_is_recorded_as_asserted_and_policy_can_refuse_such_a_one(string policies, int exitCode, DecisionOutcome outcome)
    {
        await using (var host = Start(policies))
        {
            var guard = await GuardOfAsync(host);
            var task = (await guard.Tasks.OpenAsync(Reading, Carl)).GetTaskOrThrow();
            var frozen = Run(["freeze", "--task", task.Id.Value, "--tenant", "acme", "--wait", "10"]);
            Assert.True(frozen.ExitCode == 0, frozen.ToString());

            var reopened = Run(["reopen", guard.Incidents.GetOpen(Acme)[0].Id.Value, "--role", "oncall", "--wait", "10"]);

            Assert.True(reopened.ExitCode == exitCode, reopened.ToString());
            if (exitCode == 1)
            {
                var step = await guard.Incidents.As(Principal.Person("olga", Acme)).ReopenAsync(Acme, guard.Incidents.GetOpen(Acme)[0].Id, "authenticated by the host");
                Assert.True(step.IsDone, step.Decision.ToString());
            }
        }

        var audit = File.ReadAllLines(PathOf("audit.jsonl"));
        Assert.Contains(audit, l => l.Contains("\"person olga (asserted)\"", StringComparison.Ordinal) && l.Contains("reopen inc_", StringComparison.Ordinal) && l.Contains($"\"{outcome}\"", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(exitCode == 1, audit.Any(static l => l.Contains("\"person olga\"", StringComparison.Ordinal)));
    }

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

    private VerbResult Run(string[] arguments, string key = Key)
    {
        File.WriteAllText(PathOf("operator.key"), key);
        return Verb.Run(["incident", .. arguments, "--state", PathOf("state.db"), "--key-file", PathOf("operator.key"), "--as", "olga", "--reason", "a test"]);
    }

    private ServiceProvider Start(string policies = "permit(principal, action, resource);")
    {
        var services = new ServiceCollection();
        services.AddIntentAuthz(
            host => host
                .AddPolicies(PolicySource.Text(policies, "all.cedar"))
                .AddTool(ToolDescriptor.For("read").Idempotent())
                .UseSqlite(PathOf("state.db"))
                .UseAuditFile(PathOf("audit.jsonl")),
            static options => options.OperatorKey = new OperatorKey(Key));
        return services.BuildServiceProvider();
    }
}
