using System.Security.Cryptography;
using System.Text.Json;
using IntentAuthz.Cli.Tests.Corpus;
using IntentAuthz.EndToEnd.Documentation;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Cli.Tests.Documentation;

/// <summary>A directory with the files that the documented commands name, of which what is documented is true. Removed at the end.</summary>
internal sealed class DocumentedFiles : IDisposable
{
    private static readonly string[] s_decisions = ["allow", "allow", "allow", "deny"];

    /// <summary>The key of the decision store.</summary>
    public static string Key { get; } = Convert.ToBase64String(Enumerable.Range(0, DecisionKey.Size).Select(static b => (byte)b).ToArray());

    public string Root { get; } = Directory.CreateTempSubdirectory("intentauthz-docs-").FullName;

    public string Store => Path.Combine(Root, "decisions");

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Writes what a command needs.</summary>
    public Task WriteForAsync(string command)
    {
        if (command.Contains(" replay ", StringComparison.Ordinal))
        {
            return WriteStoreAsync();
        }

        if (command.Contains(" audit verify ", StringComparison.Ordinal))
        {
            return WriteAuditAsync();
        }

        if (command.Contains(" incident verify ", StringComparison.Ordinal))
        {
            return WriteEvidenceAsync();
        }

        if (command.Contains(" cedar corpus ", StringComparison.Ordinal))
        {
            WriteCorpus();
        }
        else if (command.Contains(" validate ", StringComparison.Ordinal))
        {
            Write("schema.cedarschema", "entity User;\nentity Account;\naction pay appliesTo { principal: User, resource: Account, context: { input: { amount: decimal } } };\n");
            Write("wrong.cedar", """
                permit(principal is User, action == Action::"pay", resource is Account)
                when { context.input.amonut.lessThan(decimal("500.0")) };

                @aproval("finance")
                permit(principal is User, action == Action::"pay", resource is Account);
                """);
        }
        else if (command.Contains(" eval ", StringComparison.Ordinal))
        {
            Write("large.json", """{ "principal": "User::\"ann\"", "action": "Action::\"pay\"", "resource": "Account::\"1\"", "context": { "amount": 900 } }""");
            Write("policies/pay.cedar", """
                @id("small payments") permit(principal, action == Action::"pay", resource) when { context.amount <= 500 };

                @id("large payments") @approval("finance:2") permit(principal, action == Action::"pay", resource) when { context.amount > 500 };
                """);
        }
        else if (command.Contains(" explain ", StringComparison.Ordinal))
        {
            Write("entities.json", "[]");
            Write("context.json", """{ "amount": 900 }""");
            Write("pay.cedar", """
                @id("small payments") @description("Payments up to 500 to known payees")
                permit(principal is IntentAuthz::Agent, action == Action::"pay", resource)
                when { context.amount <= 500 };
                """);
        }

        return Task.CompletedTask;
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Two tests that pass, and one of which the fourth request is expected to be denied and is not.</summary>
    private void WriteCorpus()
    {
        const string below = "cedar-integration-tests/";
        Write(below + "corpus/good.cedar", SmallCorpus.Policies);
        Write(below + "corpus/good.cedarschema", SmallCorpus.Schema);
        Write(below + "corpus/good.entities.json", SmallCorpus.Entities);
        Write(below + "corpus-tests/0001.json", SmallCorpus.Test);
        Write(below + "corpus-tests/0002.json", SmallCorpus.Test);
        var requests = string.Join(",", s_decisions.Select(static decision =>
            $$"""{ "principal": { "type": "User", "id": "ann" }, "action": { "type": "Action", "id": "pay" }, "resource": { "type": "Invoice", "id": "1" }, "context": { "amount": 1 }, "decision": "{{decision}}", "reason": ["policy0"], "errors": ["policy1"] }"""));
        Write(
            below + "corpus-tests/0a1b2c.json",
            $$"""{ "policies": "corpus/good.cedar", "entities": "corpus/good.entities.json", "schema": "corpus/good.cedarschema", "shouldValidate": true, "requests": [{{requests}}] }""");
    }

    /// <summary>A signed log in which record 212 was changed, in line 214.</summary>
    private async Task WriteAuditAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("audit.pub.pem", key.ExportSubjectPublicKeyInfoPem());
        var log = Path.Combine(Root, "audit.jsonl");
        await using (var sink = new JsonLinesAuditSink(log, new AuditFileOptions { SigningKey = key }))
        {
            await sink.WriteAsync(
                Enumerable.Range(0, 300).Select(static n => new AuditRecord
                {
                    Kind = AuditKind.Decision, Time = DateTimeOffset.UnixEpoch, ReasonCode = ReasonCodes.Permitted, Explanation = $"record {n}",
                }).ToArray(),
                CancellationToken.None);
        }

        File.WriteAllText(log, File.ReadAllText(log).Replace("record 212\"", "record 213\"", StringComparison.Ordinal));
    }

