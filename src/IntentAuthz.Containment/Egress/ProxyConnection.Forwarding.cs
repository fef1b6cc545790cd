using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>A request that is forwarded: sent anew to the host, with nothing of the client's framing, and its response written anew too.</summary>
internal sealed partial class ProxyConnection
{
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
                return await RefuseUnaskedAsync(refusal!, Asked(head, 0), cancellationToken).ConfigureAwait(false);
            }

            length = chunks.Length;
        }

        EgressRequest request = Asked(head, length);
        if (length > _options.MaxRequestBytes)
        {
            return await RefuseUnaskedAsync(new EgressRefusal(413, EgressCodes.BodyTooLarge), request, cancellationToken).ConfigureAwait(false);
        }

        RequestBody.Announced? announced = chunks is null && length > 0 ? new RequestBody.Announced(_client, length, head.ExpectsContinue) : null;
        HttpContent? body = announced ?? (chunks is null ? null : (HttpContent)new ByteArrayContent(chunks));
        Exchange exchange = new();
        GuardResult result = await _gate.InvokeAsync(
            request, (invocation, token) => ExchangeAsync(head, request, body, exchange, invocation, token), cancellationToken).ConfigureAwait(false);
        bool mayGoOn = head.KeepsAlive && announced is null or { IsComplete: true };
        if (exchange.HasAnswered)
        {
            if (!exchange.IsWhole)
            {
                _client.Abort(); // so that a part is not taken for the whole
            }

            return mayGoOn && exchange.CanGoOn;
        }

        // What stopped the call once it ran ends the connection; what kept it from running is answered.
        return result.Decision.IsPermitted
            ? throw new OperationCanceledException()
            : await RefuseAsync(EgressRefusal.Of(result), mayGoOn, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ToolResult> ExchangeAsync(
        RequestHead head, EgressRequest request, HttpContent? body, Exchange exchange, ToolInvocation invocation, CancellationToken cancellationToken)
    {
        LeasedCredential? credential = invocation.Credential; // read once: without one there is less to check, and the invocation has none when the call is over
        try
        {
            if (credential is not null && body is RequestBody.Announced announced && request.BodyBytes <= _options.MaxChunkedBytes)
            {
                // A service can ask for the request once more, with a nonce in its proof; each request has a lease of its own, so asking the client to
                // repeat it would not help.
                body = new ByteArrayContent(await announced.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            }

            using HttpRequestMessage message = request.ToMessage(head.Fields, body);
            using HttpResponseMessage response = await _gate.SendAsync(request, message, credential, cancellationToken).ConfigureAwait(false);
            long bytes = await AnswerAsync(head, response, exchange, credential, invocation, cancellationToken).ConfigureAwait(false);
            return Outcome((int)response.StatusCode, bytes);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            EgressRefusal refusal = EgressRefusal.Of(e);
            if (refusal.IsDenial)
            {
                _gate.Record(refusal.Code, request);
            }

            if (exchange.HasAnswered)
            {
                return Outcome(0, 0);
            }

            exchange.HasAnswered = true;
            await RefuseAsync(refusal, mayGoOn: false, cancellationToken).ConfigureAwait(false);
            exchange.IsWhole = true;
            return Outcome(refusal.Status, 0);
        }
    }

    /// <summary>Writes the response, its secrets masked, and says how long its body was.</summary>
    private async ValueTask<long> AnswerAsync(
        RequestHead head, HttpResponseMessage response, Exchange exchange, LeasedCredential? credential, ToolInvocation invocation, CancellationToken cancellationToken)
    {
        int status = (int)response.StatusCode;
        bool hasBody = head.Method != "HEAD" && status is not (204 or 304);
        long? announced = EgressGate.CheckAnswer(response, credential, hasBody ? _options.MaxResponseBytes : long.MaxValue);
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
        long bytes = hasBody ? await CopyAsync(response, announced, isChunked, invocation.CreateStreamScrubber(), cancellationToken).ConfigureAwait(false) : 0;
        (exchange.IsWhole, exchange.CanGoOn) = (true, !isLast);
        return bytes;
    }

    private async ValueTask<long> CopyAsync(HttpResponseMessage response, long? announced, bool isChunked, StreamScrubber scrubber, CancellationToken cancellationToken)
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        long total = 0;
        try
        {
            while (true)
            {
                int read = await _gate.ReadAsync(body, buffer, cancellationToken).ConfigureAwait(false);
                _client.Touch();
                if ((total += read) > _options.MaxResponseBytes)
                {
                    throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.ResponseTooLarge));
                }

                // What goes beyond the announced length would be read as the answer to the next request, which may be to another host.
                if (total > announced || (read == 0 && total < announced))
                {
                    throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.HostUnreachable));
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

    private static void AppendFields(StringBuilder text, HttpHeaders headers)
    {
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            if (!EgressFields.IsHandedBack(name))
            {
                continue;
            }

            foreach (string value in values)
            {
                if (EgressFields.IsValue(value))
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

        /// <summary>Whether the answer came to its end.</summary>
        internal bool IsWhole { get; set; }

        /// <summary>Whether another request can follow.</summary>
        internal bool CanGoOn { get; set; }
    }
}
