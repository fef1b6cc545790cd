using IntentAuthz.Credentials.Jwt;

namespace IntentAuthz.Testing.Tests.Conformance;

/// <summary>Issuers that keep the rules pass, and whoever breaks one is caught by its name.</summary>
public sealed class IssuerConformanceTests
{
    private static readonly string[] s_scopes = ["read", "write"];

    private readonly FakeClock _clock = new();

    public static TheoryData<string> Rules => new(IssuerRules.All);

    [Fact]
    public async Task An_issuer_that_keeps_every_rule_passes_every_rule()
    {
        IssuerReport report = await IssuerConformance.RunAsync(Model(""));

        Assert.All(report.Results, static r => Assert.True(r.Outcome == IssuerRuleOutcome.Passed, $"{r.Rule}: {r.Outcome} {r.Reason}"));
        Assert.Equal(IssuerRules.All, report.Results.Select(static r => r.Rule));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task An_issuer_that_breaks_a_rule_is_caught_by_its_name(string rule)
    {
        PolicyAssertionException e = await Assert.ThrowsAsync<PolicyAssertionException>(() => IssuerConformance.RunAsync(Model(rule)));

        Assert.Contains($"Failed        {rule}: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_suite_leaves_nothing_behind()
    {
        ModelBackEnd backEnd = new(_clock);

        await IssuerConformance.RunAsync(Model("", backEnd));

        Assert.Empty(backEnd.Accounts);
    }

    [Fact]
    public async Task An_issuer_that_hangs_is_given_up_on()
    {
        IssuerFixture model = Model("");
        ScriptedIssuer hanging = new ScriptedIssuer("model", _clock).Delays(TimeSpan.FromHours(1));
        IssuerFixture fixture = new()
        {
            CreateIssuer = () => hanging,
            Profile = model.Profile,
            IsHonoured = model.IsHonoured,
            Time = _clock,
            RuleTimeout = TimeSpan.FromMilliseconds(100),
        };

        IssuerReport report = await IssuerConformance.TryAsync(fixture);

        Assert.Contains(report.Failures, static f => f.Rule == IssuerRules.Issues && f.Reason.Contains("longer than", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_scripted_issuer_keeps_the_rules()
    {
        ScriptedIssuer issuer = new("model", _clock);
        IssuerFixture fixture = new()
        {
            CreateIssuer = () => issuer,
            Profile = Profile("model"),
            IsHonoured = (credential, _) => new(issuer.Live.Contains(credential.Lease.Id) && credential.Lease.ExpiresAt > _clock.GetUtcNow()),
            Time = _clock,
            Pass = Pass,
        };

        await IssuerConformance.RunAsync(fixture);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signed_tokens_keep_the_rules(bool servicesAsk)
    {
        using JwtKeyRing keys = new(JwtSigningKey.Generate(), _clock);
        RevokedTokens revoked = new(time: _clock);
        JwtCredentialVerifier verifier = new(new JwtVerifierOptions
        {
            Issuer = "https://agents.bank.example",
            Keys = keys,
            Revocation = servicesAsk ? revoked : null,
            Time = _clock,
        });
        IssuerFixture fixture = new()
        {
            CreateIssuer = () => new JwtCredentialIssuer(keys, new JwtIssuerOptions
            { SenderConstrained = false,
                Name = "signed",
                Issuer = "https://agents.bank.example",
                Revocations = servicesAsk ? revoked : null,
                Time = _clock,
            }),
            Profile = Profile("signed"),
            IsHonoured = async (credential, ct) => (await verifier.VerifyAsync(credential.Secret.Reveal(), "orders", [], ct)).IsValid,
            CanUse = async (credential, scope, ct) => (await verifier.VerifyAsync(credential.Secret.Reveal(), "orders", [scope], ct)).IsValid,
            UnknownScope = "two words",
            Time = _clock,
            Pass = Pass,
        };

        IssuerReport report = await IssuerConformance.RunAsync(fixture);

        Assert.Equal(
            servicesAsk ? IssuerRuleOutcome.Passed : IssuerRuleOutcome.NotApplicable, report.Results.Single(static r => r.Rule == IssuerRules.Unmakes).Outcome);
    }

    [Fact]
    public async Task Static_secrets_keep_the_rules_but_those_that_nobody_can_keep_with_them()
    {
        IssuerFixture fixture = new()
        {
            CreateIssuer = () => new StaticSecretIssuer("static", static (_, _) => new(Secret.FromString("one-secret-for-all")), _clock),
            Profile = Profile("static"),
            IsHonoured = static (credential, _) => new(credential.Secret.Reveal() == "one-secret-for-all"),
            UnknownScope = "drop-tables",
            Time = _clock,
            Pass = Pass,
        };
        string[] broken = [.. (await IssuerConformance.TryAsync(fixture)).Failures.Select(static f => f.Rule)];
        Assert.Equal([IssuerRules.EndsAsAsked, IssuerRules.Distinct, IssuerRules.Expires], broken);

        foreach (string rule in broken)
        {
            fixture.Exempt(rule, "the system has one secret, which always holds");
        }

        IssuerReport report = await IssuerConformance.RunAsync(fixture);
        Assert.Contains("Exempt        it promises no longer life than asked: the system has one secret", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exemption_names_a_rule_there_is_and_says_why()
    {
        Assert.Contains(IssuerRules.Issues, Assert.Throws<ArgumentException>(() => Model("").Exempt("no such rule", "because")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Model("").Exempt(IssuerRules.Issues, " "));
    }

    private IssuerFixture Model(string breaks, ModelBackEnd? backEnd = null)
    {
        backEnd ??= new ModelBackEnd(_clock);
        return new IssuerFixture
        {
            CreateIssuer = () => new ModelIssuer(backEnd, breaks),
            Profile = Profile("model"),
            IsHonoured = (credential, _) => new(backEnd.Honours(credential.Secret.Reveal())),
            CanUse = (credential, scope, _) => new(backEnd.Honours(credential.Secret.Reveal(), scope)),
            UnknownScope = "drop-tables",
            Time = _clock,
            Pass = Pass,
        };
    }

    private static CredentialProfile Profile(string issuer) => new("orders", issuer, "orders", s_scopes, TimeSpan.FromMinutes(5));

    private ValueTask Pass(TimeSpan time, CancellationToken cancellationToken)
    {
        _clock.Advance(time);
        return ValueTask.CompletedTask;
    }
}
