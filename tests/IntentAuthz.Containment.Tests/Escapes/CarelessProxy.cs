using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>
/// A forward proxy as careless as they come: it takes any spelling of a host, sends on what it is given byte for byte, and asks nobody. What an
/// attempt to get past a proxy is first shown to succeed with.
/// </summary>
internal sealed class CarelessProxy : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _ending = new();
    private readonly IReadOnlyDictionary<string, IPAddress[]> _names;
    private readonly Func<AddressFamily, Socket> _makes;
    private readonly Task _serving;
    private int _ownPages;

    /// <summary>Listens.</summary>
    /// <param name="names">What names resolve to.</param>
    /// <param name="at">Where it listens; null for a free loopback port.</param>
    /// <param name="makes">Makes its sockets, such as in a network namespace of their own; null for those of this process.</param>
    internal CarelessProxy(IReadOnlyDictionary<string, IPAddress[]> names, IPEndPoint? at = null, Func<AddressFamily, Socket>? makes = null)
    {
        _names = names;
        _makes = makes ?? Tcp;
        at ??= new IPEndPoint(IPAddress.Loopback, 0);
        _listener = _makes(at.AddressFamily);
        _listener.Bind(at);
        _listener.Listen(64);
        _serving = ServeAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    internal static Socket Tcp(AddressFamily family) => family == AddressFamily.InterNetworkV6
        ? new Socket(family, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }
        : new Socket(family, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>How often it was asked for a page of its own, such as one to administer it.</summary>
    internal int OwnPages => Volatile.Read(ref _ownPages);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _serving;
        _ending.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = HandleAsync(await _listener.AcceptAsync(_ending.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The attempts are over.
        }
    }

    private async Task HandleAsync(Socket accepted)
    {
        try
        {
            using Socket client = accepted;
            string text = "";
            byte[] buffer = new byte[16 * 1024];
            while (!text.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                int read = await client.ReceiveAsync(buffer, _ending.Token);
                if (read == 0)
                {
                    return;
                }

                text += Encoding.Latin1.GetString(buffer, 0, read);
            }

            string[] first = text[..text.IndexOf('\r', StringComparison.Ordinal)].Split(' ');
            if (first[1].StartsWith('/'))
            {
                Interlocked.Increment(ref _ownPages);
                await client.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nreached"u8.ToArray(), _ending.Token);
                return;
            }

            bool isTunnel = first[0] == "CONNECT";
            string rest = isTunnel ? first[1] : first[1][(first[1].IndexOf("://", StringComparison.Ordinal) + 3)..];
            int slash = rest.IndexOf('/', StringComparison.Ordinal);
            using Socket host = await ConnectAsync(slash < 0 ? rest : rest[..slash]);
            if (isTunnel)
            {
                await client.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), _ending.Token);
                text = text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            }
            else
            {
                text = $"{first[0]} {(slash < 0 ? "/" : rest[slash..])}{text[(first[0].Length + 1 + first[1].Length)..]}";
            }

            await host.SendAsync(Encoding.Latin1.GetBytes(text), _ending.Token);
            await Task.WhenAny(RelayAsync(client, host), RelayAsync(host, client));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or IndexOutOfRangeException or ArgumentException or FormatException)
        {
            // Nobody minds.
        }
    }

    private async Task<Socket> ConnectAsync(string authority)
    {
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        int colon = authority.LastIndexOf(':');
        bool hasPort = colon > authority.LastIndexOf(']');
        string name = (hasPort ? authority[..colon] : authority).Trim('[', ']').TrimEnd('.');
        IPAddress address = _names.TryGetValue(name, out IPAddress[]? known) ? known[^1] : IPAddress.Parse(name);
        Socket socket = _makes(address.AddressFamily);
        await socket.ConnectAsync(new IPEndPoint(address, hasPort ? int.Parse(authority[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture) : 80), _ending.Token);
        return socket;
    }

    private async Task RelayAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer, _ending.Token) is > 0 and int read)
        {
            await to.SendAsync(buffer.AsMemory(0, read), _ending.Token);
        }
    }
}
