using System.Collections.Immutable;
using System.Net;

namespace IntentAuthz.Containment;

/// <summary>
/// The same way out for code in this process: every request is decided by the guard as a call of the task, within the granted hosts, and goes to
/// an address that was looked at. It follows no redirect (a caller that does makes another request, which is decided anew), keeps no cookies, uses
/// no proxy, and reads responses whole, so that taking the authority away cuts them off. Safe for use by many threads.
/// </summary>
public sealed class EgressHandler : HttpMessageHandler
{
    private readonly EgressGate _gate;

    /// <summary>Makes a handler. The descriptors of <see cref="EgressTools"/> must be among the guard's tools.</summary>
    /// <param name="guard">Who decides.</param>
    /// <param name="task">The task whose requests they are.</param>
    /// <param name="parent">The call they are made from; null for none.</param>
    /// <param name="hosts">What is granted.</param>
    /// <param name="options">How it behaves; null for the defaults.</param>
    public EgressHandler(Guard guard, AgentTask task, CallId? parent, ImmutableArray<EgressGrant> hosts, EgressOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(guard);
        ArgumentNullException.ThrowIfNull(task);
        _gate = new EgressGate(guard, task, parent, hosts.IsDefault ? [] : hosts, options ?? EgressOptions.Default);
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">The request was refused: its message names the code of <see cref="EgressCodes"/> or <see cref="ReasonCodes"/>. Or it failed.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        EgressRequest asked = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        HttpResponseMessage? response = null;
        EgressRefusal? refusal = null;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_gate.Options.RequestTimeout);
        GuardResult result = await _gate.InvokeAsync(
            asked,
            async (invocation, token) =>
            {
                try
                {
                    response = await ExchangeAsync(asked, request, invocation, token).ConfigureAwait(false);
                    return ToolResult.FromJson(System.Text.Json.JsonElement.Parse($$"""{"status":{{(int)response.StatusCode}}}"""));
                }
                catch (Exception e) when (EgressRefusedException.In(e) is { } refused)
                {
                    refusal = refused;
                    return ToolResult.None;
                }
            },
            limit.Token).ConfigureAwait(false);
        if (refusal is null && result.IsCompleted && response is not null)
        {
            return response;
        }

        response?.Dispose();
        throw Refused(refusal?.Code ?? result.OutcomeCode);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gate.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The request in the form that is decided; its address is rewritten to that form, so that nothing else can be sent.</summary>
    private async ValueTask<EgressRequest> ReadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true, UserInfo.Length: 0 } uri || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || !EgressHost.TryNormalise(uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost, out string host) || request.Headers.Host is not null)
        {
            throw Refused(EgressCodes.BadHost);
        }

        if (!RequestPath.TryParse(uri.PathAndQuery, out string path, out string query))
        {
            throw Refused(EgressCodes.BadPath);
        }

        string method = request.Method.Method;
        if (method is "TRACE" or EgressRequest.TunnelMethod)
        {
            throw Refused(EgressCodes.MethodRefused);
        }

        bool hasOwn = request.Headers.NonValidated.Contains("Authorization") || request.Headers.NonValidated.Contains("Cookie");
        if (hasOwn && !_gate.Options.AllowsOwnCredentials)
        {
            throw Refused(EgressCodes.OwnCredential);
        }

        long length = 0;
        if (request.Content is { } content)
        {
            try
            {
                byte[] body = await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                length = body.Length;
            }
            catch (HttpRequestException)
            {
                throw Refused(EgressCodes.BodyTooLarge);
            }
        }

        if (length > _gate.Options.MaxRequestBytes)
        {
            throw Refused(EgressCodes.BodyTooLarge);
        }

        int? port = uri.IsDefaultPort ? null : uri.Port;
        (string scheme, int effective) = EgressRequest.Effective(uri.Scheme, host, port, method, _gate.Grants, _gate.Options);
        EgressRequest asked = new(method, scheme, host, effective, path, query, length, hasOwn);
        request.RequestUri = asked.ToUri();
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.Remove("Accept-Encoding");
        request.Headers.TransferEncodingChunked = null;
        return asked;
    }

    private async ValueTask<HttpResponseMessage> ExchangeAsync(EgressRequest asked, HttpRequestMessage request, ToolInvocation invocation, CancellationToken cancellationToken)
    {
        if (invocation.Credential is { } credential && !EgressGate.IsFor(credential, asked))
        {
            throw new EgressRefusedException(new EgressRefusal(403, EgressCodes.CredentialElsewhere));
        }

        HttpResponseMessage response = await _gate.SendWithCredentialAsync(asked, request, invocation.Credential, cancellationToken).ConfigureAwait(false);
        try
        {
            await BufferAsync(response, invocation, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
        finally
        {
            request.Headers.Authorization = null; // the caller keeps the request, and must not see what was put on it
        }
    }

    private async ValueTask BufferAsync(HttpResponseMessage response, ToolInvocation invocation, CancellationToken cancellationToken)
    {
        if (invocation.Credential is not null && response.Content.Headers.ContentEncoding.Any(static e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.ResponseUnreadable));
        }

        StreamScrubber scrubber = invocation.CreateStreamScrubber();
        using MemoryStream whole = new();
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[64 * 1024];
        while (await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int read)
        {
            whole.Write(scrubber.Push(buffer.AsSpan(0, read)).Span);
            if (whole.Length > _gate.Options.MaxBufferedBytes)
            {
                throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.ResponseTooLarge));
            }
        }

        whole.Write(scrubber.Complete().Span);
        ByteArrayContent content = new(whole.ToArray());
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in response.Content.Headers.NonValidated)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        response.Content.Dispose();
        response.Content = content;
    }

    private static HttpRequestException Refused(string code) => new($"The request was refused ({code}); see the audit for why.", inner: null, HttpStatusCode.Forbidden);
}
