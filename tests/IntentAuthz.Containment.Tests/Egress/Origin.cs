using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>A server on a free loopback port that answers what the test says and keeps what it was sent, byte for byte.</summary>
internal sealed class Origin : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _ending = new();
    private readonly Func<string, byte[]> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly Task _serving;
    private bool _closes;

    private Origin(Func<string, byte[]> answer, X509Certificate2? certificate, IPAddress? address = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start();
        _serving = ServeAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The requests, each with its body.</summary>
    internal ConcurrentQueue<string> Received { get; } = new();

    internal int Connections;

    internal static Origin Answering(Func<string, string> answer) => new(request => Encoding.Latin1.GetBytes(answer(request)), null);

    internal static Origin AnsweringText(string body, string headers = "") => Answering(_ => Ok(body, headers));

    /// <summary>One that ends the connection after each answer, as HTTP/1.0 does to end a body.</summary>
    internal static Origin Closing(Func<string, string> answer) => new(request => Encoding.Latin1.GetBytes(answer(request)), null) { _closes = true };

    /// <summary>At another loopback address than the usual one.</summary>
    internal static Origin At(IPAddress address, string body) => new(_ => Encoding.Latin1.GetBytes(Ok(body)), null, address);

    internal static Origin Secure(Func<string, string> answer, X509Certificate2 certificate) => new(request => Encoding.Latin1.GetBytes(answer(request)), certificate);

    internal static string Ok(string body, string headers = "") => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n{headers}\r\n{body}";

    internal static X509Certificate2 CertificateFor(string host)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_ending.Token);
                Interlocked.Increment(ref Connections);
                _ = HandleAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException) // the last one: the listener was stopped, or disposed
        {
            // The test is over.
        }
    }

    private async Task HandleAsync(Socket client)
    {
        try
        {
            using NetworkStream network = new(client, ownsSocket: true);
            Stream stream = network;
            if (_certificate is not null)
            {
                SslStream secure = new(network);
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _ending.Token);
                stream = secure;
            }

            while (await ReadAsync(stream) is { } request)
            {
                Received.Enqueue(request);
                await stream.WriteAsync(_answer(request), _ending.Token);
                await stream.FlushAsync(_ending.Token);
                if (_closes)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other side is gone.
        }
    }

    private async Task<string?> ReadAsync(Stream stream)
    {
        StringBuilder text = new();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _ending.Token) == 0)
            {
                return null;
            }

            text.Append((char)one[0]);
        }

        string head = text.ToString();
        int at = head.IndexOf("content-length:", StringComparison.OrdinalIgnoreCase);
        if (at >= 0)
        {
            byte[] body = new byte[int.Parse(head[(at + 15)..head.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body, _ending.Token);
            text.Append(Encoding.Latin1.GetString(body));
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _serving;
        _ending.Dispose();
    }
}
