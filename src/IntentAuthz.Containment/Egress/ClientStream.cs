using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace IntentAuthz.Containment;

/// <summary>
/// The connection to the child: reads heads and bodies from one buffer, and lets nothing stand still longer than is allowed. Reads and writes may
/// overlap, two of a kind may not.
/// </summary>
internal sealed class ClientStream : IDisposable
{
    private readonly Socket _socket;
    private readonly EgressOptions _options;
    private readonly byte[] _buffer;
    private readonly CancellationTokenSource _closing;
    private readonly CancellationTokenRegistration _aborting;
    private int _start;
    private int _end;
    private long _lastMoved = Environment.TickCount64;

    internal ClientStream(Socket socket, EgressOptions options, CancellationToken closing)
    {
        _socket = socket;
        _options = options;
        _buffer = ArrayPool<byte>.Shared.Rent(options.MaxHeadBytes);
        _closing = CancellationTokenSource.CreateLinkedTokenSource(closing);
        _aborting = _closing.Token.UnsafeRegister(static s => ((ClientStream)s!).Abort(), this);
        socket.NoDelay = true;
    }

    /// <summary>Whether bytes were received that nobody has read yet.</summary>
    internal bool HasBuffered => _end > _start;

    /// <summary>The next head as text of eight-bit characters, with its empty line; null when the client has ended the connection before one.</summary>
    internal async ValueTask<(string? Head, EgressRefusal? Refusal)> ReadHeadAsync(TimeSpan untilFirstByte, CancellationToken cancellationToken)
    {
        Compact();
        int seen = 0;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(HasBuffered ? _options.HeadTimeout : untilFirstByte);
        bool hasBegun = HasBuffered;
        while (true)
        {
            if (FindEnd(ref seen, out bool isBad) is { } length)
            {
                string head = Encoding.Latin1.GetString(_buffer, _start, length);
                _start += length;
                return (head, null);
            }

            if (isBad)
            {
                return (null, new EgressRefusal(400, EgressCodes.Malformed));
            }

            if (_end >= _options.MaxHeadBytes)
            {
                return (null, new EgressRefusal(431, EgressCodes.HeadTooLarge));
            }

            try
            {
                int read = await _socket.ReceiveAsync(_buffer.AsMemory(_end, _options.MaxHeadBytes - _end), limit.Token).ConfigureAwait(false);
                if (read == 0)
                {
                    return (null, null);
                }

                _end += read;
                if (!hasBegun)
                {
                    hasBegun = true;
                    limit.CancelAfter(_options.HeadTimeout);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return (null, hasBegun ? new EgressRefusal(408, EgressCodes.TimedOut) : null);
            }
        }
    }

    /// <summary>Reads what comes next of a body.</summary>
    internal async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (HasBuffered)
        {
            int count = Math.Min(buffer.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(buffer.Span);
            _start += count;
            return count;
        }

        return await WithinLimitAsync(
            static (state, token) => state._socket.ReceiveAsync(state.Buffer, token), (_socket, Buffer: buffer), cancellationToken).ConfigureAwait(false);
    }

    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await WithinLimitAsync(
                static (state, token) => state._socket.SendAsync(state.Bytes, token), (_socket, Bytes: bytes), cancellationToken).ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }

    internal ValueTask WriteAsync(string text, CancellationToken cancellationToken) => WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    /// <summary>Says that nothing more is sent, and takes in a little of what still comes, so that the last answer is not lost to a reset.</summary>
    internal async ValueTask EndAsync()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            limit.CancelAfter(TimeSpan.FromMilliseconds(500));
            for (int i = 0; i < 16 && await _socket.ReceiveAsync(_buffer, limit.Token).ConfigureAwait(false) > 0; i++)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // It is over either way.
        }
    }

    internal void ShutdownSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends the connection at once: what was not yet sent is dropped, and the other side sees a reset.</summary>
    internal void Abort()
    {
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        _socket.Dispose();
    }

    public void Dispose()
    {
        _aborting.Dispose();
        _closing.Dispose();
        _socket.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
    }

    /// <summary>
    /// One receive or send that may not stand still. A tunnel that moves in one direction only is not still, so what counts is the last
    /// movement in either.
    /// </summary>
    private async ValueTask<int> WithinLimitAsync<TState>(Func<TState, CancellationToken, ValueTask<int>> move, TState state, CancellationToken cancellationToken)
    {
        ValueTask<int> moving = move(state, cancellationToken);
        if (moving.IsCompleted)
        {
            _lastMoved = Environment.TickCount64;
            return await moving.ConfigureAwait(false);
        }

        Task<int> task = moving.AsTask();
        while (true)
        {
            long still = Environment.TickCount64 - Volatile.Read(ref _lastMoved);
            TimeSpan left = _options.IdleTimeout - TimeSpan.FromMilliseconds(still);
            if (left <= TimeSpan.Zero)
            {
                Abort(); // ends the pending operation too
                _ = task.Exception;
                throw new EgressRefusedException(new EgressRefusal(408, EgressCodes.TimedOut));
            }

            try
            {
                int count = await task.WaitAsync(left, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _lastMoved, Environment.TickCount64);
                return count;
            }
            catch (TimeoutException)
            {
                // Looks again whether the other direction has moved meanwhile.
            }
        }
    }

    /// <summary>Marks a movement elsewhere on the same exchange, such as in a response that is waited for.</summary>
    internal void Touch() => Volatile.Write(ref _lastMoved, Environment.TickCount64);

    private void Compact()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
    }

    /// <summary>The length of the head when all of it is there. A line break that is not CR LF is bad, wherever it stands.</summary>
    private int? FindEnd(ref int seen, out bool isBad)
    {
        isBad = false;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        for (int i = seen; i < bytes.Length; i++)
        {
            if (bytes[i] == '\n')
            {
                if (i == 0 || bytes[i - 1] != '\r')
                {
                    isBad = true;
                    return null;
                }

                if (i >= 3 && bytes[i - 2] == '\n')
                {
                    return i + 1;
                }

                if (i == 1)
                {
                    isBad = true; // an empty line where a request should begin
                    return null;
                }
            }
            else if (i > 0 && bytes[i - 1] == '\r')
            {
                isBad = true;
                return null;
            }
        }

        seen = bytes.Length;
        return null;
    }
}
