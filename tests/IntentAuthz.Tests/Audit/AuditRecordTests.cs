using System.Security.Cryptography;
using System.Text.Json;

using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Audit;

/// <summary>What a record says of a call: everything an auditor asks for, of the arguments what the descriptor shows, and no secret.</summary>
public sealed class AuditRecordTests
{
    private const string Secret = "tok-5f0c9e1b7a2d";
    private const string Policies = """
        @id("small payments") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input.amount <= 100 };
        @id("large ones are asked") @approval("finance") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input.amount > 100 };
        """;

    private static ToolDescriptorBuilder Pay => ToolDescriptor.For("pay")
        .InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"integer"},"note":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}}},"required":["to","amount"]}""")
        .Resource("Account", "to")
        .Idempotent();

    [Fact]
    public async Task Record_OfACall_SaysWhoWhatWhyUnderWhichPolicies()
    {
        await using GuardFixture fixture = new(Policies, static b => b.AddTool(Pay.ShowInAudit("amount")));
        AgentTask task = await fixture.OpenAsync();

        await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":20,"note":"thanks"}""");
        await fixture.RecordsAsync();

        AuditRecord decision = fixture.Audit.Records.Single(static r => r.Kind == AuditKind.Decision);
        Assert.Equal([new KeyValuePair<string, string>("amount", "20")], decision.Arguments.ToArray());
        Assert.NotNull(decision.ArgumentsDigest);
        Assert.NotNull(decision.EngineTime);
        Assert.Equal("small payments", Assert.Single(decision.Policies));
        Assert.False(string.IsNullOrEmpty(decision.PolicyVersion));
        Assert.Equal("Account::\"ACME\"", Assert.Single(decision.Resources));
    }

    [Fact]
    public async Task Record_OfATaskWithSignals_NamesThem()
    {
        await using GuardFixture fixture = new(Policies, static b => b.AddTool(Pay));
        AgentTask task = await fixture.OpenAsync();
        task.Signals.Take(new Signal(SignalKind.Runaway, default, task.Id, null, "seen", SignalResponse.Record));

        await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":20}""");
        await fixture.RecordsAsync();

        Assert.Equal(["runaway"], fixture.Audit.Records.Single(static r => r.Kind == AuditKind.Decision).Signals.ToArray());
    }

    [Fact]
    public async Task Values_NotAllowed_AreNowhereInTheRecord()
    {
        await using GuardFixture fixture = new(Policies, static b => b.AddTool(Pay.ShowInAudit("amount")));
        AgentTask task = await fixture.OpenAsync();

        await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":20,"note":"the-private-note"}""");
        await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":2.5,"note":"the-private-note"}""");
        await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":20,"note":"the-private-note","unknown":"the-private-note"}""");
        await fixture.RecordsAsync();

        Assert.All(fixture.Audit.Records, static r => Assert.DoesNotContain("the-private-note", Json(r), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"abcdefghij\"", "abcdefgh…")]
    [InlineData("\"abcdefgh\"", "abcdefgh")]
    [InlineData("\"abcdefg\\ud83d\\ude00\"", "abcdefg…")] // half a character is none
    [InlineData("\"\"", "")]
    [InlineData("\"a\\nb\"", "a\nb")]
    public async Task Values_LongerThanDeclared_AreCut(string json, string shown)
    {
        await using GuardFixture fixture = new(Policies, static b => b.AddTool(Pay.ShowInAudit("note", maxCharacters: 8)));

        await fixture.CallAsync(await fixture.OpenAsync(), "pay", $$"""{"to":"ACME","amount":20,"note":{{json}}}""");
        await fixture.RecordsAsync();

        Assert.Equal(shown, Assert.Single(fixture.Audit.Records.Single(static r => r.Kind == AuditKind.Decision).Arguments).Value);
    }

    [Fact]
    public async Task Values_ThatAreNoText_AreShownAsJson()
    {
        await using GuardFixture fixture = new(Policies, static b => b.AddTool(Pay.ShowInAudit("tags").ShowInAudit("amount")));

        await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"to":"ACME","amount":20,"tags":["a","b"]}""");
        await fixture.RecordsAsync();

        Assert.Equal([new("amount", "20"), new("tags", """["a","b"]""")], fixture.Audit.Records.Single(static r => r.Kind == AuditKind.Decision).Arguments.OrderBy(static a => a.Key));
    }

    [Fact]
    public void Builder_ShowsWhatIsNoArgument_IsRefusedAndNamesTheFix()
    {
        Assert.Contains("did you mean 'amount'", Assert.Throws<InvalidOperationException>(static () => Pay.ShowInAudit("amout").Build()).Message, StringComparison.Ordinal);
        Assert.Contains("only the host supplies", Assert.Throws<InvalidOperationException>(
            static () => ToolDescriptor.For("x").HostOnlyArgument("stream").ShowInAudit("stream").Build()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => Pay.ShowInAudit("amount", 0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => Pay.ShowInAudit("amount", 5_000));
    }

    [Fact]
    public void Descriptor_ThatShowsMore_HasAnotherDigest() => Assert.NotEqual(Pay.Build().Digest, Pay.ShowInAudit("amount").Build().Digest);

    [Fact]
    public void Attribute_ShowsAParameter() =>
        Assert.Equal(16, ToolDescriptor.FromMethod(PayInvoice).Build().AuditedArguments["amount"]);

    [Fact]
    public async Task Secret_ThatTheModelHasHeard_IsInNoRecordWhateverItIsPutInto()
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        string directory = Directory.CreateTempSubdirectory("audit").FullName;
        try
        {
            string path = Path.Combine(directory, "audit.jsonl");
            await using (JsonLinesAuditSink sink = new(path))
            {
                await using GuardFixture fixture = new(
                    Policies,
                    static b => b.AddTool(Pay.NeedsCredential("bank").ShowInAudit("to").ShowInAudit("note", 12).ShowInAudit("tags", 512))
                        .AddCredentialProfile(new CredentialProfile("bank", "vault", "bank", ["pay"], TimeSpan.FromMinutes(5)))
                        .AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new(IntentAuthz.Secret.FromString(Secret)))),
                    sink: sink, clock: clock);
                AgentTask task = await fixture.OpenAsync();
                Assert.True((await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":20}""")).IsCompleted);

                string base64 = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{{\"token\":\"{Secret}\"}}"));
                foreach (string to in (string[])[Secret, $"x{Secret}y", Uri.EscapeDataString(Secret), base64, Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(Secret))])
                {
                    await fixture.CallAsync(task, "pay", $$"""{"to":"{{to}}","amount":20,"note":"12345{{to}}","tags":["{{to}}"]}""");
                    await fixture.CallAsync(task, "pay", $$"""{"to":"{{to}}","amount":2000,"note":"{{to}}"}""");
                    await fixture.CallAsync(task, $"pay{to}", "{}");
                    await fixture.CallAsync(task, "pay", $$"""{"to":"{{to}}","{{to}}":1}""");
                    await fixture.Guard.InvokeAsync(task, new ToolCall("pay", """{"to":"ACME","amount":20}""") { FrameworkCallId = new string('x', 250) + to }, fixture.NoteAsync);
                }

                AgentTask part = (await fixture.Guard.Tasks.OpenSubTaskAsync(
                    task, new TaskRequest(fixture.Agent, $"pay with {Secret}", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(1)))).GetTaskOrThrow();
                await fixture.CallAsync(part, "pay", """{"to":"ACME","amount":20}""");
                await fixture.RecordsAsync();
            }

            string[] lines = await File.ReadAllLinesAsync(path);
            Assert.True(lines.Length > 20, $"{lines.Length} lines");
            Assert.All(lines, static l => Assert.DoesNotContain(Secret, l, StringComparison.OrdinalIgnoreCase));
            Assert.All(lines, static l => Assert.DoesNotContain(Secret[..8], l, StringComparison.OrdinalIgnoreCase)); // nor what a cut leaves of one
            Assert.All(lines, static l => Assert.DoesNotContain(Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(Secret)), l, StringComparison.OrdinalIgnoreCase));
            Assert.Contains(lines, static l => l.Contains("[secret]", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Lines_OfARealHost_AreAsTheSchemaSays()
    {
        string directory = Directory.CreateTempSubdirectory("audit").FullName;
        try
        {
            string path = Path.Combine(directory, "audit.jsonl");
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await using (JsonLinesAuditSink sink = new(path, new AuditFileOptions { SigningKey = key, RecordsPerCheckpoint = 5 }))
            {
                await using GuardFixture fixture = new(
                    Policies,
                    static b => b.AddTool(Pay.NeedsCredential("bank").ShowInAudit("to"))
                        .AddCredentialProfile(new CredentialProfile("bank", "vault", "bank", ["pay"], TimeSpan.FromMinutes(5)))
                        .AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new(IntentAuthz.Secret.FromString(Secret)))),
                    sink: sink);
                AgentTask task = await fixture.OpenAsync(delegation: null, userRequest: "pay ACME 20");
                await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":20}""");
                GuardResult asked = await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":2000}""");
                await fixture.Guard.Approvals.ApproveAsync(asked.Decision.Approval!.Value, fixture.Boss);
                await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":2000}""");
                await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":"x"}""");
                await fixture.CallAsync(task, "nothing", "{}");
                await fixture.CallAsync(null, "pay", "{}");
                task.Signals.Take(new Signal(SignalKind.Chaining, default, task.Id, null, "seen", SignalResponse.Record));
                await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":20}""");
                await fixture.Guard.Tasks.CompleteAsync(task);
                await fixture.RecordsAsync();
            }

            JsonSchemaCheck schema = new(JsonElement.Parse(await File.ReadAllTextAsync(SchemaPath)));
            string[] lines = await File.ReadAllLinesAsync(path);
            Assert.All(lines, line => Assert.Empty(schema.Faults(JsonElement.Parse(line))));
            HashSet<string?> kinds = [.. lines.Select(static l => JsonElement.Parse(l)).Where(static l => l.TryGetProperty("record", out _)).Select(static l => l.GetProperty("record").GetProperty("kind").GetString())];
            Assert.Superset(new HashSet<string?>(["decision", "outcome", "administration", "lease", "task"]), kinds);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"schema":2,"kind":"decision","time":"t","reason":"r","explanation":"e"}""", "schema is 2")]
    [InlineData("""{"schema":1,"kind":"other","time":"t","reason":"r","explanation":"e"}""", "kind is other")]
    [InlineData("""{"schema":1,"kind":"decision","time":"t","reason":"r"}""", "explanation is missing")]
    [InlineData("""{"schema":1,"kind":"decision","time":"t","reason":"r","explanation":"e","secret":"x"}""", "secret is not in the schema")]
    [InlineData("""{"schema":1,"kind":"decision","time":"t","reason":"r","explanation":"e","policies":"p"}""", "policies is String")]
    public async Task Schema_HeldAgainstWhatIsNone_SaysSo(string record, string fault)
    {
        JsonSchemaCheck schema = new(JsonElement.Parse(await File.ReadAllTextAsync(SchemaPath)));

        Assert.Contains(fault, Assert.Single(schema.Faults(JsonElement.Parse(record), "record")), StringComparison.Ordinal);
    }

    internal static string SchemaPath
    {
        get
        {
            string? directory = AppContext.BaseDirectory;
            while (directory is not null && !File.Exists(Path.Combine(directory, "IntentAuthz.sln")))
            {
                directory = Path.GetDirectoryName(directory);
            }

            return Path.Combine(directory!, "docs", "audit-record.schema.json");
        }
    }

    [Tool("pay")]
    private static string PayInvoice([Argument(ArgumentRole.Magnitude, ShowInAudit = 16)] int amount) => $"{amount}";

    private static string Json(AuditRecord record)
    {
        System.Buffers.ArrayBufferWriter<byte> bytes = new();
        new AuditJson().Write(bytes, record);
        return System.Text.Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
