using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IntentAuthz.Containment;

/// <summary>
/// Decides requests and connects: the bounds' grants first, then the guard, and only then is a name resolved, once, and the connection made to
/// an address of that answer. Shared by the proxy and the handler. Safe for use by many threads.
/// </summary>
internal sealed class EgressGate : IDisposable
{
    private const int MaxAddresses = 64;

    private static readonly HttpRequestOptionsKey<bool> s_allowsPrivate = new("IntentAuthz.AllowsPrivateAddresses");

    private readonly Guard _guard;
    private readonly AgentTask _task;
    private readonly CallId? _parent;
    private readonly OpenTunnels _tunnels;
    private readonly Lazy<HttpMessageInvoker> _public;
    private readonly Lazy<HttpMessageInvoker> _private; // apart, so that no request rides on a connection that another grant opened

    internal EgressGate(Guard guard, AgentTask task, CallId? parent, ImmutableArray<EgressGrant> grants, EgressOptions options, OpenTunnels tunnels)
    {
        (_guard, _task, _parent, Grants, Options, _tunnels) = (guard, task, parent, grants.IsDefault ? [] : grants, options, tunnels);
        _public = new Lazy<HttpMessageInvoker>(() => new HttpMessageInvoker(CreateHandler()));
        _private = new Lazy<HttpMessageInvoker>(() => new HttpMessageInvoker(CreateHandler()));
    }

    internal ImmutableArray<EgressGrant> Grants { get; }

    internal EgressOptions Options { get; }

    /// <summary>Has the guard decide the request and run what sends it. What is not granted is denied without asking policies.</summary>
    internal ValueTask<GuardResult> InvokeAsync(EgressRequest request, ToolDispatch dispatch, CancellationToken cancellationToken)
    {
        ToolCall call = request.ToCall(_parent);
        return Grants.Any(g => g.Covers(request.Host, request.Port, request.Method))
            ? _guard.InvokeAsync(_task, call, dispatch, cancellationToken)
            : new ValueTask<GuardResult>(_guard.RefuseContained(
                _task, call, ReasonCodes.OutsideContainment, $"The containment does not grant {request}; see the hosts of its profile and of the mandates."));
    }

    /// <summary>Records a request that was refused by a rule of the way out: before the guard was asked, or although it had permitted.</summary>
    /// <param name="code">The code of the refusal.</param>
    /// <param name="request">The request; null for one that could not be read, of which nothing is told but the code.</param>
    internal void Record(string code, EgressRequest? request)
    {
        ToolCall call = request?.ToCall(_parent) ?? new ToolCall(EgressTools.Write, "{}"u8.ToArray()) { Parent = _parent };
        _ = _guard.RefuseContained(_task, call, code, $"{(request is null ? "A request that could not be read" : request.ToString())} was refused by the way out ({code}).");
    }

    /// <summary>Takes room for a tunnel of the task; null where there is none.</summary>
    internal IDisposable? TryOpenTunnel() => _tunnels.TryOpen(_task, Options.MaxTunnels);

    /// <summary>Whether a credential is for exactly the origin that the request goes to.</summary>
    private static bool IsFor(LeasedCredential credential, EgressRequest request) =>
        !request.IsTunnel
        && credential.Profile.Endpoint is { } endpoint
        && endpoint.Scheme == request.Scheme
        && endpoint.Port == request.Port
        && EgressHost.TryNormalise(endpoint.HostNameType == UriHostNameType.IPv6 ? endpoint.Host : endpoint.IdnHost, out string host)
        && host == request.Host;

    /// <summary>
    /// Sends a request to the host it was decided for, with the call's credential on it, if there is one. The response's body has not been read yet.
    /// Where the service refuses for want of what its answer brings, such as the nonce of a proof, and there is no body that could not be sent
    /// again, the request is sent once more.
    /// </summary>
    internal async Task<HttpResponseMessage> SendAsync(
        EgressRequest request, HttpRequestMessage message, LeasedCredential? credential, CancellationToken cancellationToken)
    {
        if (credential is null)
        {
            return await SendAsync(request, message, cancellationToken).ConfigureAwait(false);
        }

        if (!IsFor(credential, request))
        {
            throw new EgressRefusedException(new EgressRefusal(403, EgressCodes.CredentialElsewhere));
        }

        // In parts of a response, parts of a secret would not be known again. A service that is not asked for a part sends the whole.
        message.Headers.Remove("Range");
        message.Headers.Remove("If-Range");
        credential.Presentation.Attach(message, credential);
        HttpResponseMessage response = await SendAsync(request, message, cancellationToken).ConfigureAwait(false);
        if (!credential.Presentation.Observe(response) || message.Content is not (null or ByteArrayContent))
        {
            return response;
        }

        response.Dispose();
        credential.Presentation.Attach(message, credential);
        response = await SendAsync(request, message, cancellationToken).ConfigureAwait(false);
        credential.Presentation.Observe(response);
        return response;
    }

