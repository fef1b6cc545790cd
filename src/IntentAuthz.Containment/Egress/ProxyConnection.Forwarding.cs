using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>A request that is forwarded: sent anew to the host, with nothing of the client's framing, and its response written anew too.</summary>
internal sealed partial class ProxyConnection
{
    /// <summary>What a response says to the proxy alone (RFC 9110, section 7.6.1), or would lead the child around it.</summary>
    private static readonly HashSet<string> s_droppedFromResponses = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "Content-Length", "Alt-Svc", "IntentAuthz-Reason", "IntentAuthz-Approval",
    };

    private async ValueTask<bool> ForwardAsync(RequestHead head, CancellationToken cancellationToken)
    {
        long length = head.BodyLength ?? 0;
        byte[]? chunks = null;
        if (head.BodyLength is null)
        {
            if (head.ExpectsContinue)
            {
                await _client.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            }

            (chunks, EgressRefusal? refusal) = await RequestBody.ReadChunksAsync(_client, _options.MaxChunkedBytes, cancellationToken).ConfigureAwait(false);
            if (chunks is null)
            {
                return await RefuseUnaskedAsync(refusal!, cancellationToken).ConfigureAwait(false);
            }

            length = chunks.Length;
        }

        if (length > _options.MaxRequestBytes)
        {
            return await RefuseUnaskedAsync(new EgressRefusal(413, EgressCodes.BodyTooLarge), cancellationToken).ConfigureAwait(false);
        }

        (string scheme, int port) = EgressRequest.Effective(head.Scheme, head.Host, head.Port, head.Method, _gate.Grants, _options);
        EgressRequest request = new(head.Method, scheme, head.Host, port, head.Path, head.Query, length, head.CarriesCredential);
        RequestBody.Announced? announced = chunks is null && length > 0 ? new RequestBody.Announced(_client, length, head.ExpectsContinue) : null;
        HttpContent? body = announced ?? (chunks is null ? null : (HttpContent)new ByteArrayContent(chunks));
        Exchange exchange = new();
        GuardResult result = await _gate.InvokeAsync(
            request, (invocation, token) => ExchangeAsync(head, request, body, exchange, invocation, token), cancellationToken).ConfigureAwait(false);
        bool mayGoOn = head.KeepsAlive && announced is null or { IsComplete: true };
        if (exchange.HasAnswered)
        {
            return mayGoOn && exchange.IsComplete;
        }

        // What stopped the call once it ran ends the connection; what kept it from running is answered.
        return result.Decision.IsPermitted
            ? throw new OperationCanceledException()
            : await RefuseAsync(EgressRefusal.Of(result), mayGoOn, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ToolResult> ExchangeAsync(
        RequestHead head, EgressRequest request, HttpContent? body, Exchange exchange, ToolInvocation invocation, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage message = CreateMessage(head, request, body);
            if (invocation.Credential is { } credential && !EgressGate.IsFor(credential, request))
            {
                throw new EgressRefusedException(new EgressRefusal(403, EgressCodes.CredentialElsewhere));
            }

            using HttpResponseMessage response = await _gate.SendWithCredentialAsync(request, message, invocation.Credential, cancellationToken).ConfigureAwait(false);
            long bytes = await AnswerAsync(head, response, exchange, invocation, cancellationToken).ConfigureAwait(false);
            return Outcome((int)response.StatusCode, bytes);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (exchange.HasAnswered)
            {
                _client.Abort(); // so that a part is not taken for the whole
                return Outcome(0, 0);
            }

            EgressRefusal refusal = EgressRefusedException.In(e) ?? new EgressRefusal(502, EgressCodes.HostUnreachable);
            exchange.HasAnswered = true;
            await RefuseAsync(refusal, mayGoOn: false, cancellationToken).ConfigureAwait(false);
            return Outcome(refusal.Status, 0);
        }
    }

    private static HttpRequestMessage CreateMessage(RequestHead head, EgressRequest request, HttpContent? body)
    {
        HttpRequestMessage message = new(new HttpMethod(head.Method), request.ToUri())
        {
            Version = System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body ?? (head.Method is "POST" or "PUT" or "PATCH" ? new ByteArrayContent([]) : null),
        };
        foreach ((string name, string value) in head.Fields)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content ??= new ByteArrayContent([]); // fields about content, without content
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        message.Headers.TryAddWithoutValidation("Via", "1.1 egress");
        message.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return message;
    }

    /// <summary>Writes the response, its secrets masked, and says how long its body was.</summary>
    private async ValueTask<long> AnswerAsync(
        RequestHead head, HttpResponseMessage response, Exchange exchange, ToolInvocation invocation, CancellationToken cancellationToken)
    {
        int status = (int)response.StatusCode;
        bool hasBody = head.Method != "HEAD" && status >= 200 && status is not (204 or 304);
        long? announced = response.Content.Headers.ContentLength;
        if (invocation.Credential is not null && response.Content.Headers.ContentEncoding.Any(static e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.ResponseUnreadable));
        }

        if (hasBody && announced > _options.MaxResponseBytes)
        {
            throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.ResponseTooLarge));
        }

        StringBuilder text = new();
        text.Append("HTTP/1.1 ").Append(status).Append(' ').Append(ReasonPhrase.Of(status)).Append("\r\n");
        AppendFields(text, response.Headers);
        AppendFields(text, response.Content.Headers);
        bool isChunked = hasBody && announced is null && !head.IsHttp10;
        if (announced is { } length && status is not (204 or 304))
        {
            text.Append("Content-Length: ").Append(length).Append("\r\n");
        }
        else if (isChunked)
        {
            text.Append("Transfer-Encoding: chunked\r\n");
        }

        bool isLast = !head.KeepsAlive || (hasBody && announced is null && head.IsHttp10);
        text.Append(isLast ? "Connection: close\r\n\r\n" : "\r\n");
        StreamScrubber fields = invocation.CreateStreamScrubber();
        byte[] masked = [.. fields.Push(Encoding.Latin1.GetBytes(text.ToString())).Span, .. fields.Complete().Span];
        exchange.HasAnswered = true;
        await _client.WriteAsync(masked, cancellationToken).ConfigureAwait(false);
        long bytes = hasBody ? await CopyAsync(response, isChunked, invocation.CreateStreamScrubber(), cancellationToken).ConfigureAwait(false) : 0;
        exchange.IsComplete = !isLast;
        return bytes;
    }

    private async ValueTask<long> CopyAsync(HttpResponseMessage response, bool isChunked, StreamScrubber scrubber, CancellationToken cancellationToken)
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        long total = 0;
        try
        {
            while (true)
            {
                int read = await ReadFromHostAsync(body, buffer, cancellationToken).ConfigureAwait(false);
                _client.Touch();
                if ((total += read) > _options.MaxResponseBytes)
                {
                    throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.ResponseTooLarge));
                }

                ReadOnlyMemory<byte> clean = read == 0 ? scrubber.Complete() : scrubber.Push(buffer.AsSpan(0, read));
                if (!clean.IsEmpty)
                {
                    if (isChunked)
                    {
                        await _client.WriteAsync($"{clean.Length:x}\r\n", cancellationToken).ConfigureAwait(false);
                    }

                    await _client.WriteAsync(clean, cancellationToken).ConfigureAwait(false);
                    if (isChunked)
                    {
                        await _client.WriteAsync("\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
                    }
                }

                if (read == 0)
                {
                    break;
                }
            }

            if (isChunked)
            {
                await _client.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            }

            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private async ValueTask<int> ReadFromHostAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        ValueTask<int> reading = body.ReadAsync(buffer, cancellationToken);
        if (reading.IsCompleted)
        {
            return await reading.ConfigureAwait(false);
        }

        try
        {
            return await reading.AsTask().WaitAsync(_options.IdleTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new EgressRefusedException(new EgressRefusal(504, EgressCodes.TimedOut));
        }
    }

    private static void AppendFields(StringBuilder text, HttpHeaders headers)
    {
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            if (s_droppedFromResponses.Contains(name))
            {
                continue;
            }

            foreach (string value in values)
            {
                if (value.AsSpan().IndexOfAny('\r', '\n', '\0') < 0)
                {
                    text.Append(name).Append(": ").Append(value).Append("\r\n");
                }
            }
        }
    }

    private static ToolResult Outcome(int status, long bytes) => ToolResult.FromJson(JsonElement.Parse($$"""{"status":{{status}},"bytes":{{bytes}}}"""));

    /// <summary>How far the answer to one request has come.</summary>
    private sealed class Exchange
    {
        internal bool HasAnswered { get; set; }

        /// <summary>Whether the answer came to its end and the connection can go on.</summary>
        internal bool IsComplete { get; set; }
    }
}
