using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>A URL in the parts that policies read, in their one spelling; the address that is asked is made of them again.</summary>
internal sealed record CodeUrl(string Scheme, string Host, int Port, string Path, string Query)
{
    /// <exception cref="FormatException">It is no absolute http or https address, or one of several meanings.</exception>
    internal static CodeUrl Parse(string url)
    {
        string scheme = url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https" : url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http" : "";
        ReadOnlySpan<char> rest = scheme.Length == 0 ? throw new FormatException("The address is no http or https address.") : url.AsSpan(scheme.Length + 3);
        int fragment = rest.IndexOf('#');
        rest = fragment < 0 ? rest : rest[..fragment];
        int end = rest.IndexOfAny('/', '?');
        ReadOnlySpan<char> authority = end < 0 ? rest : rest[..end];
        return url.Length <= 8192 && EgressHost.TryParseAuthority(authority, out string host, out int? port)
            && RequestPath.TryParse(end < 0 ? "" : rest[end..], out string path, out string query)
            ? new CodeUrl(scheme, host, port ?? (scheme == "https" ? 443 : 80), path, query)
            : throw new FormatException("The address has several meanings, or none.");
    }

    internal string Address => $"{Scheme}://{EgressHost.Bracketed(Host)}:{Port}{Path}{(Query.Length > 0 ? $"?{Query}" : "")}";

    internal JsonElement ToJson() => JsonElement.Parse(
        $$"""{"scheme":"{{Scheme}}","host":"{{JsonEncodedText.Encode(Host)}}","port":{{Port}},"path":"{{JsonEncodedText.Encode(Path)}}","query":"{{JsonEncodedText.Encode(Query)}}"}""");
}
