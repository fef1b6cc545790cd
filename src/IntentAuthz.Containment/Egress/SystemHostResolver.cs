using System.Net;
using System.Net.Sockets;

namespace IntentAuthz.Containment;

/// <summary>Asks the operating system.</summary>
internal sealed class SystemHostResolver : IHostResolver
{
    internal static SystemHostResolver Instance { get; } = new();

    public async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
