using System.Net.Sockets;

namespace IntentAuthz.Containment;

/// <summary>The one way out of a contained process that was granted hosts: the proxy.</summary>
public interface IEgressListener
{
    /// <summary>
    /// Takes over a socket that listens at a loopback address within the process's own network namespace, where nothing else can be reached. Called
    /// before the program runs; what it throws ends the start.
    /// </summary>
    /// <param name="listening">The socket. Closing it is up to what is returned.</param>
    /// <returns>What serves it; disposed when the process has ended.</returns>
    IAsyncDisposable Serve(Socket listening);
}
