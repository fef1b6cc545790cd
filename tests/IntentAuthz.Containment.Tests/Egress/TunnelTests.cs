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
        AuditRecord record = await fixture.RecordAsync(static r => r.ToString()!.Contains("other-server-name", StringComparison.Ordinal) || Text(r).Contains("other-server-name", StringComparison.Ordinal));
        Assert.NotNull(record);
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
    public async Task Request_ThatCannotBeRead_IsRecorded()
    {
        await using Listener listener = new();
        await using EgressFixture fixture = await CreateAsync(listener.Port);

        Assert.Contains("malformed-request", await fixture.SendAsync($"GET http://{Host}/ HTTP/1.1\nHost: {Host}\n\n\r\n\r\n"), StringComparison.Ordinal);

        Assert.NotNull(await fixture.RecordAsync(static r => Text(r).Contains("malformed-request", StringComparison.Ordinal)));
    }

    private static string Text(AuditRecord record) => System.Text.Json.JsonSerializer.Serialize<object>(record);

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
