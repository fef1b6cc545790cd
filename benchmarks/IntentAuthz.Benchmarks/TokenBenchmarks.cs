using System.Security.Cryptography;

using BenchmarkDotNet.Attributes;

using IntentAuthz.Credentials.Jwt;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// Signed tokens, one after another on one thread: issuing and verifying, as bearer tokens and bound to a key. The baseline is what a host would
/// use without this library, Microsoft's own token handler, with the same algorithm, the same claims and a key that is at hand.
/// </summary>
[MemoryDiagnoser]
public class TokenBenchmarks : IDisposable
{
    private const string Issuer = "https://agents.bank.example";
    private const string Audience = "payments";
    private const string Scope = "payments:write";
    private static readonly Uri s_url = new("https://payments.bank.example/v1/orders");

    private readonly JwtKeyRing _keys = new(JwtSigningKey.Generate());
    private readonly RevokedTokens _revoked = new();
    private readonly RequestTap _tap = new();
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly TokenExpectation _expected = new(Audience, Scope);
    private JwtCredentialIssuer _bearerIssuer = null!;
    private JwtCredentialIssuer _boundIssuer = null!;
    private JwtCredentialVerifier _verifier = null!;
    private ServiceProvider _services = null!;
    private LeasedCredential _credential = null!;
    private SecurityTokenDescriptor _descriptor = null!;
    private TokenValidationParameters _parameters = null!;
    private string _bearer = "";
    private string _plain = "";

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _bearerIssuer = MakeIssuer(constrained: false);
        _boundIssuer = MakeIssuer(constrained: true);
        _verifier = new JwtCredentialVerifier(new JwtVerifierOptions { Issuer = Issuer, Keys = _keys, Revocation = _revoked, Replays = new Forgetful() });
        _tap.Inner = _boundIssuer;

        TenantId tenant = new("bank");
        ServiceCollection services = new();
        services.AddIntentAuthz(b => b
            .AddPolicies(PolicySource.Text("permit(principal, action, resource);"))
            .AddTool(ToolDescriptor.For("pay").NeedsCredential(Scope).Idempotent())
            .AddIssuer(_tap)
            .AddCredentialProfile(new CredentialProfile(Scope, "tokens", Audience, [Scope], TimeSpan.FromHours(1)))
            .UseAuditSink(new InMemoryAuditSink(1024)));
        _services = services.BuildServiceProvider();
        Guard guard = _services.GetRequiredService<Guard>();
        Principal alice = Principal.Person("alice", tenant);
        AgentTask task = (await guard.Tasks.OpenAsync(
            new TaskRequest(
                AgentIdentity.HostAsserted(new AgentId("invoice-agent"), tenant, "ann"), "pay the March invoices", Mandate.WhateverPoliciesPermit("a benchmark"), TimeSpan.FromDays(1))
            {
                Delegation = Delegation.OnBehalfOf(alice),
            },
            alice)).GetTaskOrThrow();
        GuardResult called = await guard.InvokeAsync(task, new ToolCall("pay", "{}"), (invocation, _) =>
        {
            _credential = invocation.Credential!;
            return new ValueTask<ToolResult>(ToolResult.None);
        });
        if (!called.IsCompleted)
        {
            throw new InvalidOperationException(called.ToString());
        }

