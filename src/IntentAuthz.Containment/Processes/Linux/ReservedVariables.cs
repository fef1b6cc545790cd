namespace IntentAuthz.Containment;

/// <summary>Variables that are set for every contained process, or for those with hosts granted.</summary>
internal static class ReservedVariables
{
    internal static ReadOnlySpan<string> Proxies => new[] { "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy" };

    internal static bool Includes(string name) => name is "PATH" or "HOME" or "TMPDIR" or "NO_PROXY" or "no_proxy" || Proxies.Contains(name);
}
