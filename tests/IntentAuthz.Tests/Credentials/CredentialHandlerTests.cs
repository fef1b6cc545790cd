using System.Net;
using System.Text;

namespace IntentAuthz.Tests.Credentials;

/// <summary>A credential reaches the one origin it is for, and no other.</summary>
public sealed class CredentialHandlerTests
{
    private const string Token = "the-tokens-own-text";

    [Theory]
    [InlineData("bearer", "Authorization: Bearer the-tokens-own-text")]
    [InlineData("basic", "Authorization: Basic YW5uOnRoZS10b2tlbnMtb3duLXRleHQ=")]
    [InlineData("header", "X-Api-Key: the-tokens-own-text")]
    public async Task The_bound_service_gets_the_credential_as_its_presentation_shows_it(string presentation, string header)
    {
        await using LoopbackServer server = new();
        using HttpClient client = For(server.Address, presentation).CreateHttpClient();

        Assert.Equal("ok", await client.GetStringAsync(new Uri("orders?id=1", UriKind.Relative)));

        Assert.Contains(header, Assert.Single(server.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_port_of_the_same_host_gets_nothing_at_all()
    {
        await using LoopbackServer server = new();
        await using LoopbackServer attacker = new();
        using HttpClient client = For(server.Address).CreateHttpClient();

        HttpRequestException e = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(attacker.Address));

        Assert.Contains("another origin", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, e.ToString(), StringComparison.Ordinal);
        Assert.Empty(attacker.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_handed_to_the_tool_and_not_followed(int status)
    {
        await using LoopbackServer attacker = new();
        await using LoopbackServer server = new($"HTTP/1.1 {status} Moved\r\nLocation: {attacker.Address}\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        using HttpClient client = For(server.Address).CreateHttpClient();

        using HttpResponseMessage answer = await client.GetAsync(server.Address);
        using HttpResponseMessage again = await client.GetAsync(server.Address);

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Empty(attacker.Requests);
        Assert.DoesNotContain("Cookie:", server.Requests.Last(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("none", 2)]
    [InlineData("text", 2)]
    [InlineData("stream", 1)] // it has been read, so it cannot be sent again
    public async Task A_service_that_asks_for_more_is_answered_once_where_the_body_can_be_sent_again(string body, int sent)
    {
        Recorder recorder = new();
        AsksForMore presentation = new();
        using HttpClient client = new(new CredentialHandler(For(new Uri("https://api.bank.example"), shown: presentation), recorder));
        using HttpContent? content = body switch
        {
            "text" => new StringContent("x"),
            "stream" => new StreamContent(new MemoryStream([1])),
            _ => null,
        };
        using HttpRequestMessage request = new(HttpMethod.Post, "https://api.bank.example/") { Content = content };

        await client.SendAsync(request);

        Assert.Equal(sent, recorder.Sent);
        Assert.Equal((sent, sent), (presentation.Attached, presentation.Observed));
    }

    [Theory]
    [InlineData("https://api.bank.example/x")]
    [InlineData("https://API.BANK.example:443/x")]
    [InlineData("https://api.bank.example")]
    public async Task The_same_origin_in_another_spelling_is_the_same(string address)
    {
        Recorder recorder = new();
        using HttpClient client = new(new CredentialHandler(For(new Uri("https://api.bank.example/base")), recorder));

        await client.GetAsync(new Uri(address));

        Assert.Equal($"Bearer {Token}", recorder.Authorization);
    }

    [Theory]
    [InlineData("http://api.bank.example/")]
    [InlineData("https://api.bank.example:8443/")]
    [InlineData("https://api.bank.example./")]
    [InlineData("https://evil.example/")]
    [InlineData("https://api.bank.example.evil.example/")]
    [InlineData("https://api.bank.example@evil.example/")]
    [InlineData("https://api.bank.example%2eevil.example/")]
    [InlineData("https://evil.example/#https://api.bank.example/")]
    [InlineData("https://evil.example\\@api.bank.example/")]
    [InlineData("https://user@api.bank.example/")]
    [InlineData("https://user:p@api.bank.example/")]
    [InlineData("https://\u0430pi.bank.example/")]
    [InlineData("https://xapi.bank.example/")]
    [InlineData("https://bank.example/")]
    [InlineData("wss://api.bank.example/")]
    public async Task Any_other_origin_and_every_trick_is_refused_before_anything_is_sent(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri))
        {
            return; // the platform refuses it itself
        }

        Recorder recorder = new();
        using HttpClient client = new(new CredentialHandler(For(new Uri("https://api.bank.example/")), recorder));

        await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync(uri));

        Assert.Equal(0, recorder.Sent);
    }

    [Fact]
    public async Task A_name_in_another_script_is_bound_by_its_ascii_form()
    {
        Recorder recorder = new();
        using HttpClient client = new(new CredentialHandler(For(new Uri("https://b\u00fccher.example/")), recorder));

        await client.GetAsync(new Uri("https://xn--bcher-kva.example/x"));

        Assert.Equal($"Bearer {Token}", recorder.Authorization);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("api.bank.example@evil.example")]
    [InlineData("api.bank.example:444")]
    [InlineData("api.bank.example/x")]
    public async Task A_Host_header_that_names_another_host_is_refused(string host)
    {
        Recorder recorder = new();
        using HttpMessageInvoker client = new(new CredentialHandler(For(new Uri("https://api.bank.example/")), recorder));
        using HttpRequestMessage request = new(HttpMethod.Get, "https://api.bank.example/");
        request.Headers.TryAddWithoutValidation("Host", host);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, default));

        Assert.Equal(0, recorder.Sent);
    }

    [Fact]
    public async Task After_the_leases_end_nothing_is_sent_and_the_message_says_why()
    {
        Recorder recorder = new();
        LeasedCredential credential = For(new Uri("https://api.bank.example/"));
        using HttpClient client = new(new CredentialHandler(credential, recorder));
        credential.Secret.Dispose();

        HttpRequestException e = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("https://api.bank.example/")));

        Assert.Contains("lease has ended", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, recorder.Sent);
    }

