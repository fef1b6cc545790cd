using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>A tunnel: a call that is in flight for as long as bytes can go through it, so that what stops the call closes it.</summary>
internal sealed partial class ProxyConnection
{
    private async ValueTask<bool> TunnelAsync(RequestHead head, CancellationToken cancellationToken)
    {
        if (_client.HasBuffered)
        {
            // Before the answer nobody knows whether these bytes are the tunnel's or another request.
            return await RefuseAsync(new EgressRefusal(400, EgressCodes.Malformed), mayGoOn: false, cancellationToken).ConfigureAwait(false);
        }

        EgressRequest request = EgressRequest.TunnelTo(head.Host, head.Port!.Value);
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
                (long sent, long received) = await RelayAsync(host, token).ConfigureAwait(false);
                return ToolResult.FromJson(JsonElement.Parse($$"""{"sent":{{sent}},"received":{{received}}}"""));
            }
            catch (Exception e) when (!hasAnswered && !token.IsCancellationRequested)
            {
                hasAnswered = true;
                await RefuseAsync(EgressRefusedException.In(e) ?? new EgressRefusal(502, EgressCodes.HostUnreachable), mayGoOn: false, token).ConfigureAwait(false);
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
    private async ValueTask<(long Sent, long Received)> RelayAsync(Socket host, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long left = _options.MaxTunnelBytes;
        Task<long> sending = PumpAsync(
            (buffer, token) => _client.ReadAsync(buffer, token),
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
        return (await sending.ConfigureAwait(false), await receiving.ConfigureAwait(false));

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
}
