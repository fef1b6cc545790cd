namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>One way for a contained shell to reach what it was not granted. The same command is run without containment and with it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Category">Whether it goes around the proxy, or past it.</param>
/// <param name="What">What it does, in words.</param>
/// <param name="Command">The command, for bash. Names in braces are the ports of the servers.</param>
public sealed record NetworkAttempt(string Name, string Category, string What, string Command)
{
    private const string Raw = "exec 3<>/dev/tcp/127.0.0.1/${http_proxy##*:}; printf '";
    private const string AndRead = "' >&3; timeout 2 cat <&3";
    private const string Granted = "http://api.example.com:{port}/ HTTP/1.1\\r\\nHost: api.example.com:{port}\\r\\n";

    /// <summary>What a server has to have received for the attempt to have come off without containment. Contained, one connection is too much.</summary>
    public string Proof { get; init; } = "";

    /// <summary>Whether what it is after has an address that this machine has in a network namespace of the control only.</summary>
    public bool NeedsAddress { get; init; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<NetworkAttempt> All { get; } =
    [
        Around("straight", "opens a connection to the server's address by the shell", "exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && timeout 2 cat <&3"),
        Around("straight-by-name", "opens one to localhost by the shell", "exec 3<>/dev/tcp/localhost/{port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && timeout 2 cat <&3"),
        Around("no-proxy", "has curl use no proxy", "curl -s --noproxy '*' -m 5 http://127.0.0.1:{port}/"),
        Around("no-proxy-variable", "names the server in no_proxy", "no_proxy=127.0.0.1 curl -s -m 5 http://127.0.0.1:{port}/"),
        Around("unset-proxy", "unsets the proxy's variables", "unset http_proxy HTTP_PROXY all_proxy ALL_PROXY; curl -s -m 5 http://127.0.0.1:{port}/"),
        Around("bound-name", "binds the granted name to an address", "curl -s --noproxy '*' -m 5 --resolve api.example.com:{port}:127.0.0.1 http://api.example.com:{port}/"),
        Around("connect-to", "connects elsewhere for the granted name", "curl -s --noproxy '*' -m 5 --connect-to ::127.0.0.1:{port} http://api.example.com/"),
        Around("second-address", "takes another address of this machine", "curl -s --noproxy '*' -m 5 http://127.0.0.2:{second}/"),
        Around("loopback-6", "takes the loopback address of IPv6", "curl -s -g --noproxy '*' -m 5 'http://[::1]:{six}/'"),
        Around("mapped", "takes an IPv4 address by IPv6", "curl -s -g --noproxy '*' -m 5 'http://[::ffff:127.0.0.1]:{port}/'"),
        Around("decimal", "writes the address as a decimal number", "curl -s --noproxy '*' -m 5 http://2130706433:{port}/"),
        Around("hexadecimal", "writes it in hexadecimal", "curl -s --noproxy '*' -m 5 http://0x7f000001:{port}/"),
        Around("octal", "writes it in octal", "curl -s --noproxy '*' -m 5 http://0177.0.0.1:{port}/"),
        Around("short", "writes it as 127.1", "curl -s --noproxy '*' -m 5 http://127.1:{port}/"),
        Around("zero", "connects to 0.0.0.0", "curl -s --noproxy '*' -m 5 http://0.0.0.0:{port}/"),
        Around("other-proxy", "uses the server as its proxy", "curl -s -m 5 -x http://127.0.0.1:{port} http://api.example.com/"),
        Around("socks", "uses the server as a SOCKS proxy", "curl -s -m 2 --noproxy '' -x socks5h://127.0.0.1:{port} http://api.example.com/"),
        Around("telnet", "speaks no HTTP", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | curl -s --noproxy '*' -m 2 telnet://127.0.0.1:{port}"),
        Around("file-transfer", "speaks FTP", "curl -s --noproxy '*' -m 2 ftp://127.0.0.1:{port}/"),
        Around("udp", "sends a datagram by the shell", "echo s3cret > /dev/udp/127.0.0.1/{udp}"),
        Around("udp-6", "sends one by IPv6", "echo s3cret > /dev/udp/::1/{udp6}"),
        Around("tftp", "sends one by curl", "curl -s --noproxy '*' -m 2 tftp://127.0.0.1:{udp}/secret"),
        Around("metadata", "asks the metadata service of a cloud", "curl -s --noproxy '*' -m 5 http://169.254.169.254/latest/meta-data/") with { NeedsAddress = true },
        Around("metadata-6", "asks it by IPv6", "curl -s -g --noproxy '*' -m 5 'http://[fd00:ec2::254]/latest/meta-data/'") with { NeedsAddress = true },
        Around("private-network", "connects to a private network", "curl -s --noproxy '*' -m 5 http://10.20.30.40/") with { NeedsAddress = true },

        Past("proxied-address", "asks the proxy for an address", "curl -s -m 10 http://127.0.0.1:{port}/"),
        Past("proxied-other-name", "asks it for another name of the same server", "curl -s -m 10 http://other.example.com:{port}/"),
        Past("proxied-longer-name", "asks it for a name that begins as the granted one", "curl -s -m 10 http://api.example.com.evil.example:{port}/"),
        Past("proxied-name-below", "asks it for a name below the granted one", "curl -s -m 10 http://x.api.example.com:{port}/"),
        Past("proxied-other-port", "asks it for another port", "curl -s -m 10 http://api.example.com:{other}/"),
        Past("proxied-second-address", "asks it for another address of this machine", "curl -s -m 10 http://127.0.0.2:{second}/"),
        Past("proxied-decimal", "asks it for an address as a decimal number", $"{Raw}GET http://2130706433:{{port}}/ HTTP/1.1\\r\\nHost: 2130706433:{{port}}\\r\\nConnection: close\\r\\n\\r\\n{AndRead}"),
        Past("proxied-hexadecimal", "asks it for one in hexadecimal", $"{Raw}GET http://0x7f000001:{{port}}/ HTTP/1.1\\r\\nHost: 0x7f000001:{{port}}\\r\\nConnection: close\\r\\n\\r\\n{AndRead}"),
        Past("proxied-octal", "asks it for one in octal", $"{Raw}GET http://0177.0.0.1:{{port}}/ HTTP/1.1\\r\\nHost: 0177.0.0.1:{{port}}\\r\\nConnection: close\\r\\n\\r\\n{AndRead}"),
        Past("proxied-short", "asks it for 127.1", $"{Raw}GET http://127.1:{{port}}/ HTTP/1.1\\r\\nHost: 127.1:{{port}}\\r\\nConnection: close\\r\\n\\r\\n{AndRead}"),
        Past("proxied-zero", "asks it for 0.0.0.0", "curl -s -m 10 http://0.0.0.0:{port}/"),
        Past("proxied-6", "asks it for ::1", "curl -s -g -m 10 'http://[::1]:{six}/'"),
        Past("proxied-mapped", "asks it for an IPv4 address by IPv6", "curl -s -g -m 10 'http://[::ffff:127.0.0.1]:{port}/'"),
        Past("rebound", "asks it for a granted name that now has an address of this machine", "curl -s -m 10 http://rebound.example.com:{port}/"),
        Past("rebound-mixed", "asks it for a granted name that has a public address too", "curl -s -m 10 http://mixed.example.com:{port}/"),
        Past("tunnel-address", "has a tunnel made to an address", "curl -s -i -m 10 -p http://127.0.0.1:{port}/"),
        Past("tunnel-other-name", "has one made to another name", "curl -s -i -m 10 -p http://other.example.com:{port}/"),
        Past("tunnel-other-port", "has one made to another port", "curl -s -i -m 10 -p http://api.example.com:{other}/"),
        Past("tunnel-decimal", "has one made to an address as a decimal number", $"{Raw}CONNECT 2130706433:{{port}} HTTP/1.1\\r\\nHost: 2130706433:{{port}}\\r\\n\\r\\n' >&3; sleep 0.3; printf 'GET / HTTP/1.0\\r\\n\\r\\n{AndRead}"),
        Past("tunnel-rebound", "has one made to a granted name that now has an address of this machine", "curl -s -i -m 10 -p http://rebound.example.com:{port}/"),
        Past("other-host-field", "names another host within a request to the granted one", "curl -s -m 10 -H 'Host: evil.example' http://api.example.com:{port}/") with { Proof = "Host: evil.example" },
        Past("two-host-fields", "names two hosts", $"{Raw}GET {Granted}Host: evil.example\\r\\n\\r\\n{AndRead}") with { Proof = "Host: evil.example" },
        Past("as-user", "writes the granted host as a user", "curl -s -m 10 'http://api.example.com:x@127.0.0.1:{port}/'"),
        Past("as-user-raw", "writes it so to the proxy", $"{Raw}GET http://api.example.com@127.0.0.1:{{port}}/ HTTP/1.1\\r\\nHost: api.example.com\\r\\nConnection: close\\r\\n\\r\\n{AndRead}"),
        Past("smuggled-by-lengths", "hides a request behind two lengths", $"{Raw}POST {Granted}Content-Length: 5\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET /admin HTTP/1.1\\r\\n\\r\\n{AndRead}") with { Proof = "GET /admin" },
        Past("smuggled-by-a-short-length", "hides one behind a length that comes twice", $"{Raw}POST {Granted}Content-Length: 0\\r\\nContent-Length: 23\\r\\n\\r\\nGET /admin HTTP/1.1\\r\\n\\r\\n{AndRead}") with { Proof = "GET /admin" },
        Past("smuggled-by-line-feed", "hides a field behind a bare line feed", $"{Raw}GET {Granted}X: a\\nHost: evil.example\\r\\n\\r\\n{AndRead}") with { Proof = "Host: evil.example" },
        Past("smuggled-by-folding", "hides one by folding", $"{Raw}GET {Granted}X: a\\r\\n Host: evil.example\\r\\n\\r\\n{AndRead}") with { Proof = "Host: evil.example" },
        Past("smuggled-by-blank", "hides one by a blank before the colon", $"{Raw}GET {Granted}Host : evil.example\\r\\n\\r\\n{AndRead}") with { Proof = "Host : evil.example" },
        Past("dot-segments", "leaves the path that policies see", "curl -s -m 10 --path-as-is http://api.example.com:{port}/public/../admin") with { Proof = "/../admin" },
        Past("escaped-dot-segments", "leaves it by escapes", "curl -s -m 10 --path-as-is http://api.example.com:{port}/public/%2e%2e/admin") with { Proof = "%2e%2e" },
        Past("trace", "has its request, and what a proxy adds, sent back", "curl -s -m 10 -X TRACE http://api.example.com:{port}/") with { Proof = "TRACE" },
        Past("lower-case-method", "writes a method in lower case", "curl -s -m 10 -X get http://api.example.com:{port}/") with { Proof = "get /" },
        Past("method-override", "names another method in a field", "curl -s -m 10 -H 'X-HTTP-Method-Override: DELETE' http://api.example.com:{port}/") with { Proof = "Method-Override" },
        Past("method-override-by-underscore", "writes that field with underscores", "curl -s -m 10 -H 'X_HTTP_Method_Override: DELETE' http://api.example.com:{port}/") with { Proof = "Method_Override" },
        Past("path-override", "names another path in a field", "curl -s -m 10 -H 'X-Original-URL: /admin' http://api.example.com:{port}/") with { Proof = "X-Original-URL" },
        Past("host-override", "names another host in a field", "curl -s -m 10 -H 'X-Forwarded-Host: evil.example' http://api.example.com:{port}/") with { Proof = "X-Forwarded-Host" },
        Past("own-authorization", "shows an account of its own at the granted host", "curl -s -m 10 -H 'Authorization: Bearer mine' http://api.example.com:{port}/") with { Proof = "Bearer mine" },
        Past("own-cookie", "shows a session of its own", "curl -s -m 10 -b session=mine http://api.example.com:{port}/") with { Proof = "session=mine" },
        Past("own-user", "shows a user of its own", "curl -s -m 10 -u me:mine http://api.example.com:{port}/") with { Proof = "Authorization: Basic" },
        Past("proxy-itself", "asks the proxy for the proxy", "curl -s -m 10 http://127.0.0.1:${http_proxy##*:}/"),
        Past("proxy-page", "asks the proxy for a page of its own", "curl -s -m 10 --noproxy '*' http://127.0.0.1:${http_proxy##*:}/"),
        Past("proxied-metadata", "asks it for the metadata service of a cloud", "curl -s -m 10 http://169.254.169.254/latest/meta-data/") with { NeedsAddress = true },
        Past("proxied-metadata-6", "asks it for that by IPv6", "curl -s -g -m 10 'http://[fd00:ec2::254]/latest/meta-data/'") with { NeedsAddress = true },
        Past("proxied-private-network", "asks it for a private network", "curl -s -m 10 http://10.20.30.40/") with { NeedsAddress = true },
    ];

    private static NetworkAttempt Around(string name, string what, string command) => new(name, "around the proxy", what, command);

    private static NetworkAttempt Past(string name, string what, string command) => new(name, "past the proxy", what, command);
}
