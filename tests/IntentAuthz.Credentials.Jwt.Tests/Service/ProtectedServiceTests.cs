using System.Net;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>
/// The whole way over real HTTP: a guarded tool that calls the sample service, which runs in a process of its own, has the issuer's keys from this
/// one and asks it about leases. And the attacks of somebody who can read every byte on the wire.
/// </summary>
public sealed class ProtectedServiceTests : IAsyncLifetime, IDisposable
{
    private readonly IssuingHost _host = new(constrained: true);
    private readonly HttpClient _http = new();
    private IssuingEndpoint _issuing = null!;

    public async Task InitializeAsync() => _issuing = await IssuingEndpoint.StartAsync(_host);

    public async Task DisposeAsync()
    {
        await _issuing.DisposeAsync();
        await _host.DisposeAsync();
    }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_guarded_tool_is_let_in_and_who_copies_its_requests_is_not()
    {
        await using RunningService service = await StartAsync();
        AgentTask task = await OpenTaskAsync();
        Captured captured = await OrderAsync(task, service.Address);
        Assert.True(captured.Status == HttpStatusCode.OK, $"{captured.Status}: {string.Join(", ", service.RefusalCodes)}");
        Assert.Equal($"invoice-agent ordered for alice in {task.Id}", captured.Body);

        // The captured request, byte for byte.
        await RefusedAsync(service, 1, JwtRefusalCodes.ProofReplayed, captured.Authorization, captured.Proof);

        // The token alone: under its own scheme, and as if it were a bearer token.
        await RefusedAsync(service, 2, JwtRefusalCodes.ProofMissing, captured.Authorization, null);
        await RefusedAsync(service, 3, JwtRefusalCodes.BoundTokenAsBearer, captured.Authorization.Replace("DPoP ", "Bearer ", StringComparison.Ordinal), null);

        // A key of the thief's own.
        using ProofForge thief = new();
        string token = captured.Authorization["DPoP ".Length..];
        await RefusedAsync(service, 4, JwtRefusalCodes.ProofWrongKey, captured.Authorization, thief.Sign(thief.Header(), ProofForge.Claims(token, DateTimeOffset.UtcNow)));

        // A proof that the tool made for another address, sent here with that address in the Host header.
        Captured elsewhere = await AttachAsync(task, new Uri("http://attacker.example/v1/orders"));
        await RefusedAsync(service, 5, JwtRefusalCodes.ProofWrongUrl, elsewhere.Authorization, elsewhere.Proof, host: "attacker.example");

        // After the task's end, a proof that was made before and never used.
        Captured unused = await AttachAsync(task, new Uri(service.Address, "/v1/orders"));
        await _host.Guard.Tasks.CompleteAsync(task);
        await RefusedAsync(service, 6, JwtRefusalCodes.Revoked, unused.Authorization, unused.Proof);
    }

    [Fact]
    public async Task Another_service_takes_no_token_of_this_one()
    {
        await using RunningService payroll = await StartAsync(audience: "payroll");

        Captured captured = await OrderAsync(await OpenTaskAsync(), payroll.Address);

        Assert.Equal(HttpStatusCode.Unauthorized, captured.Status);
        Assert.Equal(JwtRefusalCodes.WrongAudience, await payroll.RefusalAsync(1));
        Assert.Equal("DPoP error=\"invalid_token\", algs=\"ES256\"", captured.Challenge);
    }

    [Fact]
    public async Task A_nonce_that_the_service_demands_is_taken_up_over_HTTP()
    {
        await using RunningService service = await StartAsync(nonce: true);

        Captured captured = await OrderAsync(await OpenTaskAsync(), service.Address);

        Assert.Equal(HttpStatusCode.OK, captured.Status);
        Assert.Equal([JwtRefusalCodes.ProofNonceMissing], service.RefusalCodes);
    }

    [Fact]
    public async Task Without_an_answer_of_the_issuer_nobody_is_let_in()
    {
        await using RunningService service = await StartAsync();
        AgentTask task = await OpenTaskAsync();
        Assert.Equal(HttpStatusCode.OK, (await OrderAsync(task, service.Address)).Status);

        await _issuing.DisposeAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, (await OrderAsync(task, service.Address)).Status);
        Assert.Equal(JwtRefusalCodes.RevocationUnknown, await service.RefusalAsync(1));
    }

    private Task<RunningService> StartAsync(string audience = IssuingHost.Audience, bool nonce = false) => RunningService.StartAsync(
        "--issuer", IssuingHost.Issuer,
        "--keys", new Uri(_issuing.Address, "/jwks").ToString(),
        "--leases", new Uri(_issuing.Address, "/leases").ToString(),
        "--audience", audience,
        "--nonce", nonce.ToString());

    private Task<AgentTask> OpenTaskAsync()
    {
        KeepTime();
        return _host.OpenTaskAsync();
    }

    /// <summary>The service's process has the machine's clock.</summary>
    private void KeepTime() => _host.Time.SetUtcNow(DateTimeOffset.UtcNow);

    /// <summary>What a tool does with its credential: attach it, send, and send once more when the service asks for its nonce.</summary>
    private async Task<Captured> OrderAsync(AgentTask task, Uri service)
    {
        KeepTime();
        Captured? captured = null;
        GuardResult result = await _host.Guard.InvokeAsync(task, new ToolCall("pay", "{}"), async (invocation, cancellationToken) =>
        {
            LeasedCredential credential = invocation.Credential!;
            bool again;
            do
            {
                using HttpRequestMessage request = new(HttpMethod.Post, new Uri(service, "/v1/orders?dry-run=no"));
                credential.Presentation.Attach(request, credential);
                using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
                captured = await Captured.OfAsync(request, response);
                again = credential.Presentation.Observe(response);
            }
            while (again);
            return ToolResult.None;
        });
        return captured ?? throw new InvalidOperationException($"The tool did not run: {result}");
    }

    private async Task<Captured> AttachAsync(AgentTask task, Uri url)
    {
        KeepTime();
        Captured? captured = null;
        await _host.CallAsync(task, credential =>
        {
            using HttpRequestMessage request = new(HttpMethod.Post, url);
            credential.Presentation.Attach(request, credential);
            captured = Captured.Of(request);
        });
        return captured!;
    }

    private async Task RefusedAsync(RunningService service, int number, string code, string authorization, string? proof, string? host = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(service.Address, "/v1/orders"));
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (proof is not null)
        {
            request.Headers.Add("DPoP", proof);
        }

        request.Headers.Host = host;
        using HttpResponseMessage response = await _http.SendAsync(request);

        Assert.Equal(code, await service.RefusalAsync(number));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.DoesNotContain(code, response.Headers.ToString(), StringComparison.Ordinal);
    }

    private sealed record Captured(string Authorization, string Proof, HttpStatusCode Status, string Body, string Challenge)
    {
        internal static Captured Of(HttpRequestMessage request) =>
            new(request.Headers.Authorization!.ToString(), request.Headers.GetValues("DPoP").Single(), default, "", "");

        internal static async Task<Captured> OfAsync(HttpRequestMessage request, HttpResponseMessage response) => Of(request) with
        {
            Status = response.StatusCode,
            Body = await response.Content.ReadAsStringAsync(),
            Challenge = response.Headers.WwwAuthenticate.ToString(),
        };
    }
}
