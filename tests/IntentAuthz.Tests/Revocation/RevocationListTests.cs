using CsCheck;

namespace IntentAuthz.Tests.Revocation;

/// <summary>The list against a plain dictionary, and with many readers beside a writer.</summary>
public sealed class RevocationListTests
{
    private static readonly TenantId s_acme = new("acme");
    private static readonly DateTimeOffset s_now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void List_AfterAnyAddsRemovesAndSweeps_HoldsWhatADictionaryHolds() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3_000], Gen.Int[0, 100]).Array[0, 12_000].Sample(steps =>
        {
            RevocationList list = new();
            Dictionary<RevocationTarget, RevocationEntry> model = [];
            foreach ((int what, int which, int life) in steps)
            {
                RevocationTarget target = Target(which);
                if (what < 2)
                {
                    RevocationEntry entry = Entry(target, life == 0 ? null : s_now + TimeSpan.FromMinutes(life));
                    Assert.Equal(!model.ContainsKey(target), list.Add(entry));
                    if (!model.TryGetValue(target, out RevocationEntry? known) || (known.ExpiresAt is not null && (entry.ExpiresAt is null || entry.ExpiresAt > known.ExpiresAt)))
                    {
                        model[target] = entry;
                    }
                }
                else if (what == 2)
                {
                    Assert.Equal(model.Remove(target), list.Remove(target));
                }
                else if (which < 20)
                {
                    DateTimeOffset now = s_now + TimeSpan.FromMinutes(life);
                    list.Sweep(now);
                    foreach (RevocationTarget expired in model.Where(m => m.Value.ExpiresAt <= now).Select(static m => m.Key).ToArray())
                    {
                        model.Remove(expired);
                    }
                }
            }

            Assert.Equal(model.Count, list.Count);
            Assert.Equal(
                model.Select(static m => (m.Key.ToString(), m.Value.ExpiresAt)).Order(),
                list.Entries.Select(static e => (e.Target.ToString(), e.ExpiresAt)).Order());
            Assert.All(model.Keys, target => Assert.True(list.Contains(target)));
        }, iter: 40);

    [Fact]
    public void Contains_OfATenantAndAnother_KindAndAnother_IsNotMixedUp()
    {
        RevocationList list = new();
        list.Add(Entry(RevocationTarget.Task(s_acme, new TaskId("x"))));
        list.Add(Entry(RevocationTarget.Issuer(null, "vault")));

        Assert.True(list.Contains(RevocationTarget.FromStore(RevocationKind.Task, s_acme, "x")));
        Assert.False(list.Contains(RevocationTarget.Task(new TenantId("other"), new TaskId("x"))));
        Assert.False(list.Contains(RevocationTarget.Agent(s_acme, new AgentId("x"))));
        Assert.True(list.CoversIssuer(s_acme, "vault"), "an issuer revoked for all tenants is revoked for each");
        Assert.False(list.Contains(RevocationTarget.Issuer(s_acme, "vault")));
        Assert.Equal(RevocationTarget.Issuer(null, "vault"), RevocationTarget.FromStore(RevocationKind.Issuer, default, "vault"));
        Assert.False(list.Contains(default));
    }

    [Fact]
    public void Check_Allocates_Nothing()
    {
        RevocationList list = Filled(100_000);
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("bot"), s_acme, "ann");
        AgentTask task = new(
            new TaskRequest(agent, "test", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)), null, null,
            Principal.Person("carl", s_acme), Obligations.None, TimeProvider.System, new GuardIdentity(new SecretScrubber(TimeProvider.System), TimeProvider.System, new RiskWeights()), TaskSettings.Default);
        ToolDescriptor tool = ToolDescriptor.For("pay").Build();
        Assert.Null(list.FindFor(task, tool, "v", null));

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            _ = list.IsKnown && list.FindFor(task, tool, "v", null) is null;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task What_add_has_returned_for_is_found_by_every_later_check_while_others_add_remove_and_expire()
    {
        bool isLong = Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";
        int perWriter = isLong ? 500_000 : 20_000;
        RevocationList list = new();
        RevocationTarget standing = RevocationTarget.Agent(s_acme, new AgentId("stands"));
        list.Add(Entry(standing));
        using CancellationTokenSource done = new();
        int missed = 0;
        Task reader = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                missed += list.Contains(standing) ? 0 : 1;
            }
        });
        Task sweeper = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                list.Sweep(s_now);
                await Task.Yield();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 2).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < perWriter; i++)
            {
                RevocationTarget target = RevocationTarget.Task(s_acme, new TaskId($"{writer}-{i}"));
                list.Add(Entry(target, i % 3 == 0 ? s_now + TimeSpan.FromDays(1) : null));
                if (!list.Contains(target))
                {
                    Interlocked.Increment(ref missed);
                }

                list.Add(Entry(RevocationTarget.Lease(s_acme, new LeaseId($"{writer}-{i}")), s_now));
                if (i % 2 == 0)
                {
                    list.Remove(target);
                }
            }
        })));
        await done.CancelAsync();
        await Task.WhenAll(reader, sweeper);

        Assert.True(missed == 0, $"{missed} checks missed an entry that had been added before");
        list.Sweep(s_now);
        list.Sweep(s_now);
        Assert.Equal(perWriter + 1, list.Count);
    }

    private static RevocationList Filled(int entries)
    {
        RevocationList list = new();
        for (int i = 0; i < entries; i++)
        {
            list.Add(Entry(Target(i)));
        }

        return list;
    }

    private static RevocationTarget Target(int which) => (which % 9) switch
    {
        0 => RevocationTarget.Task(s_acme, new TaskId($"{which}")),
        1 => RevocationTarget.Agent(s_acme, new AgentId($"{which}")),
        2 => RevocationTarget.DelegationLink(s_acme, new DelegationLinkId($"{which}")),
        3 => RevocationTarget.Lease(s_acme, new LeaseId($"{which}")),
        4 => RevocationTarget.Approval(s_acme, new ApprovalId($"{which}")),
        5 => RevocationTarget.Tool(s_acme, $"{which}"),
        6 => RevocationTarget.PolicyVersion(s_acme, $"{which}"),
        7 => RevocationTarget.WholeTenant(new TenantId($"{which}")),
        _ => RevocationTarget.Issuer(which % 2 == 0 ? null : s_acme, $"{which}"),
    };

    private static RevocationEntry Entry(RevocationTarget target, DateTimeOffset? expires = null) =>
        new() { Target = target, Reason = "a test", Cause = RevocationCause.Person, At = s_now, ExpiresAt = expires };
}
