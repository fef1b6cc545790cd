using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IntentAuthz.Tests.Credentials;

/// <summary>A real server on a free loopback port that keeps what it was sent, and answers what the test says.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly string _answer;

    internal LoopbackServer(string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal Uri Address => new($"http://127.0.0.1:{Port}/");

    internal ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                NetworkStream stream = client.GetStream();
                int read = await stream.ReadAsync(buffer, _stop.Token);
                Requests.Enqueue(Encoding.ASCII.GetString(buffer, 0, read));
                await stream.WriteAsync(Encoding.ASCII.GetBytes(_answer), _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
