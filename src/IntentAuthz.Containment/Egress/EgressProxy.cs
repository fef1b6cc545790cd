using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz.Containment;

/// <summary>
/// The way out of one contained call: a forward proxy (HTTP/1.1 and <c>CONNECT</c>) that has the guard decide every request as a call of the task,
/// within the hosts the containment grants. It ends with the call; what is under way then is cut off. Safe for use by many threads.
/// </summary>
public sealed class EgressProxy : IEgressListener, IAsyncDisposable
{
    private readonly EgressGate _gate;
    private readonly byte[]? _token;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly ConcurrentBag<Socket> _listening = [];
    private int _connections;
    private int _isDisposed;

    /// <summary>Makes a proxy. The descriptors of <see cref="EgressTools"/> must be among the guard's tools.</summary>
    /// <param name="guard">Who decides.</param>
    /// <param name="task">The task whose requests they are.</param>
    /// <param name="parent">The contained call they are made from; null for none.</param>
    /// <param name="hosts">What the containment grants.</param>
    /// <param name="options">How it behaves; null for the defaults.</param>
    /// <param name="isShared">
    /// Whether others than the contained process can reach the socket it will listen on: then every request must show <see cref="Token"/>. A socket
    /// in a network namespace of the process's own is not shared.
    /// </param>
    public EgressProxy(Guard guard, AgentTask task, CallId? parent, ImmutableArray<EgressGrant> hosts, EgressOptions? options = null, bool isShared = false)
        : this(guard, task, parent, hosts, options ?? EgressOptions.Default, isShared, new OpenTunnels())
    {
    }

    /// <summary>One of several proxies that count a task's tunnels together.</summary>
    internal EgressProxy(
        Guard guard, AgentTask task, CallId? parent, ImmutableArray<EgressGrant> hosts, EgressOptions options, bool isShared, OpenTunnels tunnels)
    {
        ArgumentNullException.ThrowIfNull(guard);
        ArgumentNullException.ThrowIfNull(task);
        _gate = new EgressGate(guard, task, parent, hosts, options, tunnels);
        if (isShared)
        {
            Token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            _token = Encoding.ASCII.GetBytes(Token);
        }
    }

    /// <summary>The password that clients show by <c>Proxy-Authorization: Basic</c>, under any user name; null where the socket is not shared.</summary>
    public string? Token { get; }

    /// <summary>Serves a socket that listens already, in whatever network namespace. The proxy closes it.</summary>
    /// <param name="listening">The socket.</param>
    /// <returns>The proxy itself, to be disposed when the contained process has ended.</returns>
    /// <exception cref="ObjectDisposedException">The proxy was disposed.</exception>
    public IAsyncDisposable Serve(Socket listening)
    {
        ArgumentNullException.ThrowIfNull(listening);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        _listening.Add(listening);
        Track(AcceptAsync(listening));
        return this;
    }

    /// <summary>Cuts everything off and waits until nothing runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (Socket socket in _listening)
        {
            socket.Dispose();
        }

        while (!_running.IsEmpty)
        {
            await Task.WhenAll(_running.Keys).ConfigureAwait(false);
        }

        _gate.Dispose();
        _closing.Dispose();
    }

    private void Track(Task task)
    {
        _running.TryAdd(task, 0);
        _ = task.ContinueWith(
            static (t, running) => ((ConcurrentDictionary<Task, byte>)running!).TryRemove(t, out _),
            _running, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (!_closing.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await listening.AcceptAsync(_closing.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                if (_closing.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20)).ConfigureAwait(false); // out of descriptors, or the client was gone again
                continue;
            }

            if (Interlocked.Increment(ref _connections) > _gate.Options.MaxConnections)
            {
                Interlocked.Decrement(ref _connections);
                _gate.Record(EgressCodes.TooManyConnections, null);
                RefuseAtOnce(client);
                continue;
            }

            Track(RunAsync(client));
        }
    }

    private async Task RunAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            using ProxyConnection connection = new(_gate, socket, _token, _closing.Token);
            await connection.RunAsync(_closing.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever goes wrong on one connection ends that connection and nothing else; the guard has recorded what was decided on it.
            socket.Dispose();
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    private static void RefuseAtOnce(Socket client)
    {
        try
        {
            client.SendTimeout = 1;
            client.Send(Encoding.ASCII.GetBytes($"HTTP/1.1 503 Service Unavailable\r\nIntentAuthz-Reason: {EgressCodes.TooManyConnections}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        }
        catch (SocketException)
        {
            // It would have been told.
        }
        finally
        {
            client.Dispose();
        }
    }
}
