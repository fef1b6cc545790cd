using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>What goes through a tunnel, and what closes it.</summary>
public sealed class TunnelTests
{
    private const string Host = "api.example.com";

    [Theory]
    [InlineData("other.example.com")]
    [InlineData("api.example.com.evil.example")]
    public async Task Tls_NamingAnotherHost_ClosesTheTunnelBeforeTheHostHearsOfIt(string name)
    {
        using var certificate = Origin.CertificateFor(Host);
        await using Origin origin = Origin.Secure(_ => Origin.Ok("through"), certificate);
        await using EgressFixture fixture = await CreateAsync(origin.Port);
        using Socket socket = await TunnelAsync(fixture, origin.Port);
        await using SslStream tls = new(new NetworkStream(socket), false, (_, c, _, _) => c!.GetCertHashString() == certificate.GetCertHashString());

        Exception? failure = await Record.ExceptionAsync(() => tls.AuthenticateAsClientAsync(name).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.True(failure is IOException or AuthenticationException or SocketException, $"The handshake came to {failure?.GetType().Name ?? "its end"}.");
        Assert.Empty(origin.Received);
        AuditRecord record = await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.OtherServerName);
        Assert.Equal((DecisionOutcome.Deny, EgressTools.Tunnel), (record.Outcome, record.Tool));
    }

