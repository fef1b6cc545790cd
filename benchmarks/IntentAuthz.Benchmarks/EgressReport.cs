using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

using IntentAuthz.Containment;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Benchmarks;

/// <summary>What the proxy adds to a request: one client, one connection kept alive, an origin on this machine that does nothing else, asked in turns with and without it.</summary>
internal static class EgressReport
{
    private const int Rounds = 20;
    private const int RequestsARound = 500;

    internal static async Task WriteAsync(TextWriter output)
    {
        using Socket origin = Listen();
        int port = ((IPEndPoint)origin.LocalEndPoint!).Port;
        _ = ServeAsync(origin);
        ServiceCollection services = new();
        services.AddIntentAuthz(host => host
            .AddPolicies(PolicySource.Text(
                """
                permit(principal is IntentAuthz::Service, action == IntentAuthz::Action::"OpenTask", resource);
                permit(principal, action == Action::"http_request", resource in Egress::Host::"example.com") when { context.input.method == "GET" };
                """,
                "egress.cedar"))
            .AddEgressTools()
            .UseAuditSink(new InMemoryAuditSink(100)));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Guard guard = provider.GetRequiredService<Guard>();
        TenantId tenant = new("acme");
        AgentTask task = (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("a"), tenant, "o"), "measure", Mandate.WhateverPoliciesPermit("a benchmark"), TimeSpan.FromHours(1)),
            Principal.Service("s", tenant))).GetTaskOrThrow();
        await using EgressProxy proxy = new(
            guard, task, null, [new EgressGrant("api.example.com") { Ports = [port], AllowsPrivateAddresses = true }], new EgressOptions { Resolver = new Here() });
        Socket listening = Listen();
        int proxyPort = ((IPEndPoint)listening.LocalEndPoint!).Port;
        proxy.Serve(listening);

        byte[] plain = Encoding.ASCII.GetBytes($"GET /a HTTP/1.1\r\nHost: api.example.com:{port}\r\n\r\n");
        byte[] proxied = Encoding.ASCII.GetBytes($"GET http://api.example.com:{port}/a HTTP/1.1\r\nHost: api.example.com:{port}\r\n\r\n");
        using Socket direct = await ConnectAsync(port);
        using Socket through = await ConnectAsync(proxyPort);
        List<double> without = [];
        List<double> with = [];
        for (int round = -2; round < Rounds; round++)
        {
            await AskAsync(direct, plain, round < 0 ? [] : without);
            await AskAsync(through, proxied, round < 0 ? [] : with);
        }

        output.WriteLine("| microseconds a request | median | 95 % | 99 % |");
        output.WriteLine("|---|---:|---:|---:|");
        Write("straight to the origin", without);
        Write("by the proxy", with);

        void Write(string name, List<double> times)
        {
            times.Sort();
            output.WriteLine($"| {name} | {times[times.Count / 2]:0} | {times[times.Count * 95 / 100]:0} | {times[times.Count * 99 / 100]:0} |");
        }
    }

    private static async Task AskAsync(Socket socket, byte[] request, List<double> times)
    {
        byte[] buffer = new byte[4096];
        for (int i = 0; i < RequestsARound; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await socket.SendAsync(request);
            int read = 0;
            while (read < 5 || !buffer.AsSpan(0, read).EndsWith("hello"u8))
            {
                int more = await socket.ReceiveAsync(buffer.AsMemory(read));
                read += more > 0 ? more : throw new IOException($"The connection ended: {Encoding.ASCII.GetString(buffer, 0, read)}");
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
    }

    private static async Task ServeAsync(Socket listening)
    {
        while (true)
        {
            Socket client = await listening.AcceptAsync();
            client.NoDelay = true;
            _ = Task.Run(async () =>
            {
                byte[] buffer = new byte[4096];
                byte[] answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray();
                while (await client.ReceiveAsync(buffer) > 0)
                {
                    await client.SendAsync(answer); // each request comes in one piece here
                }
            });
        }
    }

    private static Socket Listen()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    private sealed class Here : IHostResolver
    {
        public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) => new([IPAddress.Loopback]);
    }
}
