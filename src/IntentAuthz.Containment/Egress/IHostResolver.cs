using System.Net;

namespace IntentAuthz.Containment;

/// <summary>Finds the addresses of host names. Asked once for each connection, which then goes to one of those addresses. Safe for use by many threads.</summary>
public interface IHostResolver
{
    /// <summary>All addresses of a name.</summary>
    /// <param name="host">The name, in lower case and ASCII; never an address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The addresses; empty when the name has none.</returns>
    ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);
}
