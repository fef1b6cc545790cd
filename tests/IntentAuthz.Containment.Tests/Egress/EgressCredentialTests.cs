using System.Security.Cryptography.X509Certificates;
using System.Text;

using IntentAuthz.Containment;

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
    public async Task Get_CompressedResponseToARequestWithACredential_IsRefused()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(_ => Origin.Ok("....", "Content-Encoding: gzip\r\n"), certificate);
        await using EgressFixture fixture = await WithAsync($"https://{Host}:{origin.Port}", EgressFixture.Local(Host, origin.Port), certificate, origin.Port);

        Assert.Contains("response-unreadable", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal);
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

    private static async Task<EgressFixture> WithAsync(string endpoint, EgressGrant grant, X509Certificate2? certificate, int tlsPort)
    {
        EgressOptions options = EgressOptions.Default with { TlsPorts = [tlsPort], TrustedAuthorities = certificate is null ? [] : [certificate] };
        EgressFixture fixture = await EgressFixture.CreateAsync([grant], WithCredential, options, builder => builder
            .AddIssuer(new StaticSecretIssuer("vault", static (_, _) => new ValueTask<Secret>(Secret.FromString(Key))) { HonouredFor = TimeSpan.FromHours(1) })
            .AddCredentialProfile(new CredentialProfile("orders", "vault", "orders", ["read"], TimeSpan.FromMinutes(5)) { Endpoint = new Uri(endpoint) }));
        return fixture.Name(Host, "127.0.0.1");
    }
}
