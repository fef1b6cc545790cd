using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

using IntentAuthz.Containment.Tests.Egress;
using IntentAuthz.Containment.Tests.Tools;

namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>
/// Makes each attempt at the network twice: by a plain shell, behind a careless proxy, where it has to reach a server or it shows nothing; then by
/// a contained shell that everything is permitted to, and one host is granted.
/// </summary>
public sealed partial class NetworkEscapeSuite : IAsyncLifetime
{
    private const string Granted = "api.example.com";

    private readonly ConcurrentDictionary<string, EscapeResult> _results = new(StringComparer.Ordinal);

    /// <summary>What came of each.</summary>
    public ReadOnlyDictionary<string, EscapeResult> Results => _results.AsReadOnly();

    public Task InitializeAsync() => Parallel.ForEachAsync(NetworkAttempt.All, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (attempt, _) =>
    {
        (bool control, string controlSaid) = attempt.NeedsAddress ? await TryElsewhereAsync(attempt) : await TryPlainAsync(attempt);
        (bool contained, string containedSaid) = await TryContainedAsync(attempt);
        _results[attempt.Name] = new EscapeResult(control, controlSaid, contained, containedSaid);
    });

    public Task DisposeAsync() => Task.CompletedTask;

    private static async Task<(bool Succeeded, string Said)> TryPlainAsync(NetworkAttempt attempt)
    {
        await using Servers servers = new();
        await using CarelessProxy proxy = new(Servers.Names);
        string said = await RunAsync(() => Start(servers.Fill(attempt.Command), proxy.Port));
        bool isThere = await servers.ReachedAsync(attempt.Proof) || (attempt.Proof.Length == 0 && proxy.OwnPages > 0);
        return (isThere, isThere ? "reached" : said);
    }

    /// <summary>The same where the machine has the address, with the proxy there too.</summary>
    private static async Task<(bool Succeeded, string Said)> TryElsewhereAsync(NetworkAttempt attempt)
    {
        using OwnNetwork network = new("169.254.169.254/32", "10.20.30.40/32", "fd00:ec2::254/128");
        await using CarelessProxy server = new(Servers.Names, new IPEndPoint(IPAddress.IPv6Any, 80), network.Socket);
        await using CarelessProxy proxy = new(Servers.Names, null, network.Socket);
        string said = await RunAsync(() => network.Within(() => Start(attempt.Command, proxy.Port)));
        return (server.OwnPages > 0, server.OwnPages > 0 ? "reached" : said);
    }

    private static async Task<(bool Succeeded, string Said)> TryContainedAsync(NetworkAttempt attempt)
    {
        await using Servers servers = new();
        await using CodeToolFixture fixture = await CodeToolFixture.CreateAsync(hosts:
        [
            EgressFixture.Local(Granted, servers.Port),
            new EgressGrant("rebound.example.com") { Ports = [servers.Port], Methods = [] },
            new EgressGrant("mixed.example.com") { Ports = [servers.Port], Methods = [] },
        ]);
        foreach ((string name, IPAddress[] addresses) in Servers.Names)
        {
            fixture.Names[name] = addresses;
        }

        string ran = await fixture.ShellAsync(servers.Fill(attempt.Command));
        Assert.StartsWith("{\"exit\":", ran, StringComparison.Ordinal); // it ran
        string? reason = Reason().Match(ran) is { Success: true } match ? match.Groups[1].Value + match.Groups[2].Value : null;
        bool isOut = await servers.ReachedAsync("", wait: false) || ran.Contains("reached", StringComparison.Ordinal)
            || (reason is null && ran.StartsWith("{\"exit\":0,", StringComparison.Ordinal));
        return (isOut, isOut ? ran : reason ?? "no connection");
    }

    private static Process Start(string command, int proxyPort)
    {
        ProcessStartInfo start = new("/bin/bash", ["-c", command]) { WorkingDirectory = Path.GetTempPath(), RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (string name in (string[])["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
        {
            start.Environment[name] = $"http://127.0.0.1:{proxyPort}";
        }

        start.Environment.Remove("no_proxy");
        start.Environment.Remove("NO_PROXY");
        return Process.Start(start)!;
    }

    private static async Task<string> RunAsync(Func<Process> start)
    {
        using Process process = start();
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return $"exit {process.ExitCode} {(await error).Trim().Split('\n')[^1]}".Trim() + ((await output).Length > 0 ? ", with an answer" : "");
    }

    [GeneratedRegex("""\\"reason\\":\\"([a-z-]+)\\"|IntentAuthz-Reason: ([a-z-]+)""")]
    private static partial Regex Reason();

    /// <summary>What there is to reach, all on this machine.</summary>
    private sealed class Servers : IAsyncDisposable
    {
        private readonly Origin _origin = Origin.AnsweringText("reached");
        private readonly Origin _other = Origin.AnsweringText("reached");
        private readonly Origin _second = Origin.At(IPAddress.Parse("127.0.0.2"), "reached");
        private readonly Origin _six = Origin.At(IPAddress.IPv6Loopback, "reached");
        private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly Socket _udp6 = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);

        internal Servers()
        {
            _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _udp6.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }

        internal static Dictionary<string, IPAddress[]> Names { get; } = new()
        {
            [Granted] = [IPAddress.Loopback],
            ["other.example.com"] = [IPAddress.Loopback],
            ["api.example.com.evil.example"] = [IPAddress.Loopback],
            ["x.api.example.com"] = [IPAddress.Loopback],
            ["rebound.example.com"] = [IPAddress.Loopback],
            ["mixed.example.com"] = [IPAddress.Parse("192.0.2.1"), IPAddress.Loopback],
        };

        internal int Port => _origin.Port;

        internal string Fill(string command) => command
            .Replace("{port}", $"{_origin.Port}", StringComparison.Ordinal)
            .Replace("{other}", $"{_other.Port}", StringComparison.Ordinal)
            .Replace("{second}", $"{_second.Port}", StringComparison.Ordinal)
            .Replace("{six}", $"{_six.Port}", StringComparison.Ordinal)
            .Replace("{udp}", $"{((IPEndPoint)_udp.LocalEndPoint!).Port}", StringComparison.Ordinal)
            .Replace("{udp6}", $"{((IPEndPoint)_udp6.LocalEndPoint!).Port}", StringComparison.Ordinal);

        /// <summary>Whether a server was reached; with a proof, whether one received that. What was sent can take a moment to be read.</summary>
        internal async Task<bool> ReachedAsync(string proof, bool wait = true)
        {
            for (int i = 0; i < (wait ? 100 : 10); i++)
            {
                Origin[] origins = [_origin, _other, _second, _six];
                if (proof.Length > 0 ? origins.Any(o => o.Received.Any(r => r.Contains(proof, StringComparison.Ordinal)))
                    : origins.Any(static o => o.Connections > 0) || _udp.Available > 0 || _udp6.Available > 0)
                {
                    return true;
                }

                await Task.Delay(5);
            }

            return false;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (Origin origin in (Origin[])[_origin, _other, _second, _six])
            {
                await origin.DisposeAsync();
            }

            _udp.Dispose();
            _udp6.Dispose();
        }
    }
}
