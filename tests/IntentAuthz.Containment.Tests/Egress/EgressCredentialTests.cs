using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

using IntentAuthz.Credentials.Jwt;

namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>Credentials on the way out: put on by the proxy, for one origin, never seen by the child.</summary>
public sealed class EgressCredentialTests
{
    private const string Host = "api.example.com";
    private const string Key = "sk-test-8472-very-secret-key";

    private const string WithCredential = """@credential("orders") permit(principal, action in Action::"egress", resource);""";

    [Fact]
    public async Task Get_PermitAsksForACredential_TheHostGetsItOverTlsAndTheChildNever()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(static request => Origin.Ok($"you sent: {request} and {Convert.ToBase64String(Encoding.ASCII.GetBytes(Key))}", $"X-Echo: {Key}\r\n"), certificate);
        await using EgressFixture fixture = await WithAsync($"https://{Host}:{origin.Port}", EgressFixture.Local(Host, origin.Port), certificate, origin.Port);

        string answer = await fixture.GetAsync($"http://{Host}:{origin.Port}/orders");

        Assert.Contains($"Authorization: Bearer {Key}", Assert.Single(origin.Received), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.ASCII.GetBytes(Key))[..24], answer, StringComparison.Ordinal);
        Assert.Contains("X-Echo: ****", answer, StringComparison.Ordinal);
        string body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        Assert.Contains($"Content-Length: {body.Length}\r\n", answer, StringComparison.Ordinal); // masked, not shortened
    }

    [Fact]
    public async Task Get_SecretAcrossTheBorderOfTwoPieces_IsMasked()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        string filler = new('.', 70_000);
        string body = string.Concat(Enumerable.Range(0, Key.Length).Select(i => $"{Key[..i].Length:x}|")) + filler + Key + filler + Key;
        await using Origin origin = Origin.Secure(
            _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + string.Concat(body.Chunk(7).Select(static c => $"{c.Length:x}\r\n{new string(c)}\r\n")) + "0\r\n\r\n", certificate);
        await using EgressFixture fixture = await WithAsync($"https://{Host}:{origin.Port}", EgressFixture.Local(Host, origin.Port), certificate, origin.Port);

        string answer = await fixture.GetAsync($"http://{Host}:{origin.Port}/");

        Assert.DoesNotContain(Key, Unchunked(answer), StringComparison.Ordinal);
        Assert.Equal(body.Replace(Key, new string('*', Key.Length), StringComparison.Ordinal), Unchunked(answer));
    }

    [Theory]
    [InlineData("https://other.example.com", "another host")]
    [InlineData("https://api.example.com:1", "another port")]
    [InlineData("http://127.0.0.1", "another scheme")]
    public async Task Get_CredentialIsForAnotherOrigin_IsRefusedAndNothingIsSent(string endpoint, string why)
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync(endpoint, EgressFixture.Local(Host, origin.Port), null, origin.Port + 1);

        string answer = await fixture.GetAsync($"http://{Host}:{origin.Port}/");

        Assert.True(answer.Contains("IntentAuthz-Reason: credential-elsewhere", StringComparison.Ordinal), $"{why}: {answer}");
        Assert.Empty(origin.Received);
    }

    [Fact]
    public async Task Connect_PermitAsksForACredential_IsRefusedSinceNoneCanBePutOnATunnel()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync($"https://{Host}:{origin.Port}", EgressFixture.Local(Host, origin.Port), null, origin.Port);

        Assert.Contains("credential-elsewhere", await fixture.SendAsync($"CONNECT {Host}:{origin.Port} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, origin.Connections);
    }

    [Fact]
    public async Task Get_PartOfAResponseIsAskedFor_IsAnsweredWithTheWholeSoThatNoSecretComesInParts()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(
            static request => request.Contains("Range", StringComparison.OrdinalIgnoreCase) ? Origin.Ok(Key[..10]) : Origin.Ok(Key), certificate);
        await using EgressFixture fixture = await WithAsync($"https://{Host}:{origin.Port}", EgressFixture.Local(Host, origin.Port), certificate, origin.Port);

        string answer = await fixture.GetAsync($"http://{Host}:{origin.Port}/", "Range: bytes=0-9\r\nIf-Range: \"x\"\r\n");

        Assert.EndsWith($"\r\n\r\n{new string('*', Key.Length)}", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("identity, br")]
    [InlineData("gzip;q=1")]
    [InlineData("\"gzip\"")]
    public async Task Get_CompressedResponseToARequestWithACredential_IsRefused(string encoding)
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(_ => Origin.Ok("....", $"Content-Encoding: {encoding}\r\n"), certificate);
        await using EgressFixture fixture = await WithAsync($"https://{Host}:{origin.Port}", EgressFixture.Local(Host, origin.Port), certificate, origin.Port);

        Assert.Contains("response-unreadable", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_InProcess_NeitherTheCallersRequestNorTheResponseHasTheCredential()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(
            static request => $"HTTP/1.1 302 {Key}\r\nX-Echo: {Key}\r\nX-{Key}: name\r\nLocation: https://evil.example/?k={Key}\r\nSet-Cookie: k={Key}\r\nContent-Language: {Key}\r\n"
                + $"Trailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n{Key.Length:x}\r\n{Key}\r\n0\r\nX-Late: {Key}\r\n\r\n",
            certificate);
        await using EgressFixture fixture = await WithAsync(
            $"https://{Host}:{origin.Port}", EgressFixture.Local(Host, origin.Port), certificate, origin.Port, CredentialPresentation.Header("X-Api-Key"));
        using HttpRequestMessage request = new(HttpMethod.Get, $"http://{Host}:{origin.Port}/orders");
        request.Headers.Add("X-Api-Key", "the caller's");

        using HttpResponseMessage response = await fixture.Invoker.SendAsync(request, CancellationToken.None);

        string received = Assert.Single(origin.Received);
        Assert.Contains($"X-Api-Key: {Key}\r\n", received, StringComparison.Ordinal);
        Assert.DoesNotContain("the caller's", received, StringComparison.Ordinal);
        Assert.Same(request, response.RequestMessage);
        Assert.Equal("the caller's", Assert.Single(request.Headers.GetValues("X-Api-Key")));
        Assert.Equal($"http://{Host}:{origin.Port}/orders", request.RequestUri!.ToString());
        Assert.Equal(new string('*', Key.Length), await response.Content.ReadAsStringAsync());
        Assert.Equal(new string('*', Key.Length), Assert.Single(response.Headers.GetValues("X-Echo")));
        Assert.DoesNotContain(Key, $"{response} {response.Headers.Location} {response.ReasonPhrase} {response.TrailingHeaders}", StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://other.example.com")]
    [InlineData("https://api.example.com:1")]
    [InlineData("http://127.0.0.1")]
    public async Task Send_InProcessCredentialIsForAnotherOrigin_IsRefusedRecordedAndNothingIsSent(string endpoint)
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync(endpoint, EgressFixture.Local(Host, origin.Port), null, origin.Port + 1);

        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(
            () => fixture.Invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"http://{Host}:{origin.Port}/"), CancellationToken.None));

        Assert.Contains("credential-elsewhere", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, origin.Connections);
        await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.CredentialElsewhere && r.Outcome == DecisionOutcome.Deny);
    }

    [Fact]
    public async Task Send_InProcessCompressedResponseToARequestWithACredential_IsRefused()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(_ => Origin.Ok("....", "Content-Encoding: br\r\n"), certificate);
        await using EgressFixture fixture = await WithAsync($"https://{Host}:{origin.Port}", EgressFixture.Local(Host, origin.Port), certificate, origin.Port);

        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(
            () => fixture.Invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"http://{Host}:{origin.Port}/"), CancellationToken.None));

        Assert.Contains("response-unreadable", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "", "")]
    [InlineData("POST", "Content-Length: 5\r\n", "hello")]
    [InlineData("POST", "Content-Length: 5\r\nExpect: 100-continue\r\n", "hello")]
    [InlineData("POST", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    public async Task Send_ServiceAsksForANonceInTheProof_TheRequestIsMadeOnceMoreWithANewProof(string method, string fields, string body)
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(static request => Nonce(request) == "n-1" ? Origin.Ok("in") : AskForNonce("n-1"), certificate);
        await using EgressFixture fixture = await WithTokenAsync(origin, certificate);

        string answer = await fixture.SendAsync($"{method} http://{Host}:{origin.Port}/a%2fb?q=1 HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nConnection: close\r\n{fields}\r\n{body}");

        Assert.EndsWith("\r\n\r\nin", answer, StringComparison.Ordinal);
        Assert.Equal(2, origin.Received.Count);
        Assert.Equal(2, origin.Received.Select(static r => Claims(r).GetProperty("jti").GetString()).Distinct().Count());
        Assert.All(origin.Received, r => Assert.Equal($"https://{Host}:{origin.Port}/a%2Fb", Claims(r).GetProperty("htu").GetString()));
        Assert.All(origin.Received, r => Assert.EndsWith(body.Length > 0 ? "\r\n\r\nhello" : "\r\n\r\n", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_ServiceAsksForAnotherNonceEachTime_IsAskedTwiceAndNoMore()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        int asked = 0;
        await using Origin origin = Origin.Secure(_ => AskForNonce($"n-{Interlocked.Increment(ref asked)}"), certificate);
        await using EgressFixture fixture = await WithTokenAsync(origin, certificate);

        Assert.StartsWith("HTTP/1.1 401", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal);
        Assert.Equal(2, origin.Received.Count);
    }

    private static string AskForNonce(string nonce) =>
        $"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\nDPoP-Nonce: {nonce}\r\nContent-Length: 0\r\n\r\n";

    private static string? Nonce(string request) => Claims(request).TryGetProperty("nonce", out JsonElement nonce) ? nonce.GetString() : null;

    /// <summary>What the proof of a request says.</summary>
    private static JsonElement Claims(string request)
    {
        int at = request.IndexOf("\r\nDPoP: ", StringComparison.Ordinal) + "\r\nDPoP: ".Length;
        return JsonElement.Parse(Base64Url.DecodeFromChars(request[at..request.IndexOf('\r', at)].Split('.')[1]));
    }

    private static async Task<EgressFixture> WithTokenAsync(Origin origin, X509Certificate2 certificate)
    {
        EgressOptions options = EgressOptions.Default with { TlsPorts = [origin.Port], TrustedAuthorities = [certificate] };
        EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port)], WithCredential, options, builder => builder
            .AddIssuer(new JwtCredentialIssuer(new JwtKeyRing(JwtSigningKey.Generate()), new JwtIssuerOptions { Name = "signed", Issuer = "https://agents.example", Revocations = null, SenderConstrained = true }))
            .AddCredentialProfile(new CredentialProfile("orders", "signed", "orders", ["read"], TimeSpan.FromMinutes(5)) { Endpoint = new Uri($"https://{Host}:{origin.Port}") }));
        return fixture.Name(Host, "127.0.0.1");
    }

    private static string Unchunked(string answer)
    {
        StringBuilder body = new();
        for (int at = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4; ;)
        {
            int end = answer.IndexOf("\r\n", at, StringComparison.Ordinal);
            int size = Convert.ToInt32(answer[at..end], 16);
            if (size == 0)
            {
                return body.ToString();
            }

            body.Append(answer, end + 2, size);
            at = end + 2 + size + 2;
        }
    }

    private static async Task<EgressFixture> WithAsync(string endpoint, EgressGrant grant, X509Certificate2? certificate, int tlsPort, CredentialPresentation? presentation = null)
    {
        EgressOptions options = EgressOptions.Default with { TlsPorts = [tlsPort], TrustedAuthorities = certificate is null ? [] : [certificate] };
        EgressFixture fixture = await EgressFixture.CreateAsync([grant], WithCredential, options, builder => builder
            .AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new ValueTask<Secret>(Secret.FromString(Key))) 
            {
                HonouredFor = TimeSpan.FromHours(1),
                Presentation = presentation ?? CredentialPresentation.Bearer,
            })
            .AddCredentialProfile(new CredentialProfile("orders", "vault", "orders", ["read"], TimeSpan.FromMinutes(5)) { Endpoint = new Uri(endpoint) }));
        return fixture.Name(Host, "127.0.0.1");
    }
}
