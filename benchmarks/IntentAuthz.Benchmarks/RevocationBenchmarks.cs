using System.Collections.Concurrent;
using System.Globalization;

using BenchmarkDotNet.Attributes;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// The check whether something is revoked, with 1,000,000 entries and nothing revoked of what is asked for: the price every call pays. The
/// baseline is a <see cref="ConcurrentDictionary{TKey, TValue}"/> with the same targets. The ids asked for
/// are spread evenly over the filter, and are more than fit the processor's second cache with it; the tasks are as many as work at one moment.
/// </summary>
[MemoryDiagnoser]
public class RevocationBenchmarks
{
    private const int Entries = 1_000_000;
    private const int Asked = 65_536; // ids; a power of two
    private const int Tasks = 64; // tasks that are at work

    private readonly ConcurrentDictionary<RevocationTarget, RevocationEntry> _dictionary = new();
    private readonly RevocationList _list = new();
    private readonly RevocationTarget[] _live = new RevocationTarget[Asked];
    private readonly AgentTask[] _tasks = new AgentTask[Tasks];
    private readonly RevocationTarget[][] _restsOn = new RevocationTarget[Tasks][];
    private readonly LeasedCredential[] _credentials = new LeasedCredential[Tasks];
    private volatile bool _stopping;
    private ToolDescriptor _tool = null!;
    private Task _writing = Task.CompletedTask;
    private int _next;

    /// <summary>How many revocations are written a second meanwhile; each lifts an older one, so that their number stays.</summary>
    [Params(0, 10_000)]
    public int WritesPerSecond { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        TenantId tenant = new("acme");
        RevocationTarget[] revoked = new RevocationTarget[Entries];
        for (int i = 0; i < Entries; i++)
        {
            // Of every kind that a call rests on, so that no kind can be passed over; mostly tasks and leases, as in life.
            string id = Guid.NewGuid().ToString("N");
            revoked[i] = (i % 16) switch
            {
                0 => RevocationTarget.Agent(tenant, new AgentId(id)),
                1 => RevocationTarget.DelegationLink(tenant, new DelegationLinkId(id)),
                2 => RevocationTarget.Tool(tenant, id),
                3 => RevocationTarget.PolicyVersion(tenant, id),
                4 => RevocationTarget.WholeTenant(new TenantId(id)),
                5 => RevocationTarget.Issuer(tenant, id),
                < 11 => RevocationTarget.Lease(tenant, new LeaseId(id)),
                _ => RevocationTarget.Task(tenant, new TaskId(id)),
            };
            RevocationEntry entry = EntryOf(revoked[i]);
            _list.Add(entry);
            _dictionary[revoked[i]] = entry;
        }

        _tool = ToolDescriptor.For("pay").Idempotent().Build();
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann");
        TaskRequest request = new(agent, "work", Mandate.WhateverPoliciesPermit("a benchmark"), TimeSpan.FromDays(1));
        CredentialProfile profile = new("p", "vault", "bank", ["all"], TimeSpan.FromMinutes(5));
        for (int i = 0; i < Asked; i++)
        {
            _live[i] = RevocationTarget.Task(tenant, new TaskId(Guid.NewGuid().ToString("N")));
        }

        for (int i = 0; i < Tasks; i++)
        {
            // A root task with a sub-task for another agent: two tasks, two links, two agents.
            AgentTask parent = NewTask(request, null);
            _tasks[i] = NewTask(new TaskRequest(
                AgentIdentity.HostAsserted(new AgentId("helper"), tenant, "ann"), "part", request.Mandate, TimeSpan.FromHours(1)), parent);
            Lease lease = new()
            {
                Id = new LeaseId(Guid.NewGuid().ToString("N")), Tenant = tenant, Task = _tasks[i].Id, Agent = agent.Id, Owner = "ann", Profile = "p",
                Issuer = "vault", Audience = "bank", Scopes = ["all"], CreatedAt = default, ExpiresAt = default, RenewableUntil = default, HonouredUntil = default,
            };
            _credentials[i] = new LeasedCredential(lease, profile, IssueResult.Issued(new Secret("a secret of a benchmark"u8.ToArray()), default));
            _restsOn[i] =
            [
                .. _tasks[i].RestsOn, RevocationTarget.Tool(tenant, "pay"), RevocationTarget.PolicyVersion(tenant, "v1"), RevocationTarget.Lease(tenant, lease.Id),
                RevocationTarget.Issuer(tenant, "vault"), RevocationTarget.Issuer(null, "vault"),
            ];
        }

        if (WritesPerSecond > 0)
        {
            _writing = Task.Factory.StartNew(() => Write(tenant, revoked), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _stopping = true;
        _writing.Wait();
    }

    [Benchmark]
    public bool OneId() => _list.Contains(_live[_next++ & (Asked - 1)]);

    [Benchmark]
    public bool OneIdDictionary() => _dictionary.ContainsKey(_live[_next++ & (Asked - 1)]);

    [Benchmark]
    public RevocationEntry? Call()
    {
        int i = _next++ & (Tasks - 1);
        return _list.FindFor(_tasks[i], _tool, "v1", _credentials[i]);
    }

    [Benchmark]
    public bool CallDictionary()
    {
        foreach (RevocationTarget target in _restsOn[_next++ & (Tasks - 1)])
        {
            if (_dictionary.ContainsKey(target))
            {
                return true;
            }
        }

        return false;
    }

    private static AgentTask NewTask(TaskRequest request, AgentTask? parent) => new(
        request, null, parent, Principal.Person("carl", request.Agent.Tenant), Obligations.None, TimeProvider.System, new GuardIdentity(new SecretScrubber(TimeProvider.System), TimeProvider.System, new RiskWeights()), TaskSettings.Default);

    private static RevocationEntry EntryOf(RevocationTarget target) => new()
    {
        Target = target, Reason = "a benchmark", Cause = RevocationCause.Person, At = DateTimeOffset.UnixEpoch,
    };

    private void Write(TenantId tenant, RevocationTarget[] revoked)
    {
        long began = TimeProvider.System.GetTimestamp();
        int written = 0;
        while (!_stopping)
        {
            int due = (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * WritesPerSecond);
            for (; written < due; written++)
            {
                ref RevocationTarget oldest = ref revoked[written % Entries];
                _list.Remove(oldest);
                _dictionary.TryRemove(oldest, out _);
                oldest = RevocationTarget.Task(tenant, new TaskId(Guid.NewGuid().ToString("N")));
                RevocationEntry entry = EntryOf(oldest);
                _list.Add(entry);
                _dictionary[oldest] = entry;
            }

            Thread.Sleep(1);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"// The writer revoked {written / TimeProvider.System.GetElapsedTime(began).TotalSeconds:N0} a second, and lifted as many."));
    }
}
