using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>What goes through the proxy: requests that the bounds grant and the guard permits, as they were decided, and nothing else.</summary>
public sealed class EgressProxyTests
{
    private const string Host = "api.example.com";

    [Fact]
    public async Task Get_GrantedAndPermitted_IsForwardedAndIsACallOfTheTask()
    {
        await using Origin origin = Origin.AnsweringText("hello", "X-Answer: yes\r\n");
        await using EgressFixture fixture = await WithAsync(origin);

        string answer = await fixture.GetAsync($"http://{Host}:{origin.Port}/a/%62?q=1", "X-Asked: yes\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nhello", answer, StringComparison.Ordinal);
        Assert.Contains("X-Answer: yes", answer, StringComparison.Ordinal);
        string received = Assert.Single(origin.Received);
        Assert.StartsWith("GET /a/b?q=1 HTTP/1.1\r\n", received, StringComparison.Ordinal);
        Assert.Contains("X-Asked: yes", received, StringComparison.Ordinal);
        Assert.Contains($"Host: {Host}:{origin.Port}\r\n", received, StringComparison.Ordinal);
        AuditRecord record = await fixture.RecordAsync(static r => r.Tool == EgressTools.Read);
        Assert.Contains(record.Resources, static r => r.Contains(Host, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Requests_OnOneConnection_AreEachDecided()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync(origin, """permit(principal, action == Action::"http_request", resource) when { context.input.path == "/good" };""");
        using Socket socket = await fixture.ConnectAsync();
        string Request(string path, string more = "") => $"GET http://{Host}:{origin.Port}{path} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n{more}\r\n";

        await socket.SendAsync(Encoding.ASCII.GetBytes(Request("/good") + Request("/bad") + Request("/good", "Connection: close\r\n")));
        string answers = await EgressFixture.ReadToEndAsync(socket);

        Assert.Equal(3, answers.Split("HTTP/1.1 ").Length - 1);
        Assert.Contains("IntentAuthz-Reason: no-permit", answers, StringComparison.Ordinal);
        Assert.Equal(2, origin.Received.Count);
    }

    [Fact]
    public async Task Post_WithALength_ArrivesWholeAndPolicySeesItsLength()
    {
        await using Origin origin = Origin.AnsweringText("taken");
        await using EgressFixture fixture = await WithAsync(
            origin, """permit(principal, action == Action::"http_request", resource) when { context.input.method == "POST" && context.input.bodyBytes == 5 };""");

        string answer = await fixture.SendAsync($"POST http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nContent-Length: 5\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nabcde");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nabcde", Assert.Single(origin.Received), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_InChunks_IsSentWithALengthThatPolicyHasSeen()
    {
        await using Origin origin = Origin.AnsweringText("taken");
        await using EgressFixture fixture = await WithAsync(origin, """permit(principal, action == Action::"http_request", resource) when { context.input.bodyBytes == 7 };""");

        string answer = await fixture.SendAsync(
            $"POST http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        string received = Assert.Single(origin.Received);
        Assert.EndsWith("\r\n\r\nabcdefg", received, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", received, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Post_ExpectingContinue_GetsItOnceThePolicyHasPermitted()
    {
        await using Origin origin = Origin.AnsweringText("taken");
        await using EgressFixture fixture = await WithAsync(origin);
        using Socket socket = await fixture.ConnectAsync();

        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"));
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await EgressFixture.ReadUntilAsync(socket, "\r\n\r\n"));
        await socket.SendAsync("abc"u8.ToArray());

        Assert.StartsWith("HTTP/1.1 200", await EgressFixture.ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://other.example.com:{port}/", "another host")]
    [InlineData("http://api.example.com.evil.example:{port}/", "a host that begins like it")]
    [InlineData("http://api.example.com:{otherPort}/", "another port")]
    public async Task Get_OutsideTheGrants_IsRefusedWhateverPoliciesSayAndNothingIsResolved(string url, string why)
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync(origin);
        fixture.Name("other.example.com", "127.0.0.1").Name("api.example.com.evil.example", "127.0.0.1");

        string answer = await fixture.GetAsync(url.Replace("{port}", $"{origin.Port}", StringComparison.Ordinal).Replace("{otherPort}", $"{origin.Port + 1}", StringComparison.Ordinal));

        Assert.True(answer.Contains("IntentAuthz-Reason: outside-containment", StringComparison.Ordinal), $"{why}: {answer}");
        Assert.Empty(fixture.Resolved);
        Assert.Empty(origin.Received);
        await fixture.RecordAsync(static r => r.ReasonCode == ReasonCodes.OutsideContainment);
    }

    [Fact]
    public async Task Post_OnlyReadingIsGranted_IsRefused()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port, "GET", "HEAD")]);
        fixture.Name(Host, "127.0.0.1");

        Assert.Contains("outside-containment", await fixture.SendAsync($"POST http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.Contains("outside-containment", await fixture.SendAsync($"CONNECT {Host}:{origin.Port} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.Empty(origin.Received);
    }

    [Fact]
    public async Task Get_PolicyAsksForApproval_AnswersWithTheApprovalsIdAndNothingLeaves()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync(origin, """@approval("it") permit(principal, action == Action::"http_request", resource);""");

        string answer = await fixture.GetAsync($"http://{Host}:{origin.Port}/");

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Contains("IntentAuthz-Approval: ", answer, StringComparison.Ordinal);
        Assert.Empty(origin.Received);
        Assert.Empty(fixture.Resolved);
    }

    [Fact]
    public async Task Get_PolicyOfADomain_HoldsForHostsBelowIt()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync(origin, """permit(principal, action == Action::"http_request", resource in Egress::Host::"example.com");""");

        Assert.StartsWith("HTTP/1.1 200", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_HostAnswersWithARedirect_ItIsHandedBackNotFollowed()
    {
        await using Origin elsewhere = Origin.AnsweringText("elsewhere");
        await using Origin origin = Origin.Answering(_ => $"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{elsewhere.Port}/\r\nContent-Length: 0\r\n\r\n");
        await using EgressFixture fixture = await WithAsync(origin);

        string answer = await fixture.GetAsync($"http://{Host}:{origin.Port}/");

        Assert.StartsWith("HTTP/1.1 302", answer, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Received);
    }

    [Fact]
    public async Task Get_HttpAtAPortOfTls_IsSentByTlsWithTheHostsCertificateChecked()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(_ => Origin.Ok("secure"), certificate);
        EgressOptions options = EgressOptions.Default with { TlsPorts = [origin.Port], TrustedAuthorities = [certificate] };
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local("*.example.com", origin.Port)], options: options);
        fixture.Name(Host, "127.0.0.1").Name("wrong.example.com", "127.0.0.1");

        Assert.EndsWith("\r\n\r\nsecure", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal);
        Assert.Contains("IntentAuthz-Reason: host-unreachable", await fixture.GetAsync($"http://wrong.example.com:{origin.Port}/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_Granted_CarriesTlsFromEndToEnd()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(_ => Origin.Ok("through"), certificate);
        await using EgressFixture fixture = await WithAsync(origin);
        using Socket socket = await fixture.ConnectAsync();

        await socket.SendAsync(Encoding.ASCII.GetBytes($"CONNECT {Host}:{origin.Port} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200", await EgressFixture.ReadUntilAsync(socket, "\r\n\r\n"), StringComparison.Ordinal);
        await using SslStream tls = new(new NetworkStream(socket), false, (_, c, _, _) => c!.GetCertHashString() == certificate.GetCertHashString());
        await tls.AuthenticateAsClientAsync(Host);
        await tls.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        byte[] buffer = new byte[1024];
        int read = await tls.ReadAtLeastAsync(buffer, 40, throwOnEndOfStream: false);

        Assert.Contains("through", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_WhileATunnelIsOpen_ClosesItAtOnce()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync(origin);
        using Socket socket = await fixture.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"CONNECT {Host}:{origin.Port} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n\r\n"));
        await EgressFixture.ReadUntilAsync(socket, "\r\n\r\n");

        await fixture.RevokeAsync();

        Assert.Equal("[reset]", await EgressFixture.ReadToEndAsync(socket));
        Assert.Contains("revoked", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_WhileAResponseIsAwaited_CutsTheClientOff()
    {
        using SemaphoreSlim never = new(0);
        await using Origin origin = Origin.Answering(_ =>
        {
            never.Wait(TimeSpan.FromSeconds(30));
            return Origin.Ok("late");
        });
        await using EgressFixture fixture = await WithAsync(origin);
        Task<string> asking = fixture.GetAsync($"http://{Host}:{origin.Port}/");
        while (origin.Received.IsEmpty)
        {
            await Task.Delay(5);
        }

        await fixture.RevokeAsync();
        string answer = await asking.WaitAsync(TimeSpan.FromSeconds(20));
        never.Release();

        Assert.DoesNotContain("late", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_OnASharedSocket_AsksForTheCallsTokenAndSendsItNowhere()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port)], isShared: true);
        fixture.Name(Host, "127.0.0.1");
        string Basic(string password) => $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"task:{password}"))}\r\n";

        string url = $"http://{Host}:{origin.Port}/";
        Assert.StartsWith("HTTP/1.1 407", await fixture.GetAsync(url), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 407", await fixture.GetAsync(url, Basic("wrong")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 407", await fixture.GetAsync(url, Basic(fixture.Proxy.Token![..^1])), StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Audit.Records, static r => r.Outcome == DecisionOutcome.Deny); // a stranger's requests are not the task's
        Assert.StartsWith("HTTP/1.1 200", await fixture.GetAsync(url, Basic(fixture.Proxy.Token!)), StringComparison.Ordinal);
        Assert.DoesNotContain("Proxy-Authorization", Assert.Single(origin.Received), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Get_BodyWithoutALength_IsStreamedInChunks()
    {
        await using Origin origin = Origin.Answering(_ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n");
        await using EgressFixture fixture = await WithAsync(origin);

        string answer = await fixture.GetAsync($"http://{Host}:{origin.Port}/");

        Assert.Contains("Transfer-Encoding: chunked", answer, StringComparison.Ordinal);
        Assert.EndsWith("0\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("hello", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ResponseLargerThanItMayBe_IsRefusedOrCutOff()
    {
        EgressOptions options = EgressOptions.Default with { MaxResponseBytes = 100 };
        string large = new('x', 200);
        await using Origin announced = Origin.AnsweringText(large);
        await using Origin unannounced = Origin.Answering(_ => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc8\r\n{large}\r\n0\r\n\r\n");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, announced.Port), EgressFixture.Local(Host, unannounced.Port)], options: options);
        fixture.Name(Host, "127.0.0.1");

        Assert.Contains("response-too-large", await fixture.GetAsync($"http://{Host}:{announced.Port}/"), StringComparison.Ordinal);
        string cut = await fixture.GetAsync($"http://{Host}:{unannounced.Port}/");
        Assert.False(cut.EndsWith("0\r\n\r\n", StringComparison.Ordinal), "a response that was cut off looks whole");
    }

    [Fact]
    public async Task DisposeAsync_WithOpenConnections_EndsAllOfThem()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync(origin);
        using Socket idle = await fixture.ConnectAsync();
        using Socket tunnel = await fixture.ConnectAsync();
        await tunnel.SendAsync(Encoding.ASCII.GetBytes($"CONNECT {Host}:{origin.Port} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n\r\n"));
        await EgressFixture.ReadUntilAsync(tunnel, "\r\n\r\n");

        await fixture.Proxy.DisposeAsync();

        Assert.Equal("[reset]", await EgressFixture.ReadToEndAsync(tunnel));
        Assert.Contains(await EgressFixture.ReadToEndAsync(idle), (string[])["", "[reset]"]);
    }

    private static async Task<EgressFixture> WithAsync(Origin origin, string policies = EgressFixture.PermitAll) =>
        (await EgressFixture.CreateAsync([EgressFixture.Local("api.example.com", origin.Port)], policies)).Name("api.example.com", "127.0.0.1");
}
