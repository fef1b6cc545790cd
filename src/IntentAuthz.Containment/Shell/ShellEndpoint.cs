using System.Globalization;

namespace IntentAuthz.Containment;

/// <summary>A host and port.</summary>
/// <param name="Host">The host as the command names it.</param>
/// <param name="Port">The port, or null where any can be meant.</param>
public sealed record ShellEndpoint(string Host, int? Port)
{
    /// <summary><c>host:port</c>, with <c>*</c> for any port and brackets around an address that has colons.</summary>
    public override string ToString() =>
        (Host.Contains(':', StringComparison.Ordinal) && !Host.StartsWith('[') ? $"[{Host}]" : Host) + ":" + (Port?.ToString(CultureInfo.InvariantCulture) ?? "*");
}
