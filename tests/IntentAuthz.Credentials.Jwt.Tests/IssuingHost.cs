using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>A host with a real guard, whose tool <c>pay</c> needs a signed token: tokens are made on the way that tokens are made on.</summary>
internal sealed class IssuingHost : IAsyncDisposable
{
    internal const string Issuer = "https://agents.bank.example";
    internal const string Audience = "payments";
    internal static readonly string[] Scopes = ["payments:write", "payments:read"];
    internal static readonly TenantId Tenant = new("bank");
    internal static readonly Principal Alice = Principal.Person("alice", Tenant, "user");

    private readonly ServiceProvider _services;

    internal IssuingHost(
        bool verifiersAsk = true,
        IEnumerable<string>? scopes = null,
        TimeSpan? lifetime = null,
        TimeSpan? skew = null,
        JwtSigningKey? key = null,
        ILoggerProvider? logs = null,
        bool constrained = false)
    {
        Keys = new JwtKeyRing(key ?? JwtSigningKey.Generate(), Time);
        Revocations = new RevokedTokens(time: Time);
        JwtIssuer = new JwtCredentialIssuer(Keys, new JwtIssuerOptions
        {
            Name = "signed",
            Issuer = Issuer,
            Revocations = verifiersAsk ? Revocations : null,
            SenderConstrained = constrained,
            ClockSkew = skew ?? TimeSpan.FromSeconds(5),
            Time = Time,
        });
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(Time);
        services.AddLogging(logging =>
        {
            logging.SetMinimumLevel(LogLevel.Trace);
            if (logs is not null)
            {
                logging.AddProvider(logs);
            }
        });
        services.AddIntentAuthz(add => add
            .AddPolicies(PolicySource.Text("""
                permit(principal, action == IntentAuthz::Action::"OpenTask", resource);
                permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Revoke", resource);
                permit(principal, action == Action::"pay", resource);
                """))
            .AddTool(ToolDescriptor.For("pay").NeedsCredential("payments:write").Idempotent())
            .AddCredentialProfile(new CredentialProfile(
                "payments:write", "signed", Audience, scopes ?? Scopes, lifetime ?? TimeSpan.FromMinutes(5)))
            .AddIssuer(JwtIssuer)
            .UseAuditSink(Audit));
        _services = services.BuildServiceProvider();
        Guard = _services.GetRequiredService<Guard>();
    }

    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    internal JwtKeyRing Keys { get; }

    internal RevokedTokens Revocations { get; }

    internal JwtCredentialIssuer JwtIssuer { get; }

    internal InMemoryAuditSink Audit { get; } = new();

    internal Guard Guard { get; }

    internal static AgentIdentity Agent(string id) => AgentIdentity.HostAsserted(new AgentId(id), Tenant, "payments team");

    internal async Task<AgentTask> OpenTaskAsync(
        Delegation? delegation = null, string purpose = "pay the March invoices", TimeSpan? lifetime = null, string agent = "invoice-agent")
    {
        TaskRequest request = new(Agent(agent), purpose, Mandate.WhateverPoliciesPermit("a test"), lifetime ?? TimeSpan.FromHours(1))
        {
            Delegation = delegation ?? Delegation.OnBehalfOf(Alice),
        };
        return (await Guard.Tasks.OpenAsync(request, Alice)).GetTaskOrThrow();
    }

    internal async Task<AgentTask> OpenSubTaskAsync(AgentTask parent, string agent) =>
        (await Guard.Tasks.OpenSubTaskAsync(
            parent, new TaskRequest(Agent(agent), "a part of it", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)))).GetTaskOrThrow();

    /// <summary>Calls the tool, and answers with the token it was given.</summary>
    internal async Task<string> MintAsync(AgentTask? task = null)
    {
        string? token = null;
        GuardResult result = await CallAsync(task ?? await OpenTaskAsync(), credential => token = credential.Secret.Reveal());
        return token ?? throw new InvalidOperationException($"The tool was given no token: {result}");
    }

    internal async Task<GuardResult> CallAsync(AgentTask task, Action<LeasedCredential>? use = null) =>
        await Guard.InvokeAsync(task, new ToolCall("pay", "{}"), (invocation, _) =>
        {
            use?.Invoke(invocation.Credential!);
            return new ValueTask<ToolResult>(ToolResult.None);
        });

    internal JwtCredentialVerifier Verifier(
        IVerificationKeySource? keys = null, ITokenRevocationCheck? revocation = null, string issuer = Issuer, bool ask = true) =>
        new(new JwtVerifierOptions
        {
            Issuer = issuer,
            Keys = keys ?? Keys,
            Revocation = ask ? revocation ?? Revocations : null,
            Time = Time,
        });

    internal async Task<JwtVerification> VerifyAsync(string? token, string audience = Audience, params string[] scopes) =>
        await Verifier().VerifyAsync(token, audience, scopes);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Keys.Dispose();
    }
}
