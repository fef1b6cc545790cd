using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>A guard, a task, and a proxy on a loopback port that belongs to the task. Names are what the test says they are.</summary>
internal sealed class EgressFixture : IAsyncDisposable, IHostResolver
{
    internal const string PermitAll = """permit(principal, action in Action::"egress", resource);""";

    private const string Housekeeping = """
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Revoke", resource);
        """;

    private static readonly TenantId s_acme = new("acme");

    private readonly ServiceProvider _services;
    private ImmutableArray<EgressGrant> _hosts = [];
    private HttpMessageInvoker? _invoker;

    private EgressFixture(string policies, Action<IntentAuthzBuilder>? add)
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(builder =>
        {
            builder.AddPolicies(PolicySource.Text(Housekeeping, "housekeeping.cedar")).AddPolicies(PolicySource.Text(policies, "test.cedar")).UseAuditSink(Audit).AddEgressTools();
            add?.Invoke(builder);
        });
        _services = services.BuildServiceProvider();
        Guard = _services.GetRequiredService<Guard>();
    }

    internal InMemoryAuditSink Audit { get; } = new();

    internal Guard Guard { get; }

    internal AgentTask AgentTask { get; private set; } = null!;

    internal EgressProxy Proxy { get; private set; } = null!;

    internal int ProxyPort { get; private set; }

    internal Principal Person { get; } = Principal.Person("ann", s_acme, "it");

    /// <summary>What names resolve to; each answer is used once, the last one stays.</summary>
    internal ConcurrentDictionary<string, Queue<IPAddress[]>> Names { get; } = new();

    internal ConcurrentQueue<string> Resolved { get; } = new();

    internal static async Task<EgressFixture> CreateAsync(
        EgressGrant[] hosts, string policies = PermitAll, EgressOptions? options = null, Action<IntentAuthzBuilder>? add = null, bool isShared = false)
    {
        EgressFixture fixture = new(policies, add);
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("coder"), s_acme, "ann");
        fixture.AgentTask = (await fixture.Guard.Tasks.OpenAsync(
            new TaskRequest(agent, "build", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)), fixture.Person)).GetTaskOrThrow();
        fixture.Options = (options ?? EgressOptions.Default) with { Resolver = fixture };
        fixture._hosts = [.. hosts];
        fixture.Proxy = new EgressProxy(fixture.Guard, fixture.AgentTask, null, [.. hosts], fixture.Options, isShared);
        Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(64);
        fixture.ProxyPort = ((IPEndPoint)listening.LocalEndPoint!).Port;
        fixture.Proxy.Serve(listening);
        return fixture;
    }

    internal EgressOptions Options { get; private set; } = null!;

    /// <summary>The way out for code in this process, by the same grants. A bare invoker: what a client adds or mends is not the handler's merit.</summary>
    internal HttpMessageInvoker Invoker => _invoker ??= new HttpMessageInvoker(new EgressHandler(Guard, AgentTask, null, _hosts, Options));

    /// <summary>A grant of everything at one host, which lives on this machine.</summary>
    internal static EgressGrant Local(string host, int port, params ImmutableArray<string> methods) =>
        new(host) { Ports = [port], Methods = methods.IsDefault ? [] : methods, AllowsPrivateAddresses = true };

    internal EgressFixture Name(string host, params string[] addresses)
    {
        Names.GetOrAdd(host, static _ => new Queue<IPAddress[]>()).Enqueue([.. addresses.Select(IPAddress.Parse)]);
        return this;
    }

    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        Resolved.Enqueue(host);
        return new ValueTask<IReadOnlyList<IPAddress>>(Names.TryGetValue(host, out Queue<IPAddress[]>? answers) ? answers.Count > 1 ? answers.Dequeue() : answers.Peek() : []);
    }

    /// <summary>Sends bytes to the proxy and reads until it closes the connection.</summary>
    internal async Task<string> SendAsync(string request)
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        return await ReadToEndAsync(socket);
    }

    /// <summary>Sends a plain GET that is the last of its connection.</summary>
    internal Task<string> GetAsync(string url, string headers = "") => SendAsync($"GET {url} HTTP/1.1\r\nHost: {new Uri(url).Authority}\r\nConnection: close\r\n{headers}\r\n");

    internal async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, ProxyPort);
        return socket;
    }

    internal static async Task<string> ReadToEndAsync(Socket socket)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[64 * 1024];
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and int read)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            text.Append("[reset]");
        }

        return text.ToString();
    }

    /// <summary>Reads until a text has come.</summary>
    internal static async Task<string> ReadUntilAsync(Socket socket, string end)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[1];
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, limit.Token) > 0)
        {
            text.Append((char)buffer[0]);
        }

        return text.ToString();
    }

    internal async Task RevokeAsync() =>
        await Guard.Revocations.RevokeAsync(RevocationTarget.Task(s_acme, AgentTask.Id), Person, "enough");

    /// <summary>The first audit record of a kind; it is written soon after what it is about.</summary>
    internal async Task<AuditRecord> RecordAsync(Func<AuditRecord, bool> which)
    {
        for (int i = 0; i < 2000; i++)
        {
            if (Audit.Records.FirstOrDefault(which) is { } found)
            {
                return found;
            }

            await Task.Delay(5);
        }

        throw new InvalidOperationException("No such record was written.");
    }

    public async ValueTask DisposeAsync()
    {
        _invoker?.Dispose();
        await Proxy.DisposeAsync();
        await _services.DisposeAsync();
    }
}
