using System.Security.Cryptography;
using System.Text.Json;
using IntentAuthz.Cedar;
using IntentAuthz.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Cli.Tests.Replay;

/// <summary><c>intentauthz replay</c> over the decisions that a guard has kept.</summary>
public sealed class ReplayTests : IDisposable
{
    private const string Policies = """
        @id("open") permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
        @id("pay") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input.amount <= 500 };
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("replay").FullName;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(DecisionKey.Size);

    private string Store => Directory.CreateDirectory(Path.Combine(_directory, "store")).FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Same_policies_change_nothing()
    {
        await RecordAsync();

        var result = Verb.Run("replay", "--policies", Write("old.cedar", Policies), "--store", Store, "--key", KeyFile());

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Equal("11 decisions: 11 the same, 0 changed, 0 unknown.", result.Output.Trim());
    }

    [Fact]
    public async Task Changed_policy_is_named_with_what_it_changed()
    {
        await RecordAsync();
        var now = Write("new.cedar", Policies.Replace("500", "300", StringComparison.Ordinal));

        var words = Verb.Run("replay", "--policies", now, "--store", Store, "--key", KeyFile());
        var json = Verb.Run("replay", "--policies", now, "--store", Store, "--key", KeyFile(), "--json");

        Assert.Equal((1, 1), (words.ExitCode, json.ExitCode));
        Assert.Contains("2  permit → deny: pay no longer permits", words.Output, StringComparison.Ordinal);
        Assert.Contains("IntentAuthz::Agent::\"bot\"  Action::\"pay\"", words.Output, StringComparison.Ordinal);
        var group = JsonElement.Parse(json.Output).GetProperty("changes")[0];
        Assert.Equal(("no-longer-permits", "permit", "deny", 2), (group.GetProperty("change").GetString(), group.GetProperty("from").GetString(), group.GetProperty("to").GetString(), group.GetProperty("count").GetInt32()));
        Assert.Equal("no-permit", group.GetProperty("examples")[0].GetProperty("now").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task What_the_log_does_not_hold_is_unknown_and_no_answer()
    {
        await RecordAsync();
        var now = Write("new.cedar", Policies + "@id(\"risky\") forbid(principal, action == Action::\"pay\", resource) when { context.risk.score > 80 };");

        var result = Verb.Run("replay", "--policies", now, "--store", Store, "--key", KeyFile());

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("context.risk was not built then; risky would need it", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Altered_store_is_no_answer_and_the_place_is_named()
    {
        await RecordAsync();
        var file = Directory.GetFiles(Store, "*.iad").Single();
        var bytes = File.ReadAllBytes(file);
        bytes[200] ^= 1;
        File.WriteAllBytes(file, bytes);

        var result = Verb.Run("replay", "--policies", Write("old.cedar", Policies), "--store", Store, "--key", KeyFile());

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"{file}, block 0, ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_key_is_no_answer()
    {
        await RecordAsync();
        File.WriteAllText(Path.Combine(_directory, "other.key"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(DecisionKey.Size)));

        var result = Verb.Run("replay", "--policies", Write("old.cedar", Policies), "--store", Store, "--key", Path.Combine(_directory, "other.key"), "--json");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("is another than the file was written with", JsonElement.Parse(result.Output).GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_with_names_and_times_and_directories_are_taken()
    {
        await RecordAsync();
        Directory.CreateDirectory(Path.Combine(_directory, "policies"));
        Write(Path.Combine("policies", "a.cedar"), Policies);
        var wrong = Write("wrong.key", Convert.ToHexString(RandomNumberGenerator.GetBytes(DecisionKey.Size)));

        var result = Verb.Run(
            "replay", "--policies", Path.Combine(_directory, "policies"), "--store", Store, "--key", $"other={wrong}", "--key", $"k1={KeyFile()}", "--from", "2000-01-01", "--to", "2000-01-02T00:00:00Z");

        Assert.StartsWith("0 decisions", result.Output.Trim(), StringComparison.Ordinal);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"There is no decision of that time in {Store}", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Store_without_a_decision_is_no_answer()
    {
        File.WriteAllBytes(Path.Combine(Store, "decisions.00000001.iad"), []);

        var result = Verb.Run("replay", "--policies", Write("old.cedar", Policies), "--store", Store, "--key", KeyFile(), "--json");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(0, JsonElement.Parse(result.Output).GetProperty("decisions").GetInt32());
        Assert.Contains("so nothing was decided again", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("audit.jsonl")]
    [InlineData("audit.db")]
    public async Task Audit_log_of_either_kind_is_replayed_and_verified(string name)
    {
        var log = Path.Combine(_directory, name);
        await RecordAsync(audit: log);
        var none = Write("none.cedar", "permit(principal, action == Action::\"other\", resource);");

        var words = Verb.Run("replay", "--policies", none, "--audit", log);
        var json = JsonElement.Parse(Verb.Run("replay", "--policies", none, "--audit", log, "--json").Output);

        Assert.Equal((1, ""), (words.ExitCode, words.Errors));
        Assert.Contains("5  permit → deny: pay no longer permits", words.Output, StringComparison.Ordinal);
        Assert.Contains("10 decisions: 5 the same, 5 changed, 0 unknown.", words.Output, StringComparison.Ordinal);
        Assert.True(json.GetProperty("intact").GetBoolean());
        Assert.False(json.GetProperty("signed").GetBoolean());
    }

    [Theory]
    [InlineData("audit.jsonl")]
    [InlineData("audit.db")]
    public async Task Audit_log_that_was_altered_is_no_answer_and_the_place_is_named(string name)
    {
        var log = Path.Combine(_directory, name);
        await RecordAsync(audit: log);
        if (name == "audit.db")
        {
            using SqliteConnection connection = new($"Data Source={log};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE line SET content = replace(content, '\"outcome\":\"deny\"', '\"outcome\":\"permit\"') WHERE number > 3";
            Assert.NotEqual(0, command.ExecuteNonQuery());
        }
        else
        {
            File.WriteAllText(log, File.ReadAllText(log).Replace("\"outcome\":\"deny\"", "\"outcome\":\"permit\"", StringComparison.Ordinal));
        }

        var none = Write("none.cedar", "permit(principal, action == Action::\"other\", resource);");
        var words = Verb.Run("replay", "--policies", none, "--audit", log);
        var json = JsonElement.Parse(Verb.Run("replay", "--policies", none, "--audit", log, "--json").Output);

        Assert.Equal(2, words.ExitCode);
        Assert.Contains("The audit log is not as its writer wrote it", words.Output, StringComparison.Ordinal);
        Assert.Contains($"{log}:", words.Output, StringComparison.Ordinal);
        Assert.False(json.GetProperty("intact").GetBoolean());
    }

    [Fact]
    public async Task Checkpoint_kept_elsewhere_finds_the_end_that_an_audit_log_lost()
    {
        var log = Path.Combine(_directory, "audit.jsonl");
        await RecordAsync(audit: log);
        var lines = File.ReadAllLines(log);
        File.WriteAllLines(log, lines[..6]);
        var kept = Write("kept.jsonl", lines[^1] + "\n");

        Assert.Equal(2, Verb.Run("replay", "--policies", Write("old.cedar", Policies), "--audit", log, "--checkpoint", kept).ExitCode);
        Assert.Equal(2, Verb.Run("replay", "--policies", Write("old.cedar", Policies), "--store", Store, "--key", KeyFile(), "--checkpoint", kept).ExitCode);
    }

    [Theory]
    [InlineData("no such policies")]
    [InlineData("broken policies")]
    [InlineData("no store")]
    [InlineData("empty store")]
    [InlineData("no key")]
    [InlineData("no such key")]
    [InlineData("key that is none")]
    [InlineData("store and audit")]
    [InlineData("time that is none")]
    [InlineData("schema that is none")]
    public async Task Whatever_is_wrong_is_no_answer_and_said(string what)
    {
        await RecordAsync();
        var good = Write("old.cedar", Policies);
        string[] arguments = what switch
        {
            "no such policies" => ["--policies", "missing.cedar", "--store", Store, "--key", KeyFile()],
            "broken policies" => ["--policies", Write("broken.cedar", "permit("), "--store", Store, "--key", KeyFile()],
            "no store" => ["--policies", good, "--store", Path.Combine(_directory, "missing"), "--key", KeyFile()],
            "empty store" => ["--policies", good, "--store", Directory.CreateDirectory(Path.Combine(_directory, "empty")).FullName, "--key", KeyFile()],
            "no key" => ["--policies", good, "--store", Store],
            "no such key" => ["--policies", good, "--store", Store, "--key", "env:INTENTAUTHZ_NO_SUCH_KEY"],
            "key that is none" => ["--policies", good, "--store", Store, "--key", Write("none.key", "a password")],
            "store and audit" => ["--policies", good, "--store", Store, "--key", KeyFile(), "--audit", "audit.jsonl"],
            "time that is none" => ["--policies", good, "--store", Store, "--key", KeyFile(), "--from", "yesterday-ish"],
            _ => ["--policies", good, "--store", Store, "--key", KeyFile(), "--schema", Write("bad.cedarschema", "entity")],
        };

        var result = Verb.Run(["replay", .. arguments]);

        Assert.Equal(2, result.ExitCode);
        Assert.NotEqual("", result.Errors.Trim());
        Assert.DoesNotContain("password", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_from_a_log_cannot_drive_the_terminal()
    {
        await RecordAsync("\u001b[2Jbad");

        var result = Verb.Run("replay", "--policies", Write("new.cedar", Policies.Replace("500", "0", StringComparison.Ordinal)), "--store", Store, "--key", KeyFile());

        Assert.DoesNotContain('\u001b', result.Output);
    }

    private string KeyFile() => Write("k1.key", Convert.ToBase64String(_key) + "\n");

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task RecordAsync(string invoice = "i-1", string? audit = null)
    {
        using var key = new DecisionKey("k1", _key);
        var services = new ServiceCollection();
        services.AddIntentAuthz(b => b
            .AddPolicies(PolicySource.Text(Policies, "old.cedar"))
            .AddSchema("entity Invoice;")
            .AddTool(ToolDescriptor.For("pay").InputSchema("""{"properties":{"invoice":{"type":"string"},"amount":{"type":"integer"}},"required":["invoice","amount"]}""")
                .Resource("Invoice", "invoice").Idempotent())
            .UseDecisionFiles(Store, key)
            .UseAudit(audit));
        await using var provider = services.BuildServiceProvider();
        var guard = provider.GetRequiredService<Guard>();
        var tenant = new TenantId("acme");
        var task = (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann"), "pay invoices", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
            Principal.Person("carl", tenant))).GetTaskOrThrow();
        for (var amount = 100; amount <= 1_000; amount += 100)
        {
            await guard.InvokeAsync(
                task, new ToolCall("pay", JsonSerializer.Serialize(new { invoice, amount })), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("paid")));
        }
    }
}