        using Secret bearer = (await _bearerIssuer.IssueAsync(_tap.Request, default)).Secret!;
        _bearer = bearer.Reveal();
        SetUpBaseline();
        if (!(await Verify()).IsValid || !(await ProveAndVerify()).IsValid || !(await ValidatePlainly()).IsValid)
        {
            throw new InvalidOperationException("A token that is measured does not verify.");
        }
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _services.DisposeAsync();
        Dispose();
    }

    public void Dispose()
    {
        _keys.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, Description = "create, JsonWebTokenHandler")]
    public string CreatePlainly() => _handler.CreateToken(_descriptor);

    [Benchmark(Description = "issue, bearer")]
    public async Task Issue()
    {
        IssueResult made = await _bearerIssuer.IssueAsync(_tap.Request, default);
        made.Secret!.Dispose();
    }

    [Benchmark(Description = "issue, bound to a new key")]
    public async Task IssueBound()
    {
        IssueResult made = await _boundIssuer.IssueAsync(_tap.Request, default);
        made.Secret!.Dispose();
        made.Presentation.Dispose();
    }

    [Benchmark(Description = "validate, JsonWebTokenHandler")]
    public Task<TokenValidationResult> ValidatePlainly() => _handler.ValidateTokenAsync(_plain, _parameters);

    [Benchmark(Description = "verify, bearer")]
    public async Task<JwtVerification> Verify() => await _verifier.VerifyAsync(TokenPresentation.Bearer(_bearer), _expected);

    [Benchmark(Description = "attach a bound token and its proof")]
    public string Prove()
    {
        using HttpRequestMessage request = Attach();
        return request.Headers.GetValues("DPoP").First();
    }

    [Benchmark(Description = "attach, and verify token and proof")]
    public async Task<JwtVerification> ProveAndVerify()
    {
        using HttpRequestMessage request = Attach();
        return await _verifier.VerifyAsync(
            TokenPresentation.Dpop(request.Headers.Authorization!.Parameter, request.Headers.GetValues("DPoP").First(), "POST", s_url), _expected);
    }

    private HttpRequestMessage Attach()
    {
        HttpRequestMessage request = new(HttpMethod.Post, s_url);
        _credential.Presentation.Attach(request, _credential);
        return request;
    }

    private JwtCredentialIssuer MakeIssuer(bool constrained) =>
        new(_keys, new JwtIssuerOptions { Name = "tokens", Issuer = Issuer, Revocations = _revoked, SenderConstrained = constrained });

    private void SetUpBaseline()
    {
        ECDsaSecurityKey key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "baseline" };
        JsonWebToken same = new(_bearer);
        _descriptor = new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
            Claims = same.Claims
                .Where(static c => c.Type is not ("act" or "authorization_details" or "iat" or "nbf" or "exp"))
                .ToDictionary(static c => c.Type, static c => (object)c.Value),
            IssuedAt = same.IssuedAt,
            NotBefore = same.ValidFrom,
            Expires = same.ValidTo,
        };
        _descriptor.Claims["act"] = new Dictionary<string, object> { ["sub"] = "invoice-agent" };
        _descriptor.Claims["authorization_details"] = new object[]
        {
            new Dictionary<string, object> { ["type"] = "intentauthz_task", ["identifier"] = _tap.Request.Task.Id.Value, ["purpose"] = _tap.Request.Task.Purpose },
        };
        _parameters = new TokenValidationParameters
        {
            IssuerSigningKey = key, ValidIssuer = Issuer, ValidAudience = Audience, ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256], ValidTypes = ["at+jwt"],
        };
        _plain = CreatePlainly();
    }

    /// <summary>Keeps what the broker asks for, so that the issuer can be asked again.</summary>
    private sealed class RequestTap : ICredentialIssuer
    {
        internal JwtCredentialIssuer Inner { get; set; } = null!;

        internal IssueRequest Request { get; private set; } = null!;

        public string Name => "tokens";

        public RevocationSpeed RevocationSpeed => Inner.RevocationSpeed;

        public ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
        {
            Request = request;
            return Inner.IssueAsync(request, cancellationToken);
        }

        public ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken) => Inner.RevokeAsync(lease, cancellationToken);
    }

    /// <summary>A replay cache that is emptied before it fills: a benchmark makes more proofs a minute than the cache has room for.</summary>
    private sealed class Forgetful : IReplayCheck
    {
        private const int Room = 100_000;
        private ReplayCache _cache = new(Room);
        private int _used;

        public ValueTask<ReplayAnswer> UseAsync(string id, DateTimeOffset until, CancellationToken cancellationToken)
        {
            if (++_used % Room == 0)
            {
                _cache = new ReplayCache(Room);
            }

            return new ValueTask<ReplayAnswer>(_cache.Use(id, until));
        }
    }
}
