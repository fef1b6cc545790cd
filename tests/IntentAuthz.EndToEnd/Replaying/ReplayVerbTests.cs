using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.EndToEnd.Replaying;

/// <summary>The worked example of docs/replay.md: a guard keeps its decisions, a policy is changed, and <c>intentauthz replay</c> as a process says what it would have changed.</summary>
public sealed class ReplayVerbTests : IDisposable
{
    private const string Yesterday = """
        @id("open") permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
        @id("pay-invoices") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource)
        when { context.input.amount <= 500 };
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Replay_OneChangedPolicy_SaysWhatWouldHaveChanged()
    {
        byte[] key = RandomNumberGenerator.GetBytes(DecisionKey.Size);
        await RecordAsync(key);
        string same = Write("same.cedar", Yesterday);
        string changed = Write("changed.cedar", Yesterday + """

            @id("large-payments") @approval("finance") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource)
            when { context.input.amount > 200 && context.input.amount <= 500 };
            """);

        (int code, string output, string errors) = await RunAsync(key, "--policies", same);
        Assert.Equal((0, "6 decisions: 6 the same, 0 changed, 0 unknown.", ""), (code, output.Trim(), errors));

        (code, output, errors) = await RunAsync(key, "--policies", changed);
        Assert.Equal((1, ""), (code, errors));
        Assert.Contains("2  permit → require-approval: large-payments asks for something else", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);

        (code, output, _) = await RunAsync(key, "--policies", changed, "--json");
        Assert.Equal((1, 2L), (code, JsonElement.Parse(output).GetProperty("changed").GetInt64()));

        (code, _, errors) = await RunAsync(key, "--policies", "missing.cedar");
        Assert.Equal(2, code);
        Assert.Contains("missing.cedar", errors, StringComparison.Ordinal);
    }

    /// <summary>The tool where it was built: beside these tests it would lack what they have from their framework.</summary>
    private static string Tool
    {
        get
        {
            DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
            return Path.Combine(Repository.Root, "src", "IntentAuthz.Cli", "bin", framework.Parent!.Name, framework.Name, "IntentAuthz.Cli.dll");
        }
    }

    private string Store => _directory.Sub("decisions");

    private string Write(string name, string text)
    {
        string path = Path.Combine(_directory.Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task RecordAsync(byte[] bytes)
    {
        using DecisionKey key = new("2026-03", bytes);
        ServiceCollection services = new();
        services.AddIntentAuthz(b => b
            .AddPolicies(PolicySource.Text(Yesterday, "same.cedar"))
            .AddTool(ToolDescriptor.For("pay").InputSchema("""{"properties":{"amount":{"type":"integer"}},"required":["amount"]}""").Idempotent())
            .UseAuditSink(new InMemoryAuditSink())
            .UseDecisionFiles(Store, key));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Guard guard = provider.GetRequiredService<Guard>();
        TenantId tenant = new("acme");
        AgentTask task = (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann"), "pay invoices", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
            Principal.Person("carl", tenant))).GetTaskOrThrow();
        foreach (int amount in (int[])[100, 200, 300, 400, 600])
        {
            await guard.InvokeAsync(task, new ToolCall("pay", $$"""{"amount":{{amount}}}"""), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("paid")));
        }
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(byte[] key, params string[] arguments)
    {
        ProcessStartInfo start = new(
            "dotnet", ["exec", Tool, "replay", "--store", Store, "--key", "env:DECISION_KEY", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DECISION_KEY"] = Convert.ToBase64String(key);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, await output, await errors);
    }
}
