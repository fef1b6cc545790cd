using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>A tunnel: a call that is in flight for as long as bytes can go through it, so that what stops the call closes it.</summary>
internal sealed partial class ProxyConnection
{
    private async ValueTask<bool> TunnelAsync(RequestHead head, CancellationToken cancellationToken)
    {
        EgressRequest request = EgressRequest.TunnelTo(head.Host, head.Port!.Value);
        if (_client.HasBuffered)
        {
            // Before the answer nobody knows whether these bytes are the tunnel's or another request.
            return await RefuseUnaskedAsync(new EgressRefusal(400, EgressCodes.Malformed), request, cancellationToken).ConfigureAwait(false);
        }

        using IDisposable? room = _gate.TryOpenTunnel();
        if (room is null)
        {
            return await RefuseUnaskedAsync(new EgressRefusal(503, EgressCodes.TooManyTunnels), request, cancellationToken).ConfigureAwait(false);
        }

        bool hasAnswered = false;
        GuardResult result = await _gate.InvokeAsync(request, RunAsync, cancellationToken).ConfigureAwait(false);
        return !hasAnswered && !result.Decision.IsPermitted && await RefuseAsync(EgressRefusal.Of(result), head.KeepsAlive, cancellationToken).ConfigureAwait(false);

        async ValueTask<ToolResult> RunAsync(ToolInvocation invocation, CancellationToken token)
        {
            try
            {
                if (invocation.Credential is not null)
                {
                    throw new EgressRefusedException(new EgressRefusal(403, EgressCodes.CredentialElsewhere));
                }

                using Socket host = await _gate.ConnectAsync(request, token).ConfigureAwait(false);
                hasAnswered = true;
                await _client.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), token).ConfigureAwait(false);
                (long sent, long received) = await RelayAsync(request, host, token).ConfigureAwait(false);
                return ToolResult.FromJson(JsonElement.Parse($$"""{"sent":{{sent}},"received":{{received}}}"""));
            }
            catch (Exception e) when (!hasAnswered && !token.IsCancellationRequested)
            {
                hasAnswered = true;
                EgressRefusal refusal = EgressRefusal.Of(e);
                if (refusal.IsDenial)
                {
                    _gate.Record(refusal.Code, request);
                }

                await RefuseAsync(refusal, mayGoOn: false, token).ConfigureAwait(false);
                return ToolResult.None;
            }
            finally
            {
                if (token.IsCancellationRequested)
                {
                    _client.Abort();
                }
            }
        }
    }

    /// <summary>Passes bytes both ways until both ends are done, one of them fails, or more than is allowed went through.</summary>
    private async ValueTask<(long Sent, long Received)> RelayAsync(EgressRequest request, Socket host, CancellationToken cancellationToken)
    {
        bool isOther = false;
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long left = _options.MaxTunnelBytes;
        Task<long> sending = PumpAsync(
            ReadChecked(request.Host, () => isOther = true),
            async (bytes, token) =>
            {
                for (; !bytes.IsEmpty; bytes = bytes[await host.SendAsync(bytes, token).ConfigureAwait(false)..])
                {
                }
            },
            () => host.Shutdown(SocketShutdown.Send));
        Task<long> receiving = PumpAsync(
            (buffer, token) => host.ReceiveAsync(buffer, token),
            (bytes, token) => _client.WriteAsync(bytes, token),
            _client.ShutdownSending);
        (long sent, long received) = (await sending.ConfigureAwait(false), await receiving.ConfigureAwait(false));
        if (isOther)
        {
            _gate.Record(EgressCodes.OtherServerName, request);
            _client.Abort();
        }

        return (sent, received);

        async Task<long> PumpAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, Action end)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
            long moved = 0;
            try
            {
                while (await read(buffer, either.Token).ConfigureAwait(false) is > 0 and int count)
                {
                    _client.Touch();
                    if (Interlocked.Add(ref left, -count) < 0)
                    {
                        break;
                    }

                    await write(buffer.AsMemory(0, count), either.Token).ConfigureAwait(false);
                    moved += count;
                }

                if (Interlocked.Read(ref left) >= 0)
                {
                    end();
                    return moved;
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // One direction that failed ends the other.
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            }

            await either.CancelAsync().ConfigureAwait(false);
            return moved;
        }
    }

    /// <summary>
    /// Reads from the client; where that begins as TLS does, nothing is handed on before the name in it was compared with the tunnel's host. What is not
    /// TLS goes through, as does TLS without a name.
    /// </summary>
    private Func<Memory<byte>, CancellationToken, ValueTask<int>> ReadChecked(string host, Action refused)
    {
        byte[]? gathered = new byte[ClientHello.MaxBytes];
        int count = 0, given = 0;
        bool isChecked = false;
        return async (buffer, token) =>
        {
            while (!isChecked)
            {
                int read = count == gathered!.Length ? 0 : await _client.ReadAsync(gathered.AsMemory(count), token).ConfigureAwait(false);
                count += read;
                _client.Touch();
                (ClientHello.Outcome outcome, string? name) = ClientHello.Read(gathered.AsSpan(0, count));
                if (outcome == ClientHello.Outcome.Incomplete && read > 0)
                {
                    continue;
                }

                bool isEmpty = count == 0;
                isChecked = isEmpty || outcome == ClientHello.Outcome.Other
                    || (outcome == ClientHello.Outcome.Read && (name is null || (EgressHost.TryNormalise(name, out string normal) && normal == host)));
                if (!isChecked)
                {
                    refused();
                    throw new IOException("The name within the tunnel is another.");
                }
            }

            if (given == count)
            {
                gathered = null;
                return await _client.ReadAsync(buffer, token).ConfigureAwait(false);
            }

            int now = Math.Min(buffer.Length, count - given);
            gathered.AsSpan(given, now).CopyTo(buffer.Span);
            given += now;
            return now;
        };
    }
}
