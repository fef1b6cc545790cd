using System.Net;

using IntentAuthz.Containment.Tests.Egress;

namespace IntentAuthz.Containment.Tests.Tools;

/// <summary>
/// The network from within a contained child: curl and bash's own sockets against origins that answer on this machine. Everything is
/// permitted by policy; one host is granted. The first test shows that the tools used do reach it.
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

    public static TheoryData<string, string> Attempts => new()
    {
        { "straight to the origin's address", "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3" },
        { "curl without the proxy", "curl -s --noproxy '*' -m 5 http://127.0.0.1:{port}/" },
        { "curl with the name bound to an address", "curl -s --noproxy '*' -m 5 --resolve api.example.com:{port}:127.0.0.1 http://api.example.com:{port}/" },
        { "curl to IPv6 loopback", "curl -s -g --noproxy '*' -m 5 'http://[::1]:{port}/'" },
        { "curl with the proxy's variable unset", "unset http_proxy HTTP_PROXY all_proxy ALL_PROXY; curl -s -m 5 http://127.0.0.1:{port}/" },
        { "another host by the proxy", "curl -s -m 10 http://127.0.0.1:{port}/" },
        { "another name of the same address", "curl -s -m 10 http://rebound.example.com:{port}/" },
        { "another port by the proxy", "curl -s -m 10 http://api.example.com:{other}/" },
        { "a decimal address by the proxy", "curl -s -m 10 -x $http_proxy --path-as-is -H 'Host: 2130706433:{port}' http://2130706433:{port}/" },
        { "a hexadecimal address by the proxy", "curl -s -m 10 http://0x7f000001:{port}/" },
        { "a short address by the proxy", "curl -s -m 10 http://127.1:{port}/" },
        { "a mapped address by the proxy", "curl -s -g -m 10 'http://[::ffff:127.0.0.1]:{port}/'" },
        { "a tunnel to an address", "curl -s -m 10 -p http://127.0.0.1:{port}/" },
        { "a tunnel to another name", "curl -s -m 10 -p http://rebound.example.com:{port}/" },
        { "a tunnel to another port", "curl -s -m 10 -p http://api.example.com:{other}/" },
        { "the granted host with another Host field", "curl -s -m 10 -H 'Host: evil.example' http://api.example.com:{port}/" },
        { "the granted host as a user", "curl -s -m 10 'http://api.example.com:x@127.0.0.1:{port}/'" },
        { "two requests in one by lengths", "exec 3<>/dev/tcp/127.0.0.1/${http_proxy##*:}; printf 'POST http://api.example.com:{port}/ HTTP/1.1\\r\\nHost: api.example.com:{port}\\r\\nContent-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET /admin HTTP/1.1\\r\\n\\r\\n' >&3; timeout 5 cat <&3" },
        { "a field smuggled by a bare line feed", "exec 3<>/dev/tcp/127.0.0.1/${http_proxy##*:}; printf 'GET http://api.example.com:{port}/ HTTP/1.1\\r\\nHost: api.example.com:{port}\\r\\nX: a\\nHost: evil.example\\r\\n\\r\\n' >&3; timeout 5 cat <&3" },
        { "a credential of the child's own", "curl -s -m 10 -H 'Authorization: Bearer mine' http://api.example.com:{port}/" },
        { "the proxy's own port by the proxy", "curl -s -m 10 http://127.0.0.1:${http_proxy##*:}/" },
        { "the metadata service by the proxy", "curl -s -m 10 http://169.254.169.254/latest/meta-data/" },
        { "a UDP datagram", "echo x > /dev/udp/127.0.0.1/{port}" },
    };

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task Child_AnyOtherWay_ReachesNothing(string what, string command)
    {
        await using Origin origin = Origin.AnsweringText("reached");
        await using Origin elsewhere = Origin.AnsweringText("reached");
        await using CodeToolFixture fixture = await CreateAsync(origin);

        string ran = await fixture.ShellAsync(
            command.Replace("{port}", $"{origin.Port}", StringComparison.Ordinal).Replace("{other}", $"{elsewhere.Port}", StringComparison.Ordinal));

        Assert.StartsWith("{\"", ran, StringComparison.Ordinal); // it ran
        Assert.True(!ran.Contains("reached", StringComparison.Ordinal) && !ran.Contains("connected", StringComparison.Ordinal), $"{what}: {ran}");
        Assert.Equal(0, origin.Connections + elsewhere.Connections);
    }

    private static async Task<CodeToolFixture> CreateAsync(Origin origin)
    {
        CodeToolFixture fixture = await CodeToolFixture.CreateAsync(hosts: [EgressFixture.Local(Host, origin.Port)]);
        (fixture.Names[Host], fixture.Names["rebound.example.com"]) = ([IPAddress.Loopback], [IPAddress.Loopback]);
        return fixture;
    }
}