    /// <summary>Looks at an answer before anything of it is handed on.</summary>
    /// <returns>The length of its body, if it announces one that can be believed.</returns>
    /// <exception cref="EgressRefusedException">It changes the protocol, says its length in two ways, is too long, or could not be searched for the credential.</exception>
    internal static long? CheckAnswer(HttpResponseMessage response, LeasedCredential? credential, long maxBytes)
    {
        HttpHeadersNonValidated fields = response.Content.Headers.NonValidated;
        long? announced = null;
        bool isPlain = (int)response.StatusCode >= 200;
        if (fields.TryGetValues("Content-Length", out HeaderStringValues lengths))
        {
            string length = lengths.Count == 1 ? lengths.ToString() : "";
            isPlain &= length.Length is > 0 and <= 18 && !length.AsSpan().ContainsAnyExceptInRange('0', '9') && !response.Headers.NonValidated.Contains("Transfer-Encoding");
            announced = isPlain ? long.Parse(length, CultureInfo.InvariantCulture) : null;
        }

        if (response.Headers.NonValidated.TryGetValues("Transfer-Encoding", out HeaderStringValues codings))
        {
            isPlain &= codings.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase);
        }

        if (!isPlain)
        {
            throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.HostUnreachable));
        }

        if (credential is not null && fields.TryGetValues("Content-Encoding", out HeaderStringValues encodings)
            && !encodings.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.ResponseUnreadable));
        }

        return announced is null || announced <= maxBytes ? announced : throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.ResponseTooLarge));
    }

    /// <summary>Reads what comes next of an answer's body, which may not stand still for long.</summary>
    internal async ValueTask<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        ValueTask<int> reading = body.ReadAsync(buffer, cancellationToken);
        if (reading.IsCompleted)
        {
            return await reading.ConfigureAwait(false);
        }

        try
        {
            return await reading.AsTask().WaitAsync(Options.IdleTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new EgressRefusedException(new EgressRefusal(504, EgressCodes.TimedOut));
        }
    }

    private Task<HttpResponseMessage> SendAsync(EgressRequest request, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        bool allowsPrivate = AllowsPrivate(request);
        message.Options.Set(s_allowsPrivate, allowsPrivate);
        return (allowsPrivate ? _private : _public).Value.SendAsync(message, cancellationToken);
    }

    /// <summary>Connects to the host a request was decided for.</summary>
    internal ValueTask<Socket> ConnectAsync(EgressRequest request, CancellationToken cancellationToken) =>
        ConnectAsync(request.Host, request.Port, AllowsPrivate(request), cancellationToken);

    private bool AllowsPrivate(EgressRequest request) => Grants.Any(g => g.AllowsPrivateAddresses && g.Covers(request.Host, request.Port, request.Method));

    private async ValueTask<Socket> ConnectAsync(string host, int port, bool allowsPrivate, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Options.ConnectTimeout);
        try
        {
            IReadOnlyList<IPAddress> addresses = IPAddress.TryParse(host, out IPAddress? literal)
                ? [literal]
                : await Options.Resolver.ResolveAsync(host, limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
            if (addresses.Count is 0 or > MaxAddresses)
            {
                throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.HostNotFound));
            }

            // One that may not be contacted is reason to contact none: who answers so is either broken or tries something.
            if (addresses.Any(a => PublicAddress.IsNoHost(a) || !(allowsPrivate || PublicAddress.IsPublic(a))))
            {
                throw new EgressRefusedException(new EgressRefusal(403, EgressCodes.AddressRefused));
            }

            return await ConnectAsync(addresses, port, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EgressRefusedException(new EgressRefusal(504, EgressCodes.TimedOut));
        }
    }

    private static async ValueTask<Socket> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        foreach (IPAddress address in addresses)
        {
            Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose(); // the next one may answer
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.HostUnreachable));
    }

    private SocketsHttpHandler CreateHandler()
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            Credentials = null,
            PreAuthenticate = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 64,
            MaxConnectionsPerServer = Options.MaxConnections,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1), // so that a name's new addresses are looked at
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            ConnectTimeout = Options.ConnectTimeout + TimeSpan.FromSeconds(10), // with the handshake
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectCallback = ConnectAsync,
        };
        if (!Options.TrustedAuthorities.IsDefaultOrEmpty)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(Options.TrustedAuthorities.ToArray());
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        string host = context.DnsEndPoint.Host.Trim('[', ']');
        bool allowsPrivate = context.InitialRequestMessage.Options.TryGetValue(s_allowsPrivate, out bool allows) && allows;
        Socket socket = await ConnectAsync(host, context.DnsEndPoint.Port, allowsPrivate, cancellationToken).ConfigureAwait(false);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public void Dispose()
    {
        foreach (Lazy<HttpMessageInvoker> invoker in (Lazy<HttpMessageInvoker>[])[_public, _private])
        {
            if (invoker.IsValueCreated)
            {
                invoker.Value.Dispose();
            }
        }
    }
}
