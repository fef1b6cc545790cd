using System.Net.Sockets;
using System.Text;

namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>Where one message ends and the next begins, on both sides of the proxy: old versions, chunks, pipelines, answers that lie, and slowness.</summary>
public sealed class FramingTests
{
    private const string Host = "api.example.com";

    [Fact]
    public async Task Request_OfHttp10_IsForwardedAndTheConnectionEndsWithTheAnswer()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await WithAsync(origin);

        string get = await fixture.SendAsync($"GET http://{Host}:{origin.Port}/ HTTP/1.0\r\n\r\n");
        string post = await fixture.SendAsync($"POST http://{Host}:{origin.Port}/ HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc");

        Assert.EndsWith("Connection: close\r\n\r\nhello", get, StringComparison.Ordinal);
        Assert.EndsWith("Connection: close\r\n\r\nhello", post, StringComparison.Ordinal);
        Assert.All(origin.Received, r => Assert.Contains($"Host: {Host}:{origin.Port}\r\n", r, StringComparison.Ordinal));
        Assert.EndsWith("\r\n\r\nabc", origin.Received.Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")]
    public async Task Answer_ThatEndsWithItsConnection_IsInChunksForHttp11AndEndsTheConnectionForHttp10(string answer)
    {
        await using Origin origin = Origin.Closing(_ => answer);
        await using EgressFixture fixture = await WithAsync(origin);

        string now = await fixture.GetAsync($"http://{Host}:{origin.Port}/");
        string old = await fixture.SendAsync($"GET http://{Host}:{origin.Port}/ HTTP/1.0\r\n\r\n");

        Assert.EndsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n", now, StringComparison.Ordinal);
        Assert.EndsWith("Connection: close\r\n\r\nhello", old, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", old, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Answer_ToHttp10CutOffByARevocation_EndsWithAResetSoThatItIsNotTakenForTheWhole()
    {
        await using Origin origin = Origin.Answering(_ => "HTTP/1.1 200 OK\r\n\r\nhello");
        await using EgressFixture fixture = await WithAsync(origin);
        using Socket socket = await fixture.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET http://{Host}:{origin.Port}/ HTTP/1.0\r\n\r\n"));
        Assert.EndsWith("hello", await EgressFixture.ReadUntilAsync(socket, "hello"), StringComparison.Ordinal);

        await fixture.RevokeAsync();

        Assert.Equal("[reset]", await EgressFixture.ReadToEndAsync(socket));
    }

    [Fact]
    public async Task Close_AskedForByTheHost_EndsTheHostsConnectionAndNotTheClients()
    {
        await using Origin origin = Origin.Closing(_ => Origin.Ok("hello", "Connection: close\r\n"));
        await using EgressFixture fixture = await WithAsync(origin);

        string answers = await fixture.SendAsync(Get(origin, "/1") + Get(origin, "/2", "Connection: close\r\n"));

        Assert.Equal(2, Count(answers, "HTTP/1.1 200"));
        Assert.Equal(1, Count(answers, "Connection: close"));
        Assert.Equal(2, origin.Connections);
    }

    [Fact]
    public async Task Chunks_BothWays_ArriveWholeAndWithoutTrailers()
    {
        await using Origin origin = Origin.Answering(static request =>
            $"HTTP/1.1 200 OK\r\nTrailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nyou\r\n4\r\n sai\r\n2\r\nd \r\n5\r\n{request[^5..]}\r\n0\r\nX-Late: forged\r\n\r\n");
        await using EgressFixture fixture = await WithAsync(origin);

        string answer = await fixture.SendAsync(
            $"POST http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");

        Assert.Equal("you said hello", Unchunked(answer));
        Assert.DoesNotContain("X-Late", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Pipeline_OfRequestsWithBodies_IsAnsweredInOrderEachDecided()
    {
        await using Origin origin = Origin.Answering(static request => Origin.Ok(request.Split(' ')[1]));
        await using EgressFixture fixture = await WithAsync(origin, """permit(principal, action == Action::"http_request", resource) when { context.input.path != "/3" };""");
        string Post(string path, string fields, string body) => $"POST http://{Host}:{origin.Port}{path} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n{fields}\r\n{body}";

        string answers = await fixture.SendAsync(
            Post("/1", "Content-Length: 3\r\n", "abc") + Post("/2", "Transfer-Encoding: chunked\r\n", "3\r\ndef\r\n0\r\n\r\n") + Get(origin, "/3") + Get(origin, "/4", "Connection: close\r\n"));

        string[] bodies = [.. answers.Split("HTTP/1.1 ").Skip(1).Select(static a => a[(a.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..])];
        Assert.Equal(4, bodies.Length);
        Assert.Equal(["/1", "/2", "/4"], [bodies[0], bodies[1], bodies[3]]);
        Assert.Contains("no-permit", bodies[2], StringComparison.Ordinal);
        Assert.Equal(3, origin.Received.Count);
    }

    [Theory]
    [InlineData("/denied", "", "no-permit")]
    [InlineData("/ok", "Authorization: Bearer mine\r\n", "own-credential")]
    [InlineData("/denied", "Expect: 100-continue\r\n", "no-permit")]
    public async Task Body_OfARefusedRequest_IsNotReadAsTheNextRequest(string path, string fields, string code)
    {
        await using Origin origin = Origin.AnsweringText("reached");
        await using EgressFixture fixture = await WithAsync(origin, """permit(principal, action == Action::"http_request", resource) when { context.input.path == "/ok" };""");
        string hidden = Get(origin, "/ok");

        string answer = await fixture.SendAsync($"POST http://{Host}:{origin.Port}{path} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n{fields}Content-Length: {hidden.Length}\r\n\r\n{hidden}");

        Assert.Equal(1, Count(answer, "HTTP/1.1 "));
        Assert.Contains($"IntentAuthz-Reason: {code}\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("100 Continue", answer, StringComparison.Ordinal);
        Assert.Empty(origin.Received);
    }

    [Theory]
    [InlineData("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}", "length and chunks at once")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{chunk}", "chunks and length at once")]
    [InlineData("Content-Length: 2\r\nContent-Length: {n}\r\n\r\n{plain}", "two lengths")]
    [InlineData("Content-Length: 2, {n}\r\n\r\n{plain}", "a list of lengths")]
    [InlineData("Content-Length: 2\r\n\r\n{plain}", "more than its length")]
    [InlineData("Content-Length : 2\r\n\r\n{plain}", "a blank before the colon")]
    [InlineData("X-A: b\r\n Content-Length: 2\r\n\r\n{plain}", "a folded length")]
    public async Task Answer_ThatHidesAnotherBehindIt_NeverAnswersTheNextRequest(string rest, string what)
    {
        const string Forged = "okHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
        string lie = "HTTP/1.1 200 OK\r\n" + rest.Replace("{chunk}", $"{Forged.Length:x}\r\n{Forged}\r\n0\r\n\r\n", StringComparison.Ordinal)
            .Replace("{plain}", Forged, StringComparison.Ordinal).Replace("{n}", $"{Forged.Length}", StringComparison.Ordinal);
        await using Origin liar = Origin.Closing(_ => lie);
        await using Origin honest = Origin.AnsweringText("honest");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, liar.Port), EgressFixture.Local(Host, honest.Port)]);
        fixture.Name(Host, "127.0.0.1");

        string answers = await fixture.SendAsync(Get(liar, "/1") + Get(honest, "/2", "Connection: close\r\n"));

        // What the liar sent may come as the body of its own answer, within the length that the proxy gives it; read as a client does, no answer is forged.
        Assert.DoesNotContain("forged", Bodies(answers).Skip(1));
        Assert.True(Bodies(answers).Length == 1 || Bodies(answers)[1] == "honest", $"{what}: {answers}");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 Fine\nX-A: b\nContent-Length: 2\n\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: b\r\n folded\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: b\rSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 O\rK\r\nX-A: \u0001\0\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    public async Task Answer_LooselyWritten_IsWrittenStrictlyOrRefused(string loose)
    {
        await using Origin origin = Origin.Closing(_ => loose);
        await using EgressFixture fixture = await WithAsync(origin);

        string answer = await fixture.GetAsync($"http://{Host}:{origin.Port}/");

        string head = answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        Assert.True(answer.StartsWith("HTTP/1.1 200 OK\r\n", StringComparison.Ordinal) || head.Contains("IntentAuthz-Reason: host-unreachable", StringComparison.Ordinal), answer);
        string[] lines = head.Split("\r\n");
        Assert.All(lines, static l => Assert.True(l.Length > 0 && l[0] is not (' ' or '\t') && !l.Any(char.IsControl), $"A line is not written strictly: '{l}'."));
        Assert.DoesNotContain(lines, static l => l.StartsWith("Set-Cookie", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(1, Count(answer, "HTTP/1.1 "));
    }

    [Theory]
    [MemberData(nameof(EgressHandlerTests.Answers), MemberType = typeof(EgressHandlerTests))]
    public async Task Answer_ThatCannotBeBelieved_IsRefusedOrEndsWithAReset(string what, string answer, string code)
    {
        answer = answer.Replace("{large}", new string('x', 101), StringComparison.Ordinal).Replace("{huge}", new string('x', 70_000), StringComparison.Ordinal);
        await using Origin origin = Origin.Closing(_ => answer);
        await using EgressFixture fixture = await WithAsync(origin, options: EgressOptions.Default with { MaxResponseBytes = 100 });

        string got = await fixture.GetAsync($"http://{Host}:{origin.Port}/");

        Assert.True(got.Contains($"IntentAuthz-Reason: {code}\r\n", StringComparison.Ordinal) || got.EndsWith("[reset]", StringComparison.Ordinal), $"{what}: {got}");
        if (code == EgressCodes.ResponseTooLarge)
        {
            await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.ResponseTooLarge);
        }
    }

    [Fact]
    public async Task Host_ThatStopsWithinItsAnswer_IsCutOff()
    {
        await using Origin origin = Origin.Answering(_ => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
        await using EgressFixture fixture = await WithAsync(origin, options: EgressOptions.Default with { IdleTimeout = TimeSpan.FromMilliseconds(200) });

        Assert.EndsWith("hello[reset]", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_ThatNeverAnswers_IsGivenUpAfterTheTimeOfARequest()
    {
        await using Origin origin = Origin.Answering(_ => "");
        await using EgressFixture fixture = await WithAsync(origin, options: EgressOptions.Default with { RequestTimeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal("[reset]", await fixture.GetAsync($"http://{Host}:{origin.Port}/").WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Client_ThatTricklesItsBody_IsEndedAfterTheTimeOfARequestThoughItNeverStandsStill()
    {
        await using Origin origin = Origin.AnsweringText("taken");
        await using EgressFixture fixture = await WithAsync(origin, options: EgressOptions.Default with { RequestTimeout = TimeSpan.FromMilliseconds(500) });
        using Socket socket = await fixture.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nContent-Length: 1000000\r\n\r\n"));
        Task<string> reading = EgressFixture.ReadToEndAsync(socket);

        await FeedAsync(socket, reading, "x");

        Assert.DoesNotContain("200", await reading, StringComparison.Ordinal);
        Assert.Empty(origin.Received);
    }

    [Fact]
    public async Task Client_ThatTricklesChunks_IsEndedToo()
    {
        await using Origin origin = Origin.AnsweringText("taken");
        await using EgressFixture fixture = await WithAsync(origin, options: EgressOptions.Default with { RequestTimeout = TimeSpan.FromMilliseconds(500) });
        using Socket socket = await fixture.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nTransfer-Encoding: chunked\r\n\r\n"));
        Task<string> reading = EgressFixture.ReadToEndAsync(socket);

        await FeedAsync(socket, reading, "1\r\nx\r\n");

        Assert.DoesNotContain("200", await reading, StringComparison.Ordinal);
        Assert.Equal(0, origin.Connections);
    }

    [Fact]
    public async Task Client_ThatDoesNotReadItsAnswer_IsEnded()
    {
        const int Length = 32 * 1024 * 1024; // more than the sockets between them hold
        string body = new('x', Length);
        await using Origin origin = Origin.AnsweringText(body);
        await using EgressFixture fixture = await WithAsync(origin, options: EgressOptions.Default with { IdleTimeout = TimeSpan.FromMilliseconds(300) });
        using Socket socket = await fixture.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(Get(origin, "/")));

        await fixture.RecordAsync(static r => r.Kind == AuditKind.Outcome && r.Tool == EgressTools.Read);

        string got = await EgressFixture.ReadToEndAsync(socket);
        Assert.True(got.Length < Length && got.EndsWith("[reset]", StringComparison.Ordinal), $"The client got {got.Length} bytes and no reset.");
    }

    [Fact]
    public async Task Connection_WithoutARequest_EndsWithoutAnAnswer()
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, 80)], options: EgressOptions.Default with { HeadTimeout = TimeSpan.FromMilliseconds(200) });
        using Socket socket = await fixture.ConnectAsync();

        Assert.Equal("", await EgressFixture.ReadToEndAsync(socket).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <summary>Sends a piece again and again until the other side ends the connection.</summary>
    private static async Task FeedAsync(Socket socket, Task<string> reading, string piece)
    {
        try
        {
            while (!reading.IsCompleted)
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes(piece));
                await Task.Delay(10);
            }
        }
        catch (SocketException)
        {
            // Ended.
        }
    }

    private static string Get(Origin origin, string path, string fields = "") => $"GET http://{Host}:{origin.Port}{path} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n{fields}\r\n";

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    /// <summary>The bodies of answers one after the other, as a client reads them.</summary>
    private static string[] Bodies(string answers)
    {
        List<string> bodies = [];
        while (answers.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
        {
            int begin = answers.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            string head = answers[..begin];
            if (head.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal))
            {
                bodies.Add(Unchunked(answers));
                int end = answers.IndexOf("\r\n0\r\n\r\n", begin, StringComparison.Ordinal);
                answers = end < 0 ? "" : answers[(end + 7)..];
                continue;
            }

            int at = head.IndexOf("Content-Length: ", StringComparison.Ordinal) + 16;
            int length = Math.Min(int.Parse(head[at..head.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture), answers.Length - begin);
            bodies.Add(answers.Substring(begin, length));
            answers = answers[(begin + length)..];
        }

        return [.. bodies];
    }

    private static string Unchunked(string answer)
    {
        StringBuilder body = new();
        for (int at = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4; at < answer.Length;)
        {
            int end = answer.IndexOf("\r\n", at, StringComparison.Ordinal);
            int size = Convert.ToInt32(answer[at..end], 16);
            if (size == 0)
            {
                break;
            }

            body.Append(answer, end + 2, size);
            at = end + 2 + size + 2;
        }

        return body.ToString();
    }

    private static async Task<EgressFixture> WithAsync(Origin origin, string policies = EgressFixture.PermitAll, EgressOptions? options = null) =>
        (await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port)], policies, options)).Name(Host, "127.0.0.1");
}
