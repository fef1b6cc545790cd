using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>The way out for code in this process: what the proxy refuses is refused here, and nothing of it reaches a host.</summary>
public sealed class EgressHandlerTests
{
    private const string Host = "api.example.com";

    /// <summary>What is done to a request for the granted host, and the code it is refused with. <c>{p}</c> is the granted port.</summary>
    public static TheoryData<string, string, string, string> Refused => new()
    {
        { "another host", "GET", "http://other.example.com:{p}/", "outside-containment" },
        { "a name that begins as the granted one", "GET", "http://api.example.com.evil.example:{p}/", "outside-containment" },
        { "a name below the granted one", "GET", "http://x.api.example.com:{p}/", "outside-containment" },
        { "another port", "GET", "http://api.example.com:1/", "outside-containment" },
        { "the usual port of https", "GET", "https://api.example.com/", "outside-containment" },
        { "this machine by name", "GET", "http://localhost:{p}/", "outside-containment" },
        { "this machine by address", "GET", "http://127.0.0.1:{p}/", "outside-containment" },
        { "its address as a decimal number", "GET", "http://2130706433:{p}/", "outside-containment" },
        { "its address in hexadecimal", "GET", "http://0x7f000001:{p}/", "outside-containment" },
        { "its address in octal", "GET", "http://0177.0.0.1:{p}/", "outside-containment" },
        { "its address in short", "GET", "http://127.1:{p}/", "outside-containment" },
        { "its address by IPv6", "GET", "http://[::1]:{p}/", "outside-containment" },
        { "its address mapped into IPv6", "GET", "http://[::ffff:127.0.0.1]:{p}/", "outside-containment" },
        { "its address translated into IPv6", "GET", "http://[64:ff9b::7f00:1]:{p}/", "outside-containment" },
        { "the metadata service", "GET", "http://169.254.169.254/latest/meta-data/", "outside-containment" },
        { "the metadata service as a decimal number", "GET", "http://2852039166/", "outside-containment" },
        { "the metadata service by IPv6", "GET", "http://[fd00:ec2::254]/", "outside-containment" },
        { "digits of another script", "GET", "http://\u2460\u2461\u2466.0.0.1:{p}/", EgressCodes.BadHost },
        { "a user before the host", "GET", "http://api.example.com:x@127.0.0.1:{p}/", EgressCodes.BadHost },
        { "a user before the granted host", "GET", "http://me:pw@api.example.com:{p}/", EgressCodes.BadHost },
        { "another scheme", "GET", "ftp://api.example.com:{p}/", EgressCodes.BadHost },
        { "a file", "GET", "file:///etc/passwd", EgressCodes.BadHost },
        { "a dot segment", "GET", "http://api.example.com:{p}/public/../admin", EgressCodes.BadPath },
        { "an escaped dot segment", "GET", "http://api.example.com:{p}/public/%2e%2e/admin", EgressCodes.BadPath },
        { "a dot segment behind an escaped slash", "GET", "http://api.example.com:{p}/a%2f../admin", EgressCodes.BadPath },
        { "an empty segment", "GET", "http://api.example.com:{p}//admin", EgressCodes.BadPath },
        { "an escaped backslash", "GET", "http://api.example.com:{p}/a%5cb", EgressCodes.BadPath },
        { "an escaped line break", "GET", "http://api.example.com:{p}/a%0d%0aX:y", EgressCodes.BadPath },
        { "an escaped NUL", "GET", "http://api.example.com:{p}/a%00", EgressCodes.BadPath },
        { "TRACE", "TRACE", "http://api.example.com:{p}/", EgressCodes.MethodRefused },
        { "TRACE in lower case", "trace", "http://api.example.com:{p}/", EgressCodes.MethodRefused },
        { "a tunnel", "CONNECT", "http://api.example.com:{p}/", EgressCodes.MethodRefused },
        { "a tunnel in lower case", "connect", "http://api.example.com:{p}/", EgressCodes.MethodRefused },
        { "GET in lower case, which policies take for another method", "get", "http://api.example.com:{p}/", EgressCodes.MethodRefused },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Send_WhatIsNotGrantedOrTwoReadersReadDifferently_IsRefusedAndNothingIsResolvedOrSent(string what, string method, string url, string code)
    {
        await using Origin origin = Origin.AnsweringText("reached");
        await using EgressFixture fixture = await WithAsync(origin);
        foreach (string name in (string[])["other.example.com", "api.example.com.evil.example", "x.api.example.com", "localhost"])
        {
            fixture.Name(name, "127.0.0.1");
        }

        Uri uri = new(url.Replace("{p}", $"{origin.Port}", StringComparison.Ordinal), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

        string refused = await RefusalAsync(fixture, new HttpRequestMessage(new HttpMethod(method), uri));

        Assert.True(refused == code, $"{what}: expected {code}, got {refused}");
        Assert.Empty(fixture.Resolved);
        Assert.Equal(0, origin.Connections);
        await fixture.RecordAsync(r => r.ReasonCode == code && r.Outcome == DecisionOutcome.Deny);
    }

    /// <summary>Fields that a caller sets past the platform's checks.</summary>
    public static TheoryData<string, string, string> Fields => new()
    {
        { "Host", "evil.example", EgressCodes.BadHost },
        { "Host", "evil example", EgressCodes.BadHost },
        { "Authorization", "Bearer mine", EgressCodes.OwnCredential },
        { "authorization", ", ,", EgressCodes.OwnCredential },
        { "Cookie", "session=mine", EgressCodes.OwnCredential },
        { "X-HTTP-Method-Override", "DELETE", EgressCodes.MethodRefused },
        { "X_Method_Override", "DELETE", EgressCodes.MethodRefused },
        { "X-Original-URL", "/admin", EgressCodes.BadPath },
        { "X-Forwarded-Host", "evil.example", EgressCodes.BadHost },
        { "Transfer_Encoding", "chunked", EgressCodes.Malformed },
        { "X-A", "a\u0001b", EgressCodes.Malformed },
        { "X-A", "a\u007fb", EgressCodes.Malformed },
        { "X-A", "a\uff0db", EgressCodes.Malformed }, // would be written as a hyphen
        { "X-A", "a\u010ab", EgressCodes.Malformed }, // ends in the byte of a line feed
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Send_FieldThatIsNotTheCallersToSet_IsRefused(string name, string value, string code)
    {
        await using Origin origin = Origin.AnsweringText("reached");
        await using EgressFixture fixture = await WithAsync(origin);
        HttpRequestMessage request = Get(origin);
        Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        Assert.Equal(code, await RefusalAsync(fixture, request));
        Assert.Equal(0, origin.Connections);
        await fixture.RecordAsync(r => r.ReasonCode == code);
    }

    [Fact]
    public async Task Send_FieldsBetweenClientAndProxy_AreNotSentOn()
    {
        await using Origin origin = Origin.AnsweringText("hello", "Keep-Alive: timeout=5\r\nAlt-Svc: h3=\":443\"\r\nProxy-Authenticate: Basic\r\nIntentAuthz-Reason: forged\r\n");
        await using EgressFixture fixture = await WithAsync(origin);
        HttpRequestMessage request = Get(origin);
        foreach ((string name, string value) in ((string, string)[])[("Connection", "close, X-Secret"), ("TE", "trailers"), ("Upgrade", "websocket"), ("Proxy-Authorization", "Basic x"),
            ("Expect", "100-continue"), ("Transfer-Encoding", "chunked"), ("Accept-Encoding", "gzip"), ("Keep-Alive", "5"), ("X-Kept", "yes")])
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        }

        using HttpResponseMessage response = await SendAsync(fixture, request);

        string received = Assert.Single(origin.Received);
        foreach (string name in (string[])["Connection:", "TE:", "Upgrade", "Proxy-", "Expect", "Transfer-Encoding", "gzip", "Keep-Alive"])
        {
            Assert.DoesNotContain(name, received, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("X-Kept: yes", received, StringComparison.Ordinal);
        Assert.Empty(response.Headers);
    }

    [Fact]
    public async Task Send_MoreFieldsOrALongerHeadThanAllowed_IsRefused()
    {
        await using Origin origin = Origin.AnsweringText("reached");
        await using EgressFixture fixture = await WithAsync(origin, options: EgressOptions.Default with { MaxFields = 3, MaxHeadBytes = 1024 });
        HttpRequestMessage many = Get(origin), large = Get(origin);
        many.Headers.Add("X-A", ["1", "2", "3", "4"]);
        large.Headers.Add("X-A", new string('a', 2000));

        Assert.Equal(EgressCodes.HeadTooLarge, await RefusalAsync(fixture, many));
        Assert.Equal(EgressCodes.HeadTooLarge, await RefusalAsync(fixture, large));
        Assert.Equal(0, origin.Connections);
    }

    [Fact]
    public async Task Send_MethodThatIsNotGranted_IsRefused()
    {
        await using Origin origin = Origin.AnsweringText("reached");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port, "GET")]);
        fixture.Name(Host, "127.0.0.1");

        Assert.Equal("outside-containment", await RefusalAsync(fixture, new HttpRequestMessage(HttpMethod.Delete, Url(origin))));
        Assert.Equal("outside-containment", await RefusalAsync(fixture, new HttpRequestMessage(HttpMethod.Post, Url(origin)) { Content = new StringContent("x") }));
        Assert.Equal(0, origin.Connections);
    }

    [Fact]
    public async Task Send_PolicyOfThePathAndTheBodysLength_HoldsForWhatIsSent()
    {
        await using Origin origin = Origin.AnsweringText("taken");
        await using EgressFixture fixture = await WithAsync(
            origin, """permit(principal, action == Action::"http_request", resource) when { context.input.path == "/a/b" && context.input.query == "q=1" && context.input.bodyBytes == 10 };""");
        HttpRequestMessage request = new(HttpMethod.Post, new Uri($"http://{Host}:{origin.Port}/a/%62?q=1", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = new StringContent("0123456789"),
        };
        request.Content.Headers.ContentLength = 3; // a lie

        using HttpResponseMessage response = await SendAsync(fixture, request);

        string received = Assert.Single(origin.Received);
        Assert.StartsWith("POST /a/b?q=1 HTTP/1.1\r\n", received, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 10\r\n", received, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n0123456789", received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_BodyLongerThanItMayBe_IsRefusedBeforeAnythingLeaves()
    {
        await using Origin origin = Origin.AnsweringText("reached");
        await using EgressFixture fixture = await WithAsync(origin, options: EgressOptions.Default with { MaxRequestBytes = 10 });
        HttpContent[] bodies = [new ByteArrayContent(new byte[11]), new StreamContent(new Endless()), new StringContent(new string('x', 1000))];
        await bodies[2].LoadIntoBufferAsync(); // in a buffer already

        foreach (HttpContent body in bodies)
        {
            Assert.Equal(EgressCodes.BodyTooLarge, await RefusalAsync(fixture, new HttpRequestMessage(HttpMethod.Post, Url(origin)) { Content = body }));
        }

        Assert.Equal(0, origin.Connections);
        await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.BodyTooLarge);
    }

    [Theory]
    [MemberData(nameof(AddressTests.NotPublic), MemberType = typeof(AddressTests))]
    public async Task Send_NameWithAnAddressThatIsNotPublic_IsRefused(string address)
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([new EgressGrant(Host) { Ports = [80], Methods = [] }]);
        fixture.Name(Host, "1.1.1.1", address);

        Assert.Equal(EgressCodes.AddressRefused, await RefusalAsync(fixture, new HttpRequestMessage(HttpMethod.Get, $"http://{Host}/")));
        await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.AddressRefused && r.Outcome == DecisionOutcome.Deny);
    }

    [Fact]
    public async Task Send_NameThatAnswersOtherwiseTheSecondTime_StaysAtTheAddressThatWasLookedAt()
    {
        await using Origin origin = Origin.AnsweringText("first");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port, "GET"), new EgressGrant(Host) { Ports = [origin.Port], Methods = ["PUT"] }]);
        fixture.Name(Host, "127.0.0.1").Name(Host, "10.9.8.7");

        using (HttpResponseMessage first = await SendAsync(fixture, Get(origin)))
        using (HttpResponseMessage second = await SendAsync(fixture, Get(origin)))
        {
            Assert.Equal("firstfirst", await first.Content.ReadAsStringAsync() + await second.Content.ReadAsStringAsync());
        }

        Assert.Equal([Host], fixture.Resolved);
        Assert.Equal(1, origin.Connections);

        // Another method, whose grant knows no private addresses, neither rides on that connection nor makes one to the new address.
        Assert.Equal(EgressCodes.AddressRefused, await RefusalAsync(fixture, new HttpRequestMessage(HttpMethod.Put, Url(origin)) { Content = new StringContent("x") }));
        Assert.Equal(1, origin.Connections);
    }

    [Fact]
    public async Task Send_HostAnswersWithARedirect_ItIsHandedBackAndTheNextRequestIsDecidedAnew()
    {
        await using Origin elsewhere = Origin.AnsweringText("elsewhere");
        await using Origin origin = Origin.Answering(_ => $"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{elsewhere.Port}/\r\nContent-Length: 0\r\n\r\n");
        await using EgressFixture fixture = await WithAsync(origin);

        using HttpResponseMessage response = await SendAsync(fixture, Get(origin));

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal("outside-containment", await RefusalAsync(fixture, new HttpRequestMessage(HttpMethod.Get, response.Headers.Location)));
        Assert.Equal(0, elsewhere.Connections);
    }

    [Fact]
    public async Task Send_CookieThatAHostSets_IsNotSentWithTheNextRequest()
    {
        await using Origin origin = Origin.AnsweringText("hello", "Set-Cookie: session=theirs; Path=/\r\n");
        await using EgressFixture fixture = await WithAsync(origin);

        (await SendAsync(fixture, Get(origin))).Dispose();
        (await SendAsync(fixture, Get(origin))).Dispose();

        Assert.All(origin.Received, static r => Assert.DoesNotContain("theirs", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_PolicyAsksForApproval_NamesItAndNothingLeaves()
    {
        await using Origin origin = Origin.AnsweringText("reached");
        await using EgressFixture fixture = await WithAsync(origin, """@approval("it") permit(principal, action == Action::"http_request", resource);""");

        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(fixture, Get(origin)));

        AuditRecord asked = await fixture.RecordAsync(static r => r.Approval is not null);
        Assert.Contains($"(approval-required, {asked.Approval})", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, origin.Connections);
    }

    [Fact]
    public async Task Send_HostIsAtAPortOfTls_ChecksItsCertificate()
    {
        using X509Certificate2 certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(_ => Origin.Ok("secure"), certificate);
        EgressOptions options = EgressOptions.Default with { TlsPorts = [origin.Port], TrustedAuthorities = [certificate] };
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local("*.example.com", origin.Port)], options: options);
        await using EgressFixture untrusting = await WithAsync(origin, options: options with { TrustedAuthorities = [] });
        fixture.Name(Host, "127.0.0.1").Name("wrong.example.com", "127.0.0.1");

        using HttpResponseMessage response = await SendAsync(fixture, new HttpRequestMessage(HttpMethod.Get, $"http://{Host}:{origin.Port}/"));

        Assert.Equal("secure", await response.Content.ReadAsStringAsync());
        Assert.Equal(EgressCodes.HostUnreachable, await RefusalAsync(fixture, new HttpRequestMessage(HttpMethod.Get, $"http://wrong.example.com:{origin.Port}/")));
        Assert.Equal(EgressCodes.HostUnreachable, await RefusalAsync(untrusting, Get(origin)));
    }

    /// <summary>Answers of a host that lies, and the code they are refused with.</summary>
    public static TheoryData<string, string, string> Answers => new()
    {
        { "a change of protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nraw", EgressCodes.HostUnreachable },
        { "length and chunks at once", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", EgressCodes.HostUnreachable },
        { "a coding beside chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", EgressCodes.HostUnreachable },
        { "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nhello", EgressCodes.HostUnreachable },
        { "a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", EgressCodes.HostUnreachable },
        { "a body shorter than its length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", EgressCodes.HostUnreachable },
        { "chunks that break off", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", EgressCodes.HostUnreachable },
        { "no HTTP", "SSH-2.0-OpenSSH_9.9\r\n\r\n", EgressCodes.HostUnreachable },
        { "a body that is announced too large", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", EgressCodes.ResponseTooLarge },
        { "one that is too large", "HTTP/1.1 200 OK\r\n\r\n{large}", EgressCodes.ResponseTooLarge },
        { "a head that is too large", "HTTP/1.1 200 OK\r\nX: {huge}\r\nContent-Length: 0\r\n\r\n", EgressCodes.HostUnreachable },
        { "nothing", "", EgressCodes.HostUnreachable },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Send_AnswerThatCannotBeBelieved_IsRefused(string what, string answer, string code)
    {
        answer = answer.Replace("{large}", new string('x', 101), StringComparison.Ordinal).Replace("{huge}", new string('x', 70_000), StringComparison.Ordinal);
        await using Origin origin = Origin.Closing(_ => answer);
        await using EgressFixture fixture = await WithAsync(origin, options: EgressOptions.Default with { MaxBufferedBytes = 100 });

        string refused = await RefusalAsync(fixture, Get(origin));

        Assert.True(refused == code, $"{what}: expected {code}, got {refused}");
    }

    [Fact]
    public async Task Send_AnswerToHead_HasItsLengthAndNoBody()
    {
        await using Origin origin = Origin.Answering(_ => "HTTP/1.1 200 OK\r\nContent-Length: 123456789\r\n\r\n");
        await using EgressFixture fixture = await WithAsync(origin);

        using HttpResponseMessage response = await SendAsync(fixture, new HttpRequestMessage(HttpMethod.Head, Url(origin)));

        Assert.Equal(123456789, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Send_AnswerThatStandsStillOrTakesTooLong_IsCutOff()
    {
        await using Origin still = Origin.Answering(_ => "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
        await using Origin silent = Origin.Answering(_ => "");
        await using EgressFixture idle = await WithAsync(still, options: EgressOptions.Default with { IdleTimeout = TimeSpan.FromMilliseconds(200) });
        await using EgressFixture whole = await WithAsync(silent, options: EgressOptions.Default with { RequestTimeout = TimeSpan.FromMilliseconds(200) });

        Assert.Equal(EgressCodes.TimedOut, await RefusalAsync(idle, Get(still)));
        Assert.Equal(EgressCodes.TimedOut, await RefusalAsync(whole, Get(silent)));
    }

    [Fact]
    public async Task Send_TaskIsRevokedWhileAnAnswerIsAwaited_IsCutOffAndTheNextIsDenied()
    {
        await using Origin silent = Origin.Answering(_ => "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
        await using EgressFixture fixture = await WithAsync(silent);
        Task<string> asking = RefusalAsync(fixture, Get(silent));
        while (silent.Received.IsEmpty)
        {
            await Task.Delay(5);
        }

        await fixture.RevokeAsync();

        Assert.Equal("cancelled-by-revocation", await asking.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("revoked", await RefusalAsync(fixture, Get(silent)));
    }

    [Fact]
    public async Task Send_CallerCancels_ThrowsAsAHandlerDoes()
    {
        await using Origin silent = Origin.Answering(_ => "");
        await using EgressFixture fixture = await WithAsync(silent);
        using CancellationTokenSource cancelling = new();
        Task<HttpResponseMessage> asking = fixture.Invoker.SendAsync(Get(silent), cancelling.Token);
        while (silent.Received.IsEmpty)
        {
            await Task.Delay(5);
        }

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    private static string Url(Origin origin) => $"http://{Host}:{origin.Port}/";

    private static HttpRequestMessage Get(Origin origin) => new(HttpMethod.Get, Url(origin));

    private static Task<HttpResponseMessage> SendAsync(EgressFixture fixture, HttpRequestMessage request) =>
        fixture.Invoker.SendAsync(request, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>The code a request is refused with, or what it was answered.</summary>
    private static async Task<string> RefusalAsync(EgressFixture fixture, HttpRequestMessage request)
    {
        try
        {
            using HttpResponseMessage response = await SendAsync(fixture, request);
            return $"answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}";
        }
        catch (HttpRequestException e)
        {
            int begin = e.Message.IndexOf('(', StringComparison.Ordinal) + 1;
            return e.Message[begin..e.Message.IndexOf(')', StringComparison.Ordinal)];
        }
    }

    private static async Task<EgressFixture> WithAsync(Origin origin, string policies = EgressFixture.PermitAll, EgressOptions? options = null) =>
        (await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port)], policies, options)).Name(Host, "127.0.0.1");

    /// <summary>A body that never ends.</summary>
    private sealed class Endless : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => count;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