    [Fact]
    public async Task Tls_HelloCutIntoRecordsAndPieces_IsReadAllTheSame()
    {
        byte[] hello = Hello("other.example.com");
        byte[] cut = [22, 3, 1, 0, 3, .. hello[5..8], 22, 3, 1, (byte)((hello.Length - 8) >> 8), (byte)((hello.Length - 8) & 255), .. hello[8..]];

        Assert.Equal((ClientHello.Outcome.Read, "other.example.com"), ClientHello.Read(hello));
        Assert.Equal((ClientHello.Outcome.Read, "other.example.com"), ClientHello.Read(cut));
        for (int i = 0; i < cut.Length; i++)
        {
            Assert.Equal(ClientHello.Outcome.Incomplete, ClientHello.Read(cut.AsSpan(0, i)).Outcome);
        }

        await using Listener listener = new();
        await using EgressFixture fixture = await CreateAsync(listener.Port);
        using Socket socket = await TunnelAsync(fixture, listener.Port);
        foreach (byte[] piece in cut.Chunk(7))
        {
            await socket.SendAsync(piece);
            await Task.Delay(1);
        }

        Assert.Contains("[reset]", await EgressFixture.ReadToEndAsync(socket) + "[reset]", StringComparison.Ordinal);
        Assert.Equal("", await listener.Received.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Hello_ChangedAnywhere_IsNeverMoreThanUnreadable()
    {
        byte[] hello = Hello(Host);
        for (int at = 0; at < hello.Length; at++)
        {
            foreach (byte value in new byte[] { 0, 1, 127, 255 })
            {
                byte[] changed = [.. hello];
                changed[at] = value;
                (ClientHello.Outcome outcome, string? name) = ClientHello.Read(changed);
                Assert.True(outcome != ClientHello.Outcome.Read || name is null || name.Length == Host.Length, $"A byte changed at {at} gave '{name}'.");
            }
        }
    }

    [Fact]
    public async Task Tunnel_OneSideIsDone_CarriesTheOtherToItsEnd()
    {
        await using Listener listener = new("answer after the end");
        await using EgressFixture fixture = await CreateAsync(listener.Port);
        using Socket socket = await TunnelAsync(fixture, listener.Port);
        await socket.SendAsync("not tls"u8.ToArray());

        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("answer after the end", await EgressFixture.ReadToEndAsync(socket));
        Assert.Equal("not tls", await listener.Received.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Tunnel_MoreBytesThanAllowed_IsClosed()
    {
        await using Listener listener = new("x");
        await using EgressFixture fixture = await CreateAsync(listener.Port, EgressOptions.Default with { MaxTunnelBytes = 1000 });
        using Socket socket = await TunnelAsync(fixture, listener.Port);

        await socket.SendAsync(new byte[999]);
        await socket.SendAsync(new byte[999]);

        _ = await EgressFixture.ReadToEndAsync(socket).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True((await listener.Received.WaitAsync(TimeSpan.FromSeconds(30))).Length <= 1000, "More than the limit went through.");
    }

    [Fact]
    public async Task Tunnel_LongerThanAllowed_IsClosed()
    {
        await using Listener listener = new();
        await using EgressFixture fixture = await CreateAsync(listener.Port, EgressOptions.Default with { TunnelTimeout = TimeSpan.FromMilliseconds(300) });
        using Socket socket = await TunnelAsync(fixture, listener.Port);

        Assert.Equal("[reset]", await EgressFixture.ReadToEndAsync(socket).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Request_ThatCannotBeRead_IsADenialOfThatReason()
    {
        await using Listener listener = new();
        await using EgressFixture fixture = await CreateAsync(listener.Port);

        Assert.Contains("malformed-request", await fixture.SendAsync($"GET http://{Host}/ HTTP/1.1\nHost: {Host}\n\n\r\n\r\n"), StringComparison.Ordinal);

        AuditRecord record = await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.Malformed);
        Assert.Equal((DecisionOutcome.Deny, EgressTools.Write), (record.Outcome, record.Tool));
        Assert.DoesNotContain(Host, record.Explanation, StringComparison.Ordinal); // nothing of what was sent
    }

    [Fact]
    public async Task Request_RefusedThoughItCouldBeRead_IsADenialThatNamesItsOrigin()
    {
        await using Listener listener = new();
        await using EgressFixture fixture = await CreateAsync(listener.Port);

        await fixture.GetAsync($"http://{Host}:{listener.Port}/a?secret=b", "Authorization: Bearer mine\r\n");

        AuditRecord record = await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.OwnCredential);
        Assert.Equal((DecisionOutcome.Deny, EgressTools.Read), (record.Outcome, record.Tool));
        Assert.Contains($"GET http://{Host}:{listener.Port} ", record.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", record.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_AddressIsRefusedAfterThePermit_IsADenialOfItsOwn()
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([new EgressGrant(Host) { Methods = [] }]);
        fixture.Name(Host, "169.254.169.254");

        Assert.Contains("address-refused", await fixture.SendAsync($"CONNECT {Host}:443 HTTP/1.1\r\nHost: {Host}:443\r\n\r\n"), StringComparison.Ordinal);

        Assert.Equal(EgressTools.Tunnel, (await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.AddressRefused && r.Outcome == DecisionOutcome.Deny)).Tool);
    }

    [Fact]
    public async Task Connect_MoreTunnelsThanATaskMayHave_AreRefusedAndRoomComesBack()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await CreateAsync(origin.Port, EgressOptions.Default with { MaxTunnels = 2 });
        string connect = $"CONNECT {Host}:{origin.Port} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n\r\n";
        using (Socket first = await TunnelAsync(fixture, origin.Port))
        using (Socket second = await TunnelAsync(fixture, origin.Port))
        {
            string third = await fixture.SendAsync(connect);
            Assert.Contains("HTTP/1.1 503", third, StringComparison.Ordinal);
            Assert.Contains("IntentAuthz-Reason: too-many-tunnels", third, StringComparison.Ordinal);
            Assert.Contains("HTTP/1.1 200", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal); // requests are not tunnels
        }

        await fixture.RecordAsync(static r => r.ReasonCode == EgressCodes.TooManyTunnels && r.Tool == EgressTools.Tunnel);
        string again = "";
        for (int i = 0; i < 400 && !again.StartsWith("HTTP/1.1 200", StringComparison.Ordinal); i++)
        {
            using Socket socket = await fixture.ConnectAsync();
            await socket.SendAsync(Encoding.ASCII.GetBytes(connect));
            again = await EgressFixture.ReadUntilAsync(socket, "\r\n\r\n");
        }

        Assert.StartsWith("HTTP/1.1 200", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ByProxiesOfSeveralCallsOfATask_AreCountedTogether()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture fixture = await CreateAsync(origin.Port);
        OpenTunnels tunnels = new();
        await using EgressProxy one = Of(fixture, origin.Port, tunnels, out int onePort), other = Of(fixture, origin.Port, tunnels, out int otherPort);
        byte[] connect = Encoding.ASCII.GetBytes($"CONNECT {Host}:{origin.Port} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n\r\n");
        using Socket first = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), second = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(IPAddress.Loopback, onePort);
        await second.ConnectAsync(IPAddress.Loopback, otherPort);

        await first.SendAsync(connect);
        Assert.StartsWith("HTTP/1.1 200", await EgressFixture.ReadUntilAsync(first, "\r\n\r\n"), StringComparison.Ordinal);
        await second.SendAsync(connect);

        Assert.Contains("too-many-tunnels", await EgressFixture.ReadToEndAsync(second), StringComparison.Ordinal);
    }

    private static EgressProxy Of(EgressFixture fixture, int port, OpenTunnels tunnels, out int proxyPort)
    {
        EgressProxy proxy = new(fixture.Guard, fixture.AgentTask, null, [EgressFixture.Local(Host, port)], fixture.Options with { MaxTunnels = 1 }, isShared: false, tunnels);
        Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(8);
        proxyPort = ((IPEndPoint)listening.LocalEndPoint!).Port;
        proxy.Serve(listening);
        return proxy;
    }

    [Fact]
    public async Task TryOpen_BySubTasks_CountsForTheTaskAboveThem()
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync(
            [EgressFixture.Local(Host, 443)], """permit(principal is IntentAuthz::Agent, action == IntentAuthz::Action::"OpenTask", resource);""");
        OpenTunnels tunnels = new();
        AgentTask one = await SubTaskAsync(fixture), two = await SubTaskAsync(fixture);

        IDisposable? first = tunnels.TryOpen(one, 2), second = tunnels.TryOpen(two, 2), third = tunnels.TryOpen(one, 2), above = tunnels.TryOpen(fixture.AgentTask, 2);

        Assert.True(first is not null && second is not null && third is null && above is null, "Two sub-tasks have more together than the task above them may have.");
        first.Dispose();
        first.Dispose(); // counts once
        using (IDisposable? room = tunnels.TryOpen(two, 2))
        {
            Assert.NotNull(room);
            Assert.Null(tunnels.TryOpen(two, 2));
        }

        second.Dispose();
        Assert.Equal(0, tunnels.Tasks);
    }

    private static async Task<AgentTask> SubTaskAsync(EgressFixture fixture) => (await fixture.Guard.Tasks.OpenSubTaskAsync(
        fixture.AgentTask, new TaskRequest(fixture.AgentTask.Agent, "a part", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(5)))).GetTaskOrThrow();

    private static async Task<EgressFixture> CreateAsync(int port, EgressOptions? options = null) =>
        (await EgressFixture.CreateAsync([EgressFixture.Local(Host, port)], options: options)).Name(Host, "127.0.0.1");

    private static async Task<Socket> TunnelAsync(EgressFixture fixture, int port)
    {
        Socket socket = await fixture.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes($"CONNECT {Host}:{port} HTTP/1.1\r\nHost: {Host}:{port}\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200", await EgressFixture.ReadUntilAsync(socket, "\r\n\r\n"), StringComparison.Ordinal);
        return socket;
    }

    /// <summary>A first message of TLS with one name.</summary>
    private static byte[] Hello(string name)
    {
        byte[] text = Encoding.ASCII.GetBytes(name);
        byte[] list = [0, .. Length(text.Length), .. text];
        byte[] body = [.. Length(list.Length), .. list];
        byte[] extensions = [0, 43, 0, 3, 2, 3, 4, 0, 0, .. Length(body.Length), .. body];
        byte[] hello = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, .. Length(extensions.Length), .. extensions];
        return [22, 3, 1, .. Length(hello.Length + 4), 1, 0, .. Length(hello.Length), .. hello];

        static byte[] Length(int length) => [(byte)(length >> 8), (byte)length];
    }

    /// <summary>Takes one connection, keeps what it is sent, and answers when that ends.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        internal Listener(string answer = "")
        {
            _listener.Start();
            Received = ServeAsync(answer);
        }

        internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        internal Task<string> Received { get; }

        public ValueTask DisposeAsync()
        {
            _listener.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task<string> ServeAsync(string answer)
        {
            StringBuilder text = new();
            try
            {
                using Socket client = await _listener.AcceptSocketAsync();
                byte[] buffer = new byte[4096];
                while (await client.ReceiveAsync(buffer) is > 0 and int read)
                {
                    text.Append(Encoding.Latin1.GetString(buffer, 0, read));
                }

                await client.SendAsync(Encoding.ASCII.GetBytes(answer));
            }
            catch (SocketException)
            {
                // The test is over, or the connection was cut.
            }

            return text.ToString();
        }
    }
}