    [Fact]
    public void Synchronous_sending_is_bound_too()
    {
        Recorder recorder = new();
        using HttpClient client = new(new CredentialHandler(For(new Uri("https://api.bank.example/")), recorder));
        using HttpRequestMessage request = new(HttpMethod.Get, "https://evil.example/");

        Assert.Throws<HttpRequestException>(() => client.Send(request));
        Assert.Equal(0, recorder.Sent);
    }

    [Fact]
    public void An_inner_handler_that_follows_redirects_or_keeps_cookies_is_refused()
    {
        LeasedCredential credential = For(new Uri("https://api.bank.example/"));

        Assert.Contains("AllowAutoRedirect", Assert.Throws<ArgumentException>(() => new CredentialHandler(credential, new SocketsHttpHandler())).Message, StringComparison.Ordinal);
        Assert.Contains("UseCookies", Assert.Throws<ArgumentException>(
            () => new CredentialHandler(credential, new HttpClientHandler { AllowAutoRedirect = false })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CredentialHandler(credential, new Recorder { InnerHandler = new SocketsHttpHandler() }));
        new CredentialHandler(credential, new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }).Dispose();
    }

    [Fact]
    public void A_profile_without_an_endpoint_has_no_client_and_the_message_names_the_fix() =>
        Assert.Contains("Endpoint", Assert.Throws<ArgumentException>(() => For(null).CreateHttpClient()).Message, StringComparison.Ordinal);

    [Fact]
    public void What_holds_a_secret_shows_none_of_it()
    {
        LeasedCredential credential = For(new Uri("https://api.bank.example/"), "basic");

        Assert.DoesNotContain(Token, credential.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, IssueResult.Issued(credential.Secret, default).ToString(), StringComparison.Ordinal);
    }

    internal static LeasedCredential For(Uri? endpoint, string presentation = "bearer", CredentialPresentation? shown = null)
    {
        CredentialProfile profile = new("orders:read", "vault", "orders", ["read"], TimeSpan.FromMinutes(5)) { Endpoint = endpoint };
        Lease lease = new()
        {
            Id = LeaseId.New(),
            Tenant = new TenantId("acme"),
            Task = new TaskId("task"),
            Agent = new AgentId("bot"),
            Owner = "ann",
            Profile = profile.Name,
            Issuer = profile.Issuer,
            Audience = profile.Audience,
            Scopes = profile.Scopes,
            CreatedAt = default,
            ExpiresAt = default,
            RenewableUntil = default,
            HonouredUntil = default,
        };
        shown ??= presentation switch
        {
            "basic" => CredentialPresentation.Basic,
            "header" => CredentialPresentation.Header("X-Api-Key"),
            _ => CredentialPresentation.Bearer,
        };
        return new LeasedCredential(lease, profile, IssueResult.Issued(new Secret(Encoding.UTF8.GetBytes(Token)), default) with { UserName = "ann", Presentation = shown });
    }

    /// <summary>Every answer asks for something more.</summary>
    private sealed class AsksForMore : CredentialPresentation
    {
        internal int Attached { get; private set; }

        internal int Observed { get; private set; }

        public override void Attach(HttpRequestMessage request, LeasedCredential credential) => Attached++;

        public override bool Observe(HttpResponseMessage response) => ++Observed > 0;
    }

    /// <summary>Sends nothing and keeps what it was given.</summary>
    private sealed class Recorder : DelegatingHandler
    {
        internal int Sent { get; private set; }

        internal string? Authorization { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent++;
            Authorization = request.Headers.Authorization?.ToString();
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
