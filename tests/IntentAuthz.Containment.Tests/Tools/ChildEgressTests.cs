using System.Net;

using IntentAuthz.Containment.Tests.Egress;

namespace IntentAuthz.Containment.Tests.Tools;

/// <summary>
/// The network from within a contained child: curl and bash's own sockets against an origin that answers on this machine. Everything is permitted
/// by policy; one host is granted. What the same tools try besides is in <see cref="Escapes.NetworkAttempt"/>.
/// </summary>
public sealed class ChildEgressTests
{
    private const string Host = "api.example.com";

    [Fact]
    public async Task Child_ThroughTheProxy_ReachesTheGrantedHostAndEachRequestIsACallWithinTheShells()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using CodeToolFixture fixture = await CreateAsync(origin);

        string ran = await fixture.ShellAsync($"curl -s http://{Host}:{origin.Port}/a; exec 3<>/dev/tcp/127.0.0.1/${{http_proxy##*:}}; printf 'GET http://{Host}:{origin.Port}/b HTTP/1.1\\r\\nHost: {Host}:{origin.Port}\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3");

        Assert.Equal(["GET /a HTTP/1.1", "GET /b HTTP/1.1"], origin.Received.Select(static r => r[..r.IndexOf('\r', StringComparison.Ordinal)]).Order());
        Assert.Contains("HTTP/1.1 200", ran, StringComparison.Ordinal);
    }

    private static async Task<CodeToolFixture> CreateAsync(Origin origin)
    {
        CodeToolFixture fixture = await CodeToolFixture.CreateAsync(hosts: [EgressFixture.Local(Host, origin.Port)]);
        fixture.Names[Host] = [IPAddress.Loopback];
        return fixture;
    }
}
