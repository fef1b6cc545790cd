using System.Diagnostics.Metrics;
using System.Text;

using IntentAuthz.Cedar;
using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Tests.Replay;

/// <summary>What a guard keeps of its decisions, and what it does when it cannot.</summary>
public sealed class RecordingTests
{
    private const string Policies = """
        @id("pay") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input.amount <= 100 };
        @id("tell") permit(principal is IntentAuthz::Agent, action == Action::"tell", resource);
        @id("risk") forbid(principal, action == Action::"tell", resource) when { context.risk.score > 100 };
        """;

    [Fact]
    public async Task Guard_WithAStore_KeepsEachEvaluationWhole()
    {
        Recording.Keeping store = new();
        AgentTask task;
        GuardResult paid;
        await using (GuardFixture fixture = Fixture(store))
        {
            task = await fixture.OpenAsync();
            paid = await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":20}""");
            await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":2000}""");
        }

        RecordedDecision[] calls = [.. store.Decisions.Where(static d => d.Call is not null)];
        Assert.Equal(2, calls.Length);
        RecordedDecision first = calls[0];
        Assert.Equal((paid.Call, task.Id, GuardFixture.Acme), (first.Call!.Value, first.Task!.Value, first.Tenant));
        Assert.Equal("IntentAuthz::Agent::\"invoice-bot\" Action::\"pay\"", $"{first.Principal} {first.Action}");
        Assert.Equal(20L, ((CedarLong)((CedarRecord)first.Context["input"])["amount"]).Value);
        Assert.Equal("pay", Assert.Single(first.Verdict.Policies));
        Assert.Contains("a test", first.Mandate, StringComparison.Ordinal);
        Assert.Equal(["input", "task", "approval", "delegation", "system"], first.ContextMembers);
        Assert.Equal((VerdictEffect.Deny, ReasonCodes.NoPermit), (calls[1].Verdict.Effect, calls[1].Verdict.ReasonCode));
        Assert.Contains(store.Decisions, static d => d.Action == new EntityUid("IntentAuthz::Action", "OpenTask"));
    }

    [Fact]
    public async Task Guard_ContextThatPoliciesOfTheActionRead_IsKept()
    {
        Recording.Keeping store = new();
        await using (GuardFixture fixture = Fixture(store))
        {
            await fixture.CallAsync(await fixture.OpenAsync(), "tell", """{"text":"hello"}""");
        }

        Assert.Contains("risk", store.Decisions[^1].ContextMembers);
        Assert.DoesNotContain("history", store.Decisions[^1].ContextMembers);
    }

    [Fact]
    public void Recorder_AMemberThatAPolicyMentionsAndDidNotComeToRead_IsKeptAsOfBeforeTheDecision()
    {
        CedarRecord input = new CedarRecord.Builder { { "amount", 7L } }.Build(), risk = new CedarRecord.Builder { { "score", 3L } }.Build();
        RecordedDecision kept = Recording.Record(
            """permit(principal, action, resource) when { context.input.amount < 100 || context.risk.score > 90 };""",
            new EntityUid("Agent", "bot"), new EntityUid("Action", "pay"), new EntityUid("Invoice", "1"), EntityStore.Empty, input, risk);
        Assert.Equal(VerdictEffect.Permit, kept.Verdict.Effect);
        Assert.True(kept.Context.ContainsKey("risk"), "policies that are tried out on the past may decide otherwise by it");
    }

    [Fact]
    public async Task Guard_AskedForTheWholeContext_KeepsIt()
    {
        Recording.Keeping store = new();
        await using (GuardFixture fixture = Fixture(store, static o => o.RecordWholeContext = true))
        {
            await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"to":"ACME","amount":20}""");
        }

        Assert.Equal(8, store.Decisions[^1].ContextMembers.Count());
    }

    [Fact]
    public async Task Replay_OfAGuardsOwnDecisions_UnderItsOwnPolicies_IsAllTheSame()
    {
        Recording.Keeping store = new();
        await using (GuardFixture fixture = Fixture(store))
        {
            AgentTask task = await fixture.OpenAsync();
            for (int amount = 0; amount < 200; amount += 10)
            {
                await fixture.CallAsync(task, "pay", $$"""{"to":"ACME","amount":{{amount}}}""");
                await fixture.CallAsync(task, "tell", $$"""{"text":"{{amount}}"}""");
            }
        }

        ReplayResult result = new DecisionReplay([PolicySource.Text(GuardFixture.Housekeeping, "housekeeping.cedar"), PolicySource.Text(Policies, "test.cedar")]).Run(store.Decisions);

        Assert.Equal((41L, 41L, 0L), (result.Decisions, result.Same, result.SameForAnotherReason));
    }

    [Theory]
    [InlineData("sk-live-0123456789abcdef")]
    [InlineData("c2stbGl2ZS0wMTIzNDU2Nzg5YWJjZGVm")]
    [InlineData("key is sk-live-0123456789abcdef, keep it")]
    public void Secret_InAnArgument_IsNotKept(string text)
    {
        SecretScrubber secrets = new(TimeProvider.System);
        using Secret secret = new(Encoding.UTF8.GetBytes("sk-live-0123456789abcdef"));
        Assert.True(secrets.TryRemember(new LeaseId("l"), secret, DateTimeOffset.MaxValue));
        CedarRecord inner = new CedarRecord.Builder { { text, 1L }, { "b", CedarSet.Create([text, "x"]) } }.Build();

        ValueScrubber scrubber = new(secrets);
        CedarRecord clean = scrubber.Scrub(new CedarRecord.Builder { { "a", text }, { "n", 1L }, { "inner", inner }, { "who", new EntityUid("User", text) } }.Build());
        Entity entity = scrubber.Scrub(new Entity(new EntityUid("User", text), inner, [new EntityUid("G", text)]));

        Assert.True(scrubber.HasFound);
        string kept = $"{clean} {entity.Uid} {entity.Attributes} {string.Join(' ', entity.Parents)}";
        Assert.DoesNotContain("0123456789abcdef", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("MDEyMzQ1Njc4OWFi", kept, StringComparison.Ordinal);
        Assert.Contains(SecretScrubber.Replacement, kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4716280912345678)]
    [InlineData(-4716280912345678)]
    public void Secret_OfDigitsSentAsANumber_IsNotKept(long number)
    {
        SecretScrubber secrets = new(TimeProvider.System);
        using Secret whole = Secret.FromString("4716280912345678"), withPoint = Secret.FromString("471628091.25");
        Assert.True(secrets.TryRemember(new LeaseId("l"), whole, DateTimeOffset.MaxValue) && secrets.TryRemember(new LeaseId("m"), withPoint, DateTimeOffset.MaxValue));
        Assert.True(CedarDecimal.TryFromDecimal(471628091.25m, out CedarDecimal? amount));
        foreach (CedarRecord record in new[]
        {
            new CedarRecord.Builder { { "n", number } }.Build(),
            new CedarRecord.Builder { { "n", amount } }.Build(),
            new CedarRecord.Builder { { "in", new CedarRecord.Builder { { "n", CedarSet.Create([number, amount]) } }.Build() } }.Build(),
        })
        {
            ValueScrubber scrubber = new(secrets);
            string kept = scrubber.Scrub(record).ToString();

            Assert.True(scrubber.HasFound);
            Assert.DoesNotContain("471628", kept, StringComparison.Ordinal);
            Assert.Contains(SecretScrubber.Replacement, kept, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Scrub_WhatHoldsNoSecret_StaysTheSameObject()
    {
        SecretScrubber secrets = new(TimeProvider.System);
        using Secret secret = new(Encoding.UTF8.GetBytes("sk-live-0123456789abcdef"));
        secrets.TryRemember(new LeaseId("l"), secret, DateTimeOffset.MaxValue);
        CedarRecord record = new CedarRecord.Builder { { "a", "b" }, { "set", CedarSet.Create(["x", 1L]) }, { "n", 4716280912345678L }, { "r", new CedarRecord.Builder { { "q", true } }.Build() } }.Build();
        ValueScrubber scrubber = new(secrets);

        Assert.Same(record, scrubber.Scrub(record));
        Assert.False(scrubber.HasFound);
    }

    [Fact]
    public async Task Secret_ThatAnAgentRepeats_IsMarkedAndUnknownInReplay()
    {
        Recording.Keeping store = new();
        await using (GuardFixture fixture = Fixture(store, add: static b => b
            .AddIssuer(new StaticSecretIssuer("static", static (_, _) => new ValueTask<Secret>(Secret.FromString("sk-live-0123456789abcdef"))))
            .AddCredentialProfile(new CredentialProfile("key", "static", "https://x", ["x"], TimeSpan.FromHours(1)))
            .AddTool(ToolDescriptor.For("open").InputSchema("""{"properties":{}}""").NeedsCredential("key").Idempotent()),
            policies: "permit(principal is IntentAuthz::Agent, action == Action::\"open\", resource);"))
        {
            AgentTask task = await fixture.OpenAsync();
            Assert.True((await fixture.CallAsync(task, "open")).IsCompleted);
            await fixture.CallAsync(task, "tell", """{"text":"the key is sk-live-0123456789abcdef"}""");
        }

        RecordedDecision told = store.Decisions[^1];
        Assert.True(told.IsScrubbed);
        Assert.Equal("{\"text\":\"the key is [secret]\"}", told.Context["input"].ToJson());
        Assert.DoesNotContain(store.Decisions, static d => Samples.Describe(d).Contains("0123456789abcdef", StringComparison.Ordinal));
        const string reads = "permit(principal, action, resource) when { context.input.text like \"*key*\" };";
        Assert.Equal("context.input held a secret that was taken out", Assert.Single(new DecisionReplay([PolicySource.Text(reads)]).Run([told]).Unknowns).Missing);
    }

    [Fact]
    public async Task Store_ThatFails_StopsNoCallAndIsCounted()
    {
        Failing store = new();
        using MeterListener meter = Listen(out Func<long> lost);
        await using (GuardFixture fixture = Fixture(store, static o => o.AuditShutdownTimeout = TimeSpan.FromMilliseconds(50)))
        {
            Assert.True((await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"to":"ACME","amount":20}""")).IsCompleted);
            await store.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.True(lost() >= 2, $"{lost()} were counted as lost");
    }

    [Fact]
    public async Task NoRoom_WhereTheHostSaysSo_DeniesCallsAndNothingElse()
    {
        Failing store = new();
        await using GuardFixture fixture = Fixture(store, static o =>
        {
            o.DecisionQueueBytes = 1024 * 1024; // a fourth of it for one tenant
            o.DenyUnrecordedDecisions = true;
            o.AuditShutdownTimeout = TimeSpan.Zero;
        });
        AgentTask task = await fixture.OpenAsync();
        string call = $$"""{"to":"{{new string('x', 100_000)}}","amount":20}""";

        Assert.True((await fixture.CallAsync(task, "pay", call)).IsCompleted);
        GuardResult refused = await fixture.CallAsync(task, "pay", call);

        Assert.Equal(ReasonCodes.DecisionUnrecorded, refused.Decision.ReasonCode);
        Assert.Contains("decision store", refused.Decision.Explanation, StringComparison.Ordinal);
        Assert.Single(fixture.Ran);
        // Taking authority away needs no room.
        await fixture.CallAsync(task, "pay", call);
        RevocationResult revoked = await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(GuardFixture.Acme, task.Id), fixture.Boss, "enough");
        Assert.True(revoked.Decision.IsPermitted, revoked.Decision.ToString());
    }

    [Fact]
    public async Task NoRoom_InObserveMode_DeniesAllTheSame()
    {
        await using GuardFixture fixture = Fixture(new Failing(), static o =>
        {
            o.DecisionQueueBytes = 1024 * 1024;
            o.DenyUnrecordedDecisions = true;
            o.AuditShutdownTimeout = TimeSpan.Zero;
            o.PolicyMode = EnforcementMode.Observe;
        });
        AgentTask task = await fixture.OpenAsync();

        GuardResult refused = await fixture.CallAsync(task, "pay", $$"""{"to":"{{new string('x', 200_000)}}","amount":20}""");

        Assert.Equal(ReasonCodes.DecisionUnrecorded, refused.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task Tenant_ThatFillsItsShare_LeavesRoomForOthers()
    {
        long lost = 0;
        await using DecisionQueue queue = new(new Failing(), 100_000, TimeSpan.Zero, n => Interlocked.Add(ref lost, n), TimeProvider.System, NullLogger<DecisionQueue>.Instance);

        int ofOne = Enumerable.Range(0, 200).Count(n => queue.TryAccept(Samples.Numbered(n)));
        RecordedDecision other = new(ContextParts.None, [null, null, null, null, null, null, null, null])
        {
            Time = DateTimeOffset.UnixEpoch, Tenant = new TenantId("other"), Principal = new("U", ""), Action = new("Action", ""), Resource = new("R", ""),
            Entities = [], Verdict = new Verdict(VerdictEffect.Deny, "", []), PolicyVersion = "", Weight = 1000,
        };

        Assert.Equal((25, 175L), (ofOne, Interlocked.Read(ref lost)));
        Assert.True(queue.TryAccept(other));
    }

    [Fact]
    public void Slice_OfAHostWithEndlessReferences_IsBounded()
    {
        Endless host = new();
        RecordedDecision recorded = Recording.Record(
            "permit(principal, action, resource);", new("U", "0"), new("Action", "a"), new("U", "1"), host, CedarRecord.Empty);

        Assert.InRange(recorded.Entities.Length + recorded.AbsentEntities.Length, 10, RequestSlice.MaxEntities);
    }

    private static GuardFixture Fixture(IDecisionStore store, Action<IntentAuthzOptions>? configure = null, Action<IntentAuthzBuilder>? add = null, string policies = "") => new(
        Policies + policies,
        b =>
        {
            b.UseDecisionStore(store)
                .AddTool(ToolDescriptor.For("pay").InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"integer"}},"required":["to","amount"]}""").Idempotent())
                .AddTool(ToolDescriptor.For("tell").InputSchema("""{"properties":{"text":{"type":"string"}},"required":["text"]}""").Idempotent());
            add?.Invoke(b);
        },
        configure);

    private static MeterListener Listen(out Func<long> lost)
    {
        long count = 0;
        MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, l) =>
            {
                if (instrument.Name == "intentauthz.decisions.lost")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, n, _, _) => Interlocked.Add(ref count, n));
        listener.Start();
        lost = () => Interlocked.Read(ref count);
        return listener;
    }

    private sealed class Failing : IDecisionStore
    {
        internal TaskCompletionSource Asked { get; } = new();

        public ValueTask AppendAsync(ReadOnlyMemory<RecordedDecision> decisions, CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            throw new IOException("The disk is full.");
        }
    }

    /// <summary>Each user lies in two others and names ten more.</summary>
    private sealed class Endless : IEntityProvider
    {
        public Entity? Find(EntityUid uid)
        {
            if (!long.TryParse(uid.Id, System.Globalization.CultureInfo.InvariantCulture, out long n))
            {
                return null;
            }

            EntityUid[] named = [.. Enumerable.Range(1, 10).Select(i => new EntityUid("U", ((n * 13) + i).ToString(System.Globalization.CultureInfo.InvariantCulture)))];
            return new Entity(uid, new CedarRecord.Builder { { "friends", CedarSet.Create(named.Select(static u => (CedarValue)u)) } }.Build(), named[..2]);
        }
    }
}