    /// <summary>The evidence of an incident, the digest that its export has printed, and the audit's public key.</summary>
    private async Task WriteEvidenceAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write("audit.pub.pem", key.ExportSubjectPublicKeyInfoPem());
        var log = Path.Combine(Root, "audit.jsonl");
        var operatorKey = new OperatorKey("an operator key of thirty-two characters and more");
        Incident incident;
        await using (var sink = new JsonLinesAuditSink(log, new AuditFileOptions { SigningKey = key }))
        {
            var services = new ServiceCollection();
            services.AddIntentAuthz(
                host => host.AddPolicies(PolicySource.Text("permit(principal, action, resource);", "all.cedar")).AddTool(ToolDescriptor.For("read").Idempotent()).UseAuditSink(sink),
                options => options.OperatorKey = operatorKey);
            await using var provider = services.BuildServiceProvider();
            var guard = provider.GetRequiredService<Guard>();
            var tenant = new TenantId("acme");
            var task = (await guard.Tasks.OpenAsync(
                new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann"), "read", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
                Principal.Person("carl", tenant))).GetTaskOrThrow();
            await guard.InvokeAsync(task, new ToolCall("read", "{}"), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("rows")));
            incident = (await guard.Incidents.As(operatorKey).OpenAsync(RevocationTarget.Task(tenant, task.Id), IncidentSeverity.High, "it reads too much")).Incident!;
            for (var i = 0; i < 500 && incident.Entries.All(static e => e.Kind != IncidentEntryKind.Evidence); i++)
            {
                await Task.Delay(20); // what is known is written down beside the step
                incident = guard.Incidents.Find(tenant, incident.Id)!;
            }
        }

        var export = EvidenceFolder.Write(incident, Path.Combine(Root, "evidence"), AuditLog.JsonLines(log));
        Write("written-down", export.ManifestSha256);
    }

    /// <summary>Yesterday's decisions and today's policies, both from the page itself.</summary>
    private async Task WriteStoreAsync()
    {
        var written = MarkdownFiles.Blocks.Where(static block => block is { File: "docs/replay.md", Language: "cedar" }).Select(static block => block.Code).ToArray();
        var yesterday = """permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);""" + Environment.NewLine + written[0];
        Write("policies/yesterday.cedar", yesterday);
        Write("policies/today.cedar", written[1]);

        Directory.CreateDirectory(Store);
        using var key = DecisionKey.Parse("k1", System.Text.Encoding.UTF8.GetBytes(Key));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new Clock());
        services.AddIntentAuthz(host => host
            .AddPolicies(PolicySource.Text(yesterday, "yesterday.cedar"))
            .AddTool(ToolDescriptor.For("pay").InputSchema("""{"properties":{"amount":{"type":"integer"}},"required":["amount"]}""").Idempotent())
            .UseDecisionFiles(Store, key)
            .UseAuditSink(new InMemoryAuditSink()));
        await using var provider = services.BuildServiceProvider();
        var guard = provider.GetRequiredService<Guard>();
        var tenant = new TenantId("acme");
        var task = (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann"), "pay invoices", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
            Principal.Person("carl", tenant))).GetTaskOrThrow();
        foreach (var amount in new[] { 100, 150, 300, 450, 900 })
        {
            await guard.InvokeAsync(task, new ToolCall("pay", JsonSerializer.Serialize(new { amount })), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("paid")));
        }
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 14, 2, 11, TimeSpan.Zero);
    }
}
