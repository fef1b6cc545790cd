using IntentAuthz.Cedar;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Guarding;

/// <summary>
/// A task whose time runs out while its call is decided, by either clock and before any timer has told so: the call does not run, wherever the time
/// went. Nothing here waits in the sense of the language; a host that sleeps, or a store that blocks, takes time all the same.
/// </summary>
public sealed class LateExpiryTests
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(1);

    private readonly LeapingClock _clock = new();

    [Theory]
    [InlineData("mapper", true, false)]
    [InlineData("mapper", false, true)]
    [InlineData("mapper", true, true)]
    [InlineData("entities of the engine", true, false)]
    [InlineData("entities of the engine", false, true)]
    [InlineData("entities of the mandate", true, false)]
    [InlineData("entities of the mandate", false, true)]
    [InlineData("entities of the mandate", true, true)]
    [InlineData("issuer", true, false)]
    [InlineData("issuer", false, true)]
    [InlineData("sink", true, false)]
    [InlineData("sink", false, true)]
    public async Task InvokeAsync_TimeOfTheTaskRunsOutIn_DoesNotRunTheTool(string where, bool byTheWall, bool byTheMonotonic)
    {
        bool isArmed = false;
        bool passed = false;
        void Pass(string here)
        {
            if (isArmed && here == where && !passed)
            {
                passed = true;
                _clock.Leap(byTheWall ? s_lifetime * 2 : TimeSpan.Zero, byTheMonotonic ? s_lifetime * 2 : TimeSpan.Zero);
            }
        }

        bool inMandate = where == "entities of the mandate";
        await using GuardFixture fixture = new(
            inMandate
                ? """permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);"""
                : """permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { resource has owner };""",
            b => b
                .AddSchema("""entity Account { owner?: String };""")
                .AddTool((where == "issuer" ? Pay().NeedsCredential("payments") : Pay()).Risk(where == "sink" ? RiskClass.High : RiskClass.Low)
                    .Resources(
                        ["Account"],
                        json =>
                        {
                            Pass("mapper");
                            return [new ResourceReference(new EntityUid("Account", "1"))];
                        }))
                .UseEntities(new Store(() => Pass(inMandate ? where : "entities of the engine")))
                .AddIssuer(new StaticSecretIssuer("static", (_, _) =>
                {
                    Pass("issuer");
                    return new ValueTask<Secret>(new Secret("a secret of a test"u8.ToArray()));
                }))
                .AddCredentialProfile(new CredentialProfile("payments", "static", "https://payments", ["write"], TimeSpan.FromHours(1))),
            sink: new Sink(() => Pass("sink")),
            clock: _clock);
        AgentTask task = await fixture.OpenAsync(
            inMandate
                ? Mandate.FromPolicies(PolicySource.Text("""permit(principal, action, resource) when { resource has owner };""", "mandate.cedar"), "payments")
                : Mandate.WhateverPoliciesPermit("a test"),
            lifetime: s_lifetime);
        isArmed = true;

        GuardResult result = await fixture.CallAsync(task, "pay", """{"to":"1"}""");

        Assert.True(passed, $"no time passed in the {where}");
        Assert.Empty(fixture.Ran);
        Assert.Equal(DecisionOutcome.Deny, result.Decision.Outcome);
        Assert.True(where == "issuer" || result.Decision.ReasonCode == ReasonCodes.TaskExpired, $"{result.Decision}"); // a lease that has ended is said first
    }

    private static ToolDescriptorBuilder Pay() => ToolDescriptor.For("pay").Argument("to", ArgumentRole.Target).Idempotent();

    private sealed class Store(Action pass) : IEntityProvider
    {
        public Entity? Find(EntityUid uid)
        {
            if (uid.Type != "Account")
            {
                return null;
            }

            pass();
            CedarRecord.Builder attributes = new();
            attributes.Add("owner", "ann");
            return new Entity(uid, attributes.Build(), []);
        }
    }

    private sealed class Sink(Action pass) : IAuditSink
    {
        public ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
        {
            foreach (AuditRecord record in records.Span)
            {
                if (record is { Kind: AuditKind.Decision, Outcome: DecisionOutcome.Permit })
                {
                    pass();
                }
            }

            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Goes on when it is told to, on either clock, and fires no timer then.</summary>
    private sealed class LeapingClock() : FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero))
    {
        private TimeSpan _wall, _monotonic;

        internal void Leap(TimeSpan wall, TimeSpan monotonic) => (_wall, _monotonic) = (_wall + wall, _monotonic + monotonic);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _wall;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => base.GetUtcNow().Ticks + _monotonic.Ticks;
    }
}
