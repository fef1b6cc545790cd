using System.Net;
using System.Net.Http.Headers;

namespace IntentAuthz;

/// <summary>
/// Puts a lease's credential on requests to the one service it is for, and sends no request anywhere else: a request to another origin than
/// the profile's <see cref="CredentialProfile.Endpoint"/> fails before it leaves. It follows no redirect, keeps no cookies, and sends nothing
/// once the lease has ended. Safe for use by many threads.
/// </summary>
public sealed class CredentialHandler : DelegatingHandler
{
    private readonly LeasedCredential _credential;
    private readonly string _scheme;
    private readonly string _host;
    private readonly int _port;

    /// <summary>Makes a handler.</summary>
    /// <param name="credential">The credential, as the tool received it.</param>
    /// <param name="inner">
    /// What sends the requests, such as a test's server; null for the platform's own, which goes through no proxy. One that
    /// follows redirects or keeps cookies is refused where that can be seen; a handler of the caller's own must not do either.
    /// </param>
    /// <exception cref="ArgumentException">The profile has no endpoint, or the inner handler follows redirects or keeps cookies.</exception>
    public CredentialHandler(LeasedCredential credential, HttpMessageHandler? inner = null)
        : base(Checked(inner))
    {
        ArgumentNullException.ThrowIfNull(credential);
        Uri endpoint = credential.Profile.Endpoint ?? throw new ArgumentException(
            $"The credential profile '{credential.Profile.Name}' has no endpoint; set CredentialProfile.Endpoint to the service's https address.", nameof(credential));
        _credential = credential;
        _scheme = endpoint.Scheme;
        _host = endpoint.IdnHost;
        _port = endpoint.Port;
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">The request goes elsewhere than to the credential's service, names another host, or the lease has ended. Nothing was sent.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Attach(request);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!IsToBeRepeated(request, response))
        {
            return response;
        }

        response.Dispose();
        Attach(request);
        response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        _credential.Presentation.Observe(response);
        return response;
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">The request goes elsewhere than to the credential's service, names another host, or the lease has ended. Nothing was sent.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Attach(request);
        HttpResponseMessage response = base.Send(request, cancellationToken);
        if (!IsToBeRepeated(request, response))
        {
            return response;
        }

        response.Dispose();
        Attach(request);
        response = base.Send(request, cancellationToken);
        _credential.Presentation.Observe(response);
        return response;
    }

    /// <summary>
    /// Whether the service refused for want of what its answer brought, such as the nonce of a proof, and the request can be sent once more: its
    /// body, if any, is in memory.
    /// </summary>
    private bool IsToBeRepeated(HttpRequestMessage request, HttpResponseMessage response) =>
        _credential.Presentation.Observe(response) && request.Content is null or ByteArrayContent;

    private static HttpMessageHandler Checked(HttpMessageHandler? inner)
    {
        if (inner is null)
        {
            return new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, Credentials = null, PreAuthenticate = false, UseProxy = false };
        }

        for (HttpMessageHandler? handler = inner; handler is not null; handler = (handler as DelegatingHandler)?.InnerHandler)
        {
            bool redirects = handler is SocketsHttpHandler { AllowAutoRedirect: true } or HttpClientHandler { AllowAutoRedirect: true };
            bool keepsCookies = handler is SocketsHttpHandler { UseCookies: true } or HttpClientHandler { UseCookies: true };
            if (redirects || keepsCookies)
            {
                throw new ArgumentException(
                    $"The inner handler {(redirects ? "follows redirects, which could take the credential to another host; set AllowAutoRedirect" : "keeps cookies, which outlive the lease; set UseCookies")} = false.",
                    nameof(inner));
            }
        }

        return inner;
    }

    private void Attach(HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.RequestUri is not { IsAbsoluteUri: true } uri || !IsOurs(uri))
        {
            throw Refused("the request goes to another origin. Use a client of your own for other services");
        }

        if (uri.UserInfo.Length > 0)
        {
            throw Refused("the request's address names a user. Leave it out");
        }

        // As it would be sent, since what is no valid host is null in Headers.Host.
        if (request.Headers.NonValidated.TryGetValues("Host", out HeaderStringValues hosts) && hosts.Any(h => !IsOurs(h)))
        {
            throw Refused("the request's Host header names another host. Leave HttpRequestMessage.Headers.Host unset");
        }

        try
        {
            _credential.Presentation.Attach(request, _credential);
        }
        catch (ObjectDisposedException)
        {
            throw Refused("its lease has ended and the secret was cleared. Use a credential within the call it was handed to");
        }
    }

    private bool IsOurs(Uri uri) =>
        string.Equals(uri.Scheme, _scheme, StringComparison.Ordinal)
        && string.Equals(uri.IdnHost, _host, StringComparison.OrdinalIgnoreCase)
        && uri.Port == _port
        && (uri.Scheme == Uri.UriSchemeHttps || uri.IsLoopback);

    private bool IsOurs(string host) =>
        host.AsSpan().IndexOfAny('@', '/', '\\') < 0
        && Uri.TryCreate($"{_scheme}://{host}/", UriKind.Absolute, out Uri? named)
        && IsOurs(named);

    private HttpRequestException Refused(string why) =>
        new($"The credential '{_credential.Profile.Name}' is for {_scheme}://{_host}:{_port} only, and {why}; nothing was sent.", inner: null, HttpStatusCode.Forbidden);
}
