using System.Text.Json;

namespace IntentAuthz.EndToEnd.Incidents;

/// <summary>Each verb of <c>intentauthz incident</c> as a process, against a host that runs, and against none.</summary>
public sealed class IncidentVerbTests
{
    [Fact]
    public async Task Every_verb_answers_in_json_and_the_host_follows()
    {
        await using IncidentProcess host = await IncidentProcess.StartAsync();
        string[] state = ["--state", host.State], key = ["--key-file", host.Key, "--as", "olga"];

        (int exit, JsonElement list) = await JsonAsync(host, ["list", .. state]);
        Assert.Equal(1, exit);
        string id = list.GetProperty("incidents").EnumerateArray().First(static i => i.GetProperty("agent").GetString() == "invoice-bot").GetProperty("incident").GetString()!;
        Assert.Equal(2, list.GetProperty("incidents").GetArrayLength());

        (exit, JsonElement show) = await JsonAsync(host, ["show", id, .. state]);
        Assert.Equal((0, "detected", "ann"), (exit, show.GetProperty("state").GetString(), show.GetProperty("owner").GetString()));
        Assert.Equal("opened", show.GetProperty("timeline")[0].GetProperty("kind").GetString());

        (exit, JsonElement live) = await JsonAsync(host, ["live", id, .. state]);
        Assert.Equal(0, exit);
        Assert.Contains(live.GetProperty("live").GetProperty("calls").EnumerateArray(), static c => c.GetProperty("tool").GetString() == "mail" && c.GetProperty("running").GetBoolean());
        Assert.Equal(2, live.GetProperty("live").GetProperty("leases").GetArrayLength());

        (exit, JsonElement frozen) = await JsonAsync(host, ["freeze", id, .. state, .. key, "--reason", "it loops"]);
        Assert.Equal((0, "contained"), (exit, frozen.GetProperty("state").GetString()));
        Assert.True(frozen.GetProperty("callsCancelled").GetInt32() >= 1, frozen.ToString());
        await host.UntilAsync(static l => l == "invoice-bot call task-suspended");
        (exit, frozen) = await JsonAsync(host, ["freeze", id, .. state, .. key, "--reason", "once more"]);
        Assert.Equal((0, "contained"), (exit, frozen.GetProperty("state").GetString()));

        (exit, JsonElement export) = await JsonAsync(host, ["export", id, .. state, .. key, "--out", Path.Combine(host.Directory, "evidence"), "--audit", host.Audit]);
        Assert.True(exit is 0 or 1 && export.GetProperty("auditRecords").GetInt32() > 0, export.ToString());

        (exit, JsonElement refused) = await JsonAsync(host, ["reopen", id, .. state, .. key, "--reason", "no role"]);
        Assert.Equal((1, false), (exit, refused.GetProperty("reopened").GetBoolean()));
        (exit, JsonElement reopened) = await JsonAsync(host, ["reopen", id, .. state, .. key, "--role", "oncall", "--reason", "a false alarm"]);
        Assert.Equal((0, true, "recovered"), (exit, reopened.GetProperty("reopened").GetBoolean(), reopened.GetProperty("state").GetString()));

        (exit, JsonElement revoked) = await JsonAsync(host, ["revoke", id, .. state, .. key, "--reason", "no false alarm after all"]);
        Assert.Equal((1, "eradicated"), (exit, revoked.GetProperty("state").GetString()));
        Assert.Equal("cannotrotate", Assert.Single(revoked.GetProperty("rotations").EnumerateArray(), static r => r.GetProperty("profile").GetString() == "crm").GetProperty("state").GetString());
        await host.UntilAsync(static l => l == "invoice-bot call revoked");

        (exit, JsonElement closed) = await JsonAsync(host, ["close", id, .. state, .. key, "--reason", "done"]);
        Assert.Equal((0, "closed"), (exit, closed.GetProperty("state").GetString()));
        (_, list) = await JsonAsync(host, ["list", .. state]);
        Assert.Single(list.GetProperty("incidents").EnumerateArray());
    }

