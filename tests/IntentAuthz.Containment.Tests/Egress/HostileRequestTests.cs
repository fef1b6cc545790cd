namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>Requests that two readers could read differently, or that name a host in a way of their own: each is refused, and nothing reaches the host.</summary>
public sealed class HostileRequestTests
{
    private const string Host = "api.example.com";

    /// <summary>The request, and the code it is refused with. <c>{h}</c> is the granted host with its port.</summary>
    public static TheoryData<string, string, string> Requests => new()
    {
        { "length and chunks at once", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "chunks and length at once", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "two lengths", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", EgressCodes.AmbiguousLength },
        { "the same length twice", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", EgressCodes.AmbiguousLength },
        { "a list of lengths", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent-Length: 4, 4\r\n\r\nabcd", EgressCodes.AmbiguousLength },
        { "a signed length", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent-Length: +4\r\n\r\nabcd", EgressCodes.AmbiguousLength },
        { "a negative length", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent-Length: -1\r\n\r\n", EgressCodes.AmbiguousLength },
        { "a hexadecimal length", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent-Length: 0x4\r\n\r\nabcd", EgressCodes.AmbiguousLength },
        { "an empty length", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent-Length:\r\n\r\nabcd", EgressCodes.AmbiguousLength },
        { "a length beyond 64 bits", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent-Length: 99999999999999999999\r\n\r\n", EgressCodes.AmbiguousLength },
        { "another coding", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: gzip\r\n\r\n", EgressCodes.AmbiguousLength },
        { "chunked after another coding", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "chunked not last", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "chunked spelled with a vertical tab", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", EgressCodes.Malformed },
        { "chunked twice", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "chunks in HTTP/1.0", "POST http://{h}/ HTTP/1.0\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "a chunk extension", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "a chunk size with a prefix", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "a chunk size with a blank", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "a chunk that ends in LF", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "a chunk longer than its size", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "a chunk size that overflows", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nabc\r\n0\r\n\r\n", EgressCodes.AmbiguousLength },
        { "a chunk size of 64 bits", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n0\r\n\r\n", EgressCodes.BodyTooLarge },
        { "trailers", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\n\r\n", EgressCodes.AmbiguousLength },
        { "a line that ends in LF", "GET http://{h}/ HTTP/1.1\nHost: {h}\r\n\r\n", EgressCodes.Malformed },
        { "an empty line of LF", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\n\n", EgressCodes.Malformed },
        { "a CR within a field", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nX: a\rY: b\r\n\r\n", EgressCodes.Malformed },
        { "a NUL within a field", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nX: a\0b\r\n\r\n", EgressCodes.Malformed },
        { "a folded field", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nX: a\r\n b\r\n\r\n", EgressCodes.Malformed },
        { "a fold before the first field", "GET http://{h}/ HTTP/1.1\r\n Host: {h}\r\n\r\n", EgressCodes.Malformed },
        { "a blank before the colon", "GET http://{h}/ HTTP/1.1\r\nHost : {h}\r\n\r\n", EgressCodes.Malformed },
        { "a field without a colon", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nnothing\r\n\r\n", EgressCodes.Malformed },
        { "a field without a name", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\n: x\r\n\r\n", EgressCodes.Malformed },
        { "an empty line first", "\r\nGET http://{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.Malformed },
        { "two blanks in the first line", "GET  http://{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.Malformed },
        { "a tab in the first line", "GET\thttp://{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.Malformed },
        { "a blank in the target", "GET http://{h}/a b HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.Malformed },
        { "HTTP/0.9", "GET http://{h}/\r\n\r\n", EgressCodes.Malformed },
        { "HTTP/2", "GET http://{h}/ HTTP/2.0\r\nHost: {h}\r\n\r\n", EgressCodes.Malformed },
        { "HTTP in lower case", "GET http://{h}/ http/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.Malformed },
        { "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", EgressCodes.Malformed },
        { "a method that is no token", "GE(T http://{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.Malformed },
        { "a proxy's field lost by Connection", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nConnection: close, Host\r\n\r\n", EgressCodes.Malformed },
        { "an authorisation lost by Connection", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nConnection: X-Real-Ip\r\n\r\n", EgressCodes.Malformed },
        { "no host", "GET http://{h}/ HTTP/1.1\r\n\r\n", EgressCodes.BadHost },
        { "two hosts", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nHost: {h}\r\n\r\n", EgressCodes.Malformed },
        { "another host in the field", "GET http://{h}/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", EgressCodes.BadHost },
        { "another port in the field", "GET http://{h}/ HTTP/1.1\r\nHost: api.example.com:1\r\n\r\n", EgressCodes.BadHost },
        { "a user in the target", "GET http://api.example.com@evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", EgressCodes.BadHost },
        { "a user and the granted host", "GET http://user:pw@{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadHost },
        { "a backslash before the host", "GET http://\\{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadHost },
        { "a backslash behind the host", "GET http://{h}\\@evil.example/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadHost },
        { "a fragment behind the host", "GET http://{h}#@evil.example/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadHost },
        { "an empty port", "GET http://api.example.com:/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n", EgressCodes.BadHost },
        { "port zero", "GET http://api.example.com:0/ HTTP/1.1\r\nHost: api.example.com:0\r\n\r\n", EgressCodes.BadHost },
        { "a port with a zero before it", "GET http://api.example.com:080/ HTTP/1.1\r\nHost: api.example.com:080\r\n\r\n", EgressCodes.BadHost },
        { "a port too large", "GET http://api.example.com:65536/ HTTP/1.1\r\nHost: api.example.com:65536\r\n\r\n", EgressCodes.BadHost },
        { "an empty host", "GET http:///x HTTP/1.1\r\nHost: \r\n\r\n", EgressCodes.BadHost },
        { "a dot alone", "GET http://./x HTTP/1.1\r\nHost: .\r\n\r\n", EgressCodes.BadHost },
        { "two dots at the end", "GET http://api.example.com../x HTTP/1.1\r\nHost: api.example.com..\r\n\r\n", EgressCodes.BadHost },
        { "an escaped host", "GET http://%61pi.example.com/x HTTP/1.1\r\nHost: %61pi.example.com\r\n\r\n", EgressCodes.BadHost },
        { "a host in Unicode", "GET http://\u00e4pi.example.com/x HTTP/1.1\r\nHost: \u00e4pi.example.com\r\n\r\n", EgressCodes.Malformed },
        { "a decimal address", "GET http://2130706433/ HTTP/1.1\r\nHost: 2130706433\r\n\r\n", EgressCodes.BadHost },
        { "a hexadecimal address", "GET http://0x7f000001/ HTTP/1.1\r\nHost: 0x7f000001\r\n\r\n", EgressCodes.BadHost },
        { "a hexadecimal part", "GET http://127.0.0.0x1/ HTTP/1.1\r\nHost: 127.0.0.0x1\r\n\r\n", EgressCodes.BadHost },
        { "an octal address", "GET http://0177.0.0.1/ HTTP/1.1\r\nHost: 0177.0.0.1\r\n\r\n", EgressCodes.BadHost },
        { "a short address", "GET http://127.1/ HTTP/1.1\r\nHost: 127.1\r\n\r\n", EgressCodes.BadHost },
        { "an address with a dot", "GET http://127.0.0.1./ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", "outside-containment" },
        { "zero as an address", "GET http://0/ HTTP/1.1\r\nHost: 0\r\n\r\n", EgressCodes.BadHost },
        { "IPv6 with a zone", "GET http://[fe80::1%25eth0]/ HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n", EgressCodes.BadHost },
        { "IPv6 without brackets", "GET http://::1/ HTTP/1.1\r\nHost: ::1\r\n\r\n", EgressCodes.BadHost },
        { "IPv4 in brackets", "GET http://[127.0.0.1]/ HTTP/1.1\r\nHost: [127.0.0.1]\r\n\r\n", EgressCodes.BadHost },
        { "a dot segment", "GET http://{h}/a/../b HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "an escaped dot segment", "GET http://{h}/a/%2e%2E/b HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "a dot segment behind an escaped slash", "GET http://{h}/a%2f../b HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "a dot segment with a parameter", "GET http://{h}/a/..;x/b HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "an empty segment", "GET http://{h}//admin HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "a backslash in the path", "GET http://{h}/a\\b HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "an escaped backslash", "GET http://{h}/a%5cb HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "an escaped NUL", "GET http://{h}/a%00 HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "an escaped line break", "GET http://{h}/a%0d%0aX:y HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "half an escape", "GET http://{h}/a%2 HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "a fragment", "GET http://{h}/a#b HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadPath },
        { "a target that is a path", "GET / HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.NotForProxy },
        { "the asterisk", "OPTIONS * HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.NotForProxy },
        { "another scheme", "GET ftp://{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.NotForProxy },
        { "a file", "GET file:///etc/passwd HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.NotForProxy },
        { "TRACE", "TRACE http://{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.MethodRefused },
        { "a method in lower case", "get http://{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.MethodRefused },
        { "a tunnel in lower case", "connect http://{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.MethodRefused },
        { "another method in a field", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nX-HTTP-Method-Override: DELETE\r\n\r\n", EgressCodes.MethodRefused },
        { "another path in a field", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nx-rewrite-url: /admin\r\n\r\n", EgressCodes.BadPath },
        { "another host in a field", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nForwarded: host=evil.example\r\n\r\n", EgressCodes.BadHost },
        { "a length with an underscore", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nContent_Length: 4\r\n\r\n", EgressCodes.Malformed },
        { "a coding with an underscore", "POST http://{h}/ HTTP/1.1\r\nHost: {h}\r\nTransfer_Encoding: chunked\r\n\r\n", EgressCodes.Malformed },
        { "a proxy's field with an underscore", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nProxy_Authorization: x\r\n\r\n", EgressCodes.Malformed },
        { "an unknown expectation", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nExpect: the-unexpected\r\n\r\n", EgressCodes.UnknownExpectation },
        { "an authorisation of the child's own", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nAuthorization: Bearer mine\r\n\r\n", EgressCodes.OwnCredential },
        { "a cookie of the child's own", "GET http://{h}/ HTTP/1.1\r\nHost: {h}\r\nCookie: a=b\r\n\r\n", EgressCodes.OwnCredential },
        { "a tunnel without a port", "CONNECT api.example.com HTTP/1.1\r\nHost: api.example.com\r\n\r\n", EgressCodes.BadHost },
        { "a tunnel with a URL", "CONNECT http://{h}/ HTTP/1.1\r\nHost: {h}\r\n\r\n", EgressCodes.BadHost },
        { "a tunnel to another host than its field", "CONNECT {h} HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", EgressCodes.BadHost },
        { "a tunnel with a body", "CONNECT {h} HTTP/1.1\r\nHost: {h}\r\nContent-Length: 3\r\n\r\nabc", EgressCodes.AmbiguousLength },
        { "a tunnel with a request behind it", "CONNECT {h} HTTP/1.1\r\nHost: {h}\r\n\r\nGET / HTTP/1.1\r\n\r\n", EgressCodes.Malformed },
        { "a tunnel to another port", "CONNECT api.example.com:22 HTTP/1.1\r\nHost: api.example.com:22\r\nConnection: close\r\n\r\n", "outside-containment" },
        { "TLS where a request should be", "\u0016\u0003\u0001\u0000\n", EgressCodes.Malformed },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_OfTwoMeanings_IsRefusedAndNothingReachesTheHost(string what, string request, string code)
    {
        await using Origin origin = Origin.AnsweringText("reached");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port)]);
        fixture.Name(Host, "127.0.0.1");

        string answer = await fixture.SendAsync(request.Replace("{h}", $"{Host}:{origin.Port}", StringComparison.Ordinal));

        Assert.True(answer.Contains($"IntentAuthz-Reason: {code}\r\n", StringComparison.Ordinal), $"{what}: expected {code}, got: {answer}");
        Assert.True(origin.Received.IsEmpty, $"{what}: it reached the host");
    }

    [Fact]
    public async Task Fields_BetweenClientAndProxy_AreNotSentOn()
    {
        await using Origin origin = Origin.AnsweringText("hello", "Keep-Alive: timeout=5\r\nAlt-Svc: h3=\":443\"\r\nProxy-Authenticate: Basic\r\nIntentAuthz-Reason: forged\r\n");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port)]);
        fixture.Name(Host, "127.0.0.1");

        string answer = await fixture.GetAsync(
            $"http://{Host}:{origin.Port}/",
            "Proxy-Connection: keep-alive\r\nKeep-Alive: 5\r\nTE: trailers\r\nUpgrade: websocket\r\nHTTP2-Settings: AAAA\r\nAccept-Encoding: gzip\r\nProxy-Something: x\r\n");

        string received = Assert.Single(origin.Received);
        foreach (string name in (string[])["Proxy-", "Keep-Alive", "TE:", "Upgrade", "HTTP2-Settings", "gzip"])
        {
            Assert.DoesNotContain(name, received, StringComparison.OrdinalIgnoreCase);
        }

        foreach (string name in (string[])["Keep-Alive", "Alt-Svc", "Proxy-Authenticate", "forged"])
        {
            Assert.DoesNotContain(name, answer, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Head_LongerThanItMayBe_IsRefused()
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, 80)], options: EgressOptions.Default with { MaxHeadBytes = 1024, MaxFields = 10 });

        Assert.Contains(EgressCodes.HeadTooLarge, await fixture.SendAsync($"GET http://{Host}/{new string('a', 2000)}"), StringComparison.Ordinal);
        Assert.Contains(EgressCodes.HeadTooLarge, await fixture.GetAsync($"http://{Host}/", string.Concat(Enumerable.Repeat("A: b\r\n", 12))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_LongerThanItMayBe_IsRefusedBeforeAnythingLeaves()
    {
        await using Origin origin = Origin.AnsweringText("taken");
        await using EgressFixture fixture = await EgressFixture.CreateAsync(
            [EgressFixture.Local(Host, origin.Port)], options: EgressOptions.Default with { MaxRequestBytes = 10, MaxChunkedBytes = 10 });
        fixture.Name(Host, "127.0.0.1");
        string first = $"POST http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n";

        Assert.Contains(EgressCodes.BodyTooLarge, await fixture.SendAsync($"{first}Content-Length: 11\r\n\r\n"), StringComparison.Ordinal);
        Assert.Contains(EgressCodes.BodyTooLarge, await fixture.SendAsync($"{first}Transfer-Encoding: chunked\r\n\r\nb\r\n"), StringComparison.Ordinal);
        Assert.Empty(origin.Received);
    }

    [Fact]
    public async Task Client_ThatSendsAByteNowAndThen_IsEndedWhenItsHeadTakesTooLong()
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, 80)], options: EgressOptions.Default with { HeadTimeout = TimeSpan.FromMilliseconds(300) });
        using System.Net.Sockets.Socket socket = await fixture.ConnectAsync();
        Task<string> reading = EgressFixture.ReadToEndAsync(socket);
        try
        {
            while (!reading.IsCompleted)
            {
                await socket.SendAsync("G"u8.ToArray());
                await Task.Delay(20);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Closed already.
        }

        Assert.Contains("timed-out", await reading, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_ThatStandsStill_EndsTheRequest()
    {
        await using Origin origin = Origin.AnsweringText("taken");
        await using EgressFixture fixture = await EgressFixture.CreateAsync(
            [EgressFixture.Local(Host, origin.Port)], options: EgressOptions.Default with { IdleTimeout = TimeSpan.FromMilliseconds(300) });
        fixture.Name(Host, "127.0.0.1");

        string answer = await fixture.SendAsync($"POST http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nContent-Length: 100\r\n\r\nabc");

        Assert.DoesNotContain("200", answer, StringComparison.Ordinal);
        Assert.Empty(origin.Received);
    }

    [Fact]
    public async Task Connections_MoreThanThereMayBe_AreRefusedAndRoomComesBack()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port)], options: EgressOptions.Default with { MaxConnections = 2 });
        fixture.Name(Host, "127.0.0.1");
        string answer;
        using (System.Net.Sockets.Socket a = await fixture.ConnectAsync())
        using (System.Net.Sockets.Socket b = await fixture.ConnectAsync())
        {
            using System.Net.Sockets.Socket c = await fixture.ConnectAsync();
            answer = await EgressFixture.ReadToEndAsync(c);
        }

        Assert.Contains(EgressCodes.TooManyConnections, answer, StringComparison.Ordinal);
        await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.TooManyConnections);
        string after = "";
        for (int i = 0; i < 200 && !after.StartsWith("HTTP/1.1 200", StringComparison.Ordinal); i++)
        {
            after = await fixture.GetAsync($"http://{Host}:{origin.Port}/");
            await Task.Delay(10);
        }

        Assert.StartsWith("HTTP/1.1 200", after, StringComparison.Ordinal);
    }
}
