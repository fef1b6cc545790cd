using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz.Containment;

/// <summary>
/// The tools as which requests from within a containment are decided: each request is a call of its own, whose parent is the contained call.
/// Policies speak about <c>Action::"http_request"</c> and <c>Action::"http_tunnel"</c>, both in <c>Action::"egress"</c>; the resource is
/// <c>Egress::Host::"api.example.com"</c>, which lies in <c>Egress::Host::"example.com"</c> and <c>Egress::Host::"com"</c>.
/// </summary>
public static class EgressTools
{
    /// <summary>The tool of requests that are safe by RFC 9110 (section 9.2.1): GET, HEAD, OPTIONS.</summary>
    public const string Read = "egress.read";

    /// <summary>The tool of all other requests.</summary>
    public const string Write = "egress.write";

    /// <summary>The tool of tunnels (<c>CONNECT</c>): whatever is sent through one is not seen.</summary>
    public const string Tunnel = "egress.tunnel";

    internal const string HostType = "Egress::Host";

    private const string RequestSchema = """
        {
          "properties": {
            "method": { "type": "string" },
            "scheme": { "type": "string" },
            "host": { "type": "string" },
            "port": { "type": "integer" },
            "path": { "type": "string" },
            "query": { "type": "string" },
            "bodyBytes": { "type": "integer" },
            "ownCredential": { "type": "boolean" }
          },
          "required": ["method", "scheme", "host", "port", "path", "query", "bodyBytes", "ownCredential"],
          "additionalProperties": false
        }
        """;

    private const string TunnelSchema = """
        {
          "properties": { "host": { "type": "string" }, "port": { "type": "integer" } },
          "required": ["host", "port"],
          "additionalProperties": false
        }
        """;

    /// <summary>The descriptors, to be added to a host beside <see cref="Schema"/>.</summary>
    public static ImmutableArray<ToolDescriptor> Descriptors { get; } =
    [
        Request(Read).Idempotent().Build(),
        Request(Write).Build(),
        Common(Tunnel).Action("http_tunnel").Risk(RiskClass.High).InputSchema(TunnelSchema).Idempotent().Build(),
    ];

    /// <summary>The entity type of hosts.</summary>
    public static SchemaFragment Schema { get; } = SchemaFragment.ParseCedar("namespace Egress { entity Host in [Host]; }", "the schema of egress");

    private static ToolDescriptorBuilder Request(string name) => Common(name)
        .Action("http_request")
        .InputSchema(RequestSchema)
        .Argument("method", ArgumentRole.Command)
        .Argument("path", ArgumentRole.Target)
        .Argument("scheme", ArgumentRole.Selector)
        .Argument("query", ArgumentRole.Content)
        .Argument("bodyBytes", ArgumentRole.Magnitude)
        .Argument("ownCredential", ArgumentRole.Selector);

    private static ToolDescriptorBuilder Common(string name) => ToolDescriptor.For(name)
        .InActionGroups("egress")
        .Resource(HostType, static arguments => HostOf(arguments.GetProperty("host").GetString()!))
        .Argument("host", ArgumentRole.Target)
        .Argument("port", ArgumentRole.Selector)
        .Risk(RiskClass.Medium)
        .Service("egress");

    /// <summary>A host lies in every domain above it; an address lies in nothing.</summary>
    internal static ResourceReference HostOf(string host)
    {
        List<EntityUid> above = [];
        for (int dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0 && !System.Net.IPAddress.TryParse(host, out _); dot = host.IndexOf('.', dot + 1))
        {
            above.Add(new EntityUid(HostType, host[(dot + 1)..]));
        }

        return new ResourceReference(new EntityUid(HostType, host), parents: above);
    }
}