    [Fact]
    public async Task Freeze_by_name_opens_an_incident_and_stops_an_agent_whose_tasks_are_then_evidence()
    {
        await using IncidentProcess host = await IncidentProcess.StartAsync();

        (int exit, JsonElement frozen) = await JsonAsync(
            host, ["freeze", "--agent", "report-bot", "--tenant", "acme", "--state", host.State, "--key-file", host.Key, "--as", "olga", "--reason", "seen on the news"]);

        Assert.True(exit == 0, frozen.ToString());
        await host.UntilAsync(static l => l == "report-bot call revoked");
        (_, JsonElement live) = await JsonAsync(host, ["live", frozen.GetProperty("incident").GetString()!, "--state", host.State]);
        Assert.Empty(live.GetProperty("live").GetProperty("tasks").EnumerateArray());

        // The host stops first and writes down what it knows after that.
        for (int i = 0; !await IsEvidenceAsync(Path.Combine(host.Directory, $"evidence{i}")); i++)
        {
            Assert.True(i < 50, "The host that runs has not written down what it knows of the agent's tasks.");
            await Task.Delay(100);
        }

        async Task<bool> IsEvidenceAsync(string into)
        {
            await host.RunAsync("export", frozen.GetProperty("incident").GetString()!, "--state", host.State, "--key-file", host.Key, "--as", "olga", "--out", into);
            return System.IO.Directory.GetFiles(into, "evidence-*").Any(f => File.ReadAllText(f).Contains(host.TaskOf("report-bot"), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Without_a_running_host_the_stop_stands_in_the_state_and_nothing_is_given_back()
    {
        await using IncidentProcess host = await IncidentProcess.StartAsync();
        await host.StopAsync();
        string[] state = ["--state", host.State], key = ["--key-file", host.Key, "--as", "olga", "--reason", "x", "--wait", "0.2"];

        (int exit, JsonElement frozen) = await JsonAsync(host, ["freeze", "--task", host.TaskOf("invoice-bot"), "--tenant", "acme", .. state, .. key]);
        Assert.Equal((1, false, "contained"), (exit, frozen.GetProperty("hostAnswered").GetBoolean(), frozen.GetProperty("state").GetString()));
        string id = frozen.GetProperty("incident").GetString()!;
        (exit, JsonElement live) = await JsonAsync(host, ["live", id, .. state, "--wait", "0"]);
        Assert.Equal((1, false), (exit, live.GetProperty("hostAnswered").GetBoolean()));
        Assert.Equal(host.TaskOf("invoice-bot"), Assert.Single(live.GetProperty("live").GetProperty("tasks").EnumerateArray()).GetProperty("task").GetString());
        (exit, JsonElement reopened) = await JsonAsync(host, ["reopen", id, .. state, .. key, "--role", "oncall"]);
        Assert.Equal((1, false), (exit, reopened.GetProperty("reopened").GetBoolean()));
    }

    [Fact]
    public async Task Wrong_key_missing_state_and_half_a_name_are_told_and_do_nothing()
    {
        await using IncidentProcess host = await IncidentProcess.StartAsync();
        string wrong = Path.Combine(host.Directory, "wrong.key");
        await File.WriteAllTextAsync(wrong, "a key that is long enough but is another one");
        string[] freeze = ["freeze", "--agent", "report-bot", "--tenant", "acme", "--as", "eve", "--reason", "x"];

        (int exit, _, string errors) = await host.RunAsync([.. freeze, "--state", host.State, "--key-file", wrong]);
        Assert.Equal((3, true), (exit, errors.Contains("not the host's operator key", StringComparison.Ordinal)));
        (exit, _, errors) = await host.RunAsync([.. freeze, "--state", Path.Combine(host.Directory, "none.db"), "--key-file", host.Key]);
        Assert.Equal((2, true), (exit, errors.Contains("There is no state file", StringComparison.Ordinal)));
        Assert.False(File.Exists(Path.Combine(host.Directory, "none.db")));
        (exit, _, errors) = await host.RunAsync("freeze", "--agent", "report-bot", "--state", host.State, "--key-file", host.Key, "--as", "eve", "--reason", "x");
        Assert.Equal((2, true), (exit, errors.Contains("--tenant", StringComparison.Ordinal)));
        (exit, _, errors) = await host.RunAsync("show", "inc_../../x", "--state", host.State);
        Assert.Equal(2, exit);
        Assert.DoesNotContain(IncidentProcess.OperatorKey, errors, StringComparison.Ordinal);
        Assert.Equal("report-bot call permitted", host.Said.Last(static l => l.StartsWith("report-bot call", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("show")]
    [InlineData("freeze")]
    [InlineData("live")]
    [InlineData("export")]
    [InlineData("revoke")]
    [InlineData("reopen")]
    [InlineData("close")]
    public async Task Help_has_an_example_and_the_exit_codes(string verb)
    {
        using System.Diagnostics.Process help = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("dotnet", ["exec", IncidentProcess.Cli, "incident", verb, "--help"]) { RedirectStandardOutput = true })!;
        string output = await help.StandardOutput.ReadToEndAsync();
        await help.WaitForExitAsync();

        Assert.Equal(0, help.ExitCode);
        Assert.Contains($"Example: intentauthz incident {verb}", output, StringComparison.Ordinal);
        Assert.Contains("The exit code is 0 if", output, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, JsonElement Answer)> JsonAsync(IncidentProcess host, string[] arguments)
    {
        (int exit, string output, string errors) = await host.RunAsync([.. arguments, "--json"]);
        Assert.True(output.Length > 0, $"{string.Join(' ', arguments)}: exit {exit}: {errors}");
        return (exit, JsonElement.Parse(output));
    }
}
