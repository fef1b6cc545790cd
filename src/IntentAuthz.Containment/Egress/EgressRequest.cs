using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>What is asked of the way out, as it is decided and done: every member in its one spelling. Immutable.</summary>
internal sealed record EgressRequest(string Method, string Scheme, string Host, int Port, string Path, string Query, long BodyBytes, bool OwnCredential)
{
    internal const string TunnelMethod = "CONNECT";

    internal bool IsTunnel => Method == TunnelMethod;

    internal static EgressRequest TunnelTo(string host, int port) => new(TunnelMethod, "tunnel", host, port, "", "", 0, OwnCredential: false);

    /// <summary>
    /// Scheme and port to use for a request that said <c>http</c>: port 80 is used where it is granted, else 443; and at a port of TLS, TLS is
    /// spoken. So a child without a secret says http to the proxy, and the proxy says https to the host.
    /// </summary>
    internal static (string Scheme, int Port) Effective(string scheme, string host, int? port, string method, ImmutableArray<EgressGrant> grants, EgressOptions options)
    {
        if (scheme == "https")
        {
            return (scheme, port ?? 443);
        }

        int effective = port ?? (grants.Any(g => g.Covers(host, 80, method)) || !grants.Any(g => g.Covers(host, 443, method)) ? 80 : 443);
        return (options.TlsPorts.Contains(effective) ? "https" : "http", effective);
    }

    internal string Tool => Method switch
    {
        TunnelMethod => EgressTools.Tunnel,
        "GET" or "HEAD" or "OPTIONS" => EgressTools.Read,
        _ => EgressTools.Write,
    };

    internal ToolCall ToCall(CallId? parent)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("host", Host);
            writer.WriteNumber("port", Port);
            if (!IsTunnel)
            {
                writer.WriteString("method", Method);
                writer.WriteString("scheme", Scheme);
                writer.WriteString("path", Path);
                writer.WriteString("query", Query);
                writer.WriteNumber("bodyBytes", BodyBytes);
                writer.WriteBoolean("ownCredential", OwnCredential);
            }

            writer.WriteEndObject();
        }

        return new ToolCall(Tool, buffer.WrittenMemory) { Parent = parent };
    }

    /// <summary>The URL, exactly as decided: nothing in it is normalised again.</summary>
    internal Uri ToUri()
    {
        bool isUsual = Port == (Scheme == "https" ? 443 : 80);
        string url = $"{Scheme}://{EgressHost.Bracketed(Host)}{(isUsual ? "" : $":{Port}")}{Path}{(Query.Length > 0 ? $"?{Query}" : "")}";
        return Uri.TryCreate(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out Uri? uri)
            ? uri
            : throw new EgressRefusedException(new EgressRefusal(400, EgressCodes.BadHost));
    }

    /// <summary>The request to be sent, made anew of what was decided and of fields that go on.</summary>
    /// <param name="fields">The fields that the client gave, without those between it and here.</param>
    /// <param name="body">The body; null for none.</param>
    internal HttpRequestMessage ToMessage(IEnumerable<KeyValuePair<string, string>> fields, HttpContent? body)
    {
        HttpRequestMessage message = new(new HttpMethod(Method), ToUri())
        {
            Version = System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body ?? (Method is "POST" or "PUT" or "PATCH" ? new ByteArrayContent([]) : null),
        };
        foreach ((string name, string value) in fields)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content ??= new ByteArrayContent([]); // fields about content, without content
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        message.Headers.TryAddWithoutValidation("Via", "1.1 egress");
        message.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return message;
    }

    public override string ToString() => $"{Method} {Scheme}://{Host}:{Port}";
}
