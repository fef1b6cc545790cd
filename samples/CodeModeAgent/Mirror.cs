using System.Net;
using System.Net.Sockets;

using IntentAuthz.Containment;

namespace CodeModeAgent;

/// <summary>A server on this machine that answers every request with one text; and the sample's resolver, to which every name is this machine.</summary>
internal sealed class Mirror : IHostResolver, IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _text;
    private readonly Task _serving;
    private int _connections;

    internal Mirror(string text)
    {
        _text = text;
        _listener.Start();
        _serving = ServeAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal int Connections => Volatile.Read(ref _connections);

    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) => new([IPAddress.Loopback]);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _connections);
                NetworkStream stream = client.GetStream();
                await stream.ReadAtLeastAsync(new byte[8192], 1, throwOnEndOfStream: false);
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {_text.Length}\r\nConnection: close\r\n\r\n{_text}"));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The sample is over.
        }
    }
}
