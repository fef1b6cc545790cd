using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Credentials;

/// <summary>A lease from its record to its end: what is written when, what narrows it, what lengthens it, what is left when something fails.</summary>
public sealed class LeaseLifeTests : IAsyncLifetime
{
    private readonly LeaseDisk _disk = new();
    private readonly BackEnd _backEnd = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly List<LeaseNode> _nodes = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (LeaseNode node in _nodes)
        {
            node.Store.Mend();
            node.Issuer.Mend();
            await node.DisposeAsync();
        }

        Assert.Empty(_backEnd.Violations);
    }

    [Fact]
    public async Task Record_IsWrittenWithItsHandleBeforeTheIssuerIsAsked_AndGoesOnlyAfterItUnmadeIt()
    {
        LeaseNode node = Start();
        Lease? before = null;
        int during = 0;
        node.Issuer.OnIssue = _ => before = _disk.Records.Single();
        node.Issuer.OnRevoke = _ =>
        {
            during = _disk.Records.Length;
            return Task.CompletedTask;
        };
        AgentTask task = await node.OpenAsync();

        await node.CallAsync(task);
        Lease after = _disk.Records.Single();
        TaskEnd end = await node.Guard.Tasks.CompleteAsync(task);

        Assert.Equal(LeaseState.Pending, before!.State);
        Assert.Equal($"role-{before.Id}", before.Handle);
        Assert.Equal(LeaseState.Active, after.State);
        Assert.True(end.IsConfirmed);
        Assert.Equal(1, during);
        Assert.Empty(_disk.Records);
        Assert.Empty(_backEnd.Live);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StoreDown_WhenTheLeaseIsWritten_TheIssuerIsNotAsked_AndNoRecordStays(bool hangs)
    {
        LeaseNode node = Start();
        AgentTask task = await node.OpenAsync();
        if (hangs)
        {
            node.Store.Hang("add");
        }
        else
        {
            node.Store.Fail("add");
        }

        GuardResult result = await Waiting.PumpAsync(_clock, node.CallAsync(task));
        Assert.Equal(ReasonCodes.CredentialFailed, result.Decision.ReasonCode);
        Assert.Equal(0, node.Issuer.Asked);
        node.Store.Mend(); // what hung is written now
        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(10), () => _disk.Records.IsEmpty, "the late record goes");

        Assert.True((await node.CallAsync(task)).IsCompleted);
        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(10), () => _disk.Records.Length == 1, "the late record is gone, the new one stays"); // it can arrive after the call
    }

    [Fact]
    public async Task IssuerRevoked_WhileTheStoreHangsOverTheRecord_LeavesNoRecordOnceTheStoreWritesIt()
    {
        LeaseNode node = Start();
        AgentTask task = await node.OpenAsync();
        node.Store.Hang("add");
        await Waiting.PumpAsync(_clock, node.CallAsync(task));

        await Waiting.PumpAsync(_clock, node.Guard.Revocations.RevokeAsync(RevocationTarget.Issuer(GuardFixture.Acme, "vault"), LeaseNode.Key, "leaked").AsTask());
        node.Store.Mend(); // what hung is written now, after the revocation has removed what was there

        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(10), () => _disk.Records.IsEmpty, "the late record goes");
        Assert.Empty(_backEnd.Live);
    }

    [Fact]
    public async Task StoreDown_AfterTheIssuerMadeIt_DeniesTheCall_AndItIsUnmadeAndCleared()
    {
        LeaseNode node = Start();
        node.Store.Fail("update");

        GuardResult result = await node.CallAsync(await node.OpenAsync());

        Assert.Equal(ReasonCodes.CredentialFailed, result.Decision.ReasonCode);
        Assert.Empty(_backEnd.Live);
        Assert.Empty(_disk.Records);
        Assert.Throws<ObjectDisposedException>(node.Issuer.Secrets.Single().Secret.Reveal);
    }

    [Fact]
    public async Task StoreDown_AfterManyWereUnmade_TheyAreConfirmed_AskedForOnce_AndTheirRecordsGoWithinSecondsOfItsReturn()
    {
        LeaseNode node = Start();
        AgentTask task = await node.OpenAsync();
        TaskCompletionSource gate = new();
        Task<GuardResult>[] calls = [.. Enumerable.Range(0, 10).Select(_ => node.CallAsync(task, "single", (_, _) => gate.Task))];
        await Waiting.UntilAsync(() => node.Issuer.Issued.Count == 10, "ten leases");
        node.Store.Fail("remove", "update");

        TaskEnd end = await node.Guard.Tasks.CompleteAsync(task);
        gate.SetResult();
        await Task.WhenAll(calls);

        Assert.All(end.Residuals, static r => Assert.True(r.Confirmed, r.ToString()));
        Assert.Equal(10, end.Residuals.Length);
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(10, _disk.Records.Length);
        node.Store.Mend();
        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(10), () => _disk.Records.IsEmpty, "the records go");
        Assert.Equal(10, node.Issuer.Unmakings);
    }

    [Fact]
    public async Task IssuerDown_RetriesGrow_TheLeaseIsIrrevocableOnce_AndAllGoWithinSecondsOfItsReturn()
    {
        LeaseNode node = Start();
        AgentTask[] tasks = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => node.OpenAsync()));
        foreach (AgentTask task in tasks)
        {
            await node.CallAsync(task);
        }

        node.Issuer.Unmaking = Mode.Fails;
        foreach (AgentTask task in tasks)
        {
            TaskEnd end = await node.Guard.Tasks.CompleteAsync(task);
            Assert.False(end.IsConfirmed);
            Assert.True(end.Residuals.Single().IsQueuedDurably);
        }

        await Waiting.WithinAsync(_clock, TimeSpan.FromMinutes(5), () => _disk.Records.All(static l => l.IsIrrevocable), "all are irrevocable");
        for (int i = 0; i < 60; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(5);
        }

        int before = node.Issuer.Unmakings;
        for (int i = 0; i < 60; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        Assert.InRange(node.Issuer.Unmakings - before, 1, 40); // one probe every three seconds, and each of ten within 2.5 to 5 minutes
        Assert.Equal(10, (await node.LeaseRecordsAsync("irrevocable")).Length);
        node.Issuer.Mend();
        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(5), () => _backEnd.Live.IsEmpty && _disk.Records.IsEmpty, "all are unmade");
        Assert.Equal(10, (await node.LeaseRecordsAsync("revoked")).Length);
    }

    [Fact]
    public async Task OneLeaseThatCannotBeUnmade_IsNotAskedForWithoutPause_WhileItsIssuerIsBusy()
    {
        LeaseNode node = Start();
        AgentTask poisoned = await node.OpenAsync();
        await node.CallAsync(poisoned);
        int tries = 0;
        node.Issuer.OnRevoke = lease => lease.Task == poisoned.Id && ++tries > 0 ? throw new IOException("owned objects") : Task.CompletedTask;
        await node.Guard.Tasks.CompleteAsync(poisoned);
        AgentTask busy = await node.OpenAsync();

        for (int i = 0; i < 100; i++)
        {
            await node.CallAsync(busy, "single");
            _clock.Advance(TimeSpan.FromSeconds(0.1));
            await Task.Delay(2);
        }

        Assert.InRange(tries, 2, 12); // ten seconds; each of two hundred successes of the issuer could have brought it forward
    }

    [Theory]
    [InlineData("recorded")]
    [InlineData("made")]
    [InlineData("active")]
    [InlineData("unmade")]
    public async Task ProcessKilled_TheNextUnmakesWhatItLeft_WithinSeconds(string step)
    {
        LeaseNode node = Start();
        AgentTask task = await node.OpenAsync();
        switch (step)
        {
            case "recorded":
                node.Issuer.Making = Mode.Hangs;
                _ = node.CallAsync(task);
                await Waiting.UntilAsync(() => !_disk.Records.IsEmpty, "the record");
                break;
            case "made":
                node.Issuer.Making = Mode.HangsAfterwards;
                _ = node.CallAsync(task);
                await Waiting.UntilAsync(() => !_backEnd.Live.IsEmpty, "the credential");
                break;
            default:
                await node.CallAsync(task);
                break;
        }

        if (step == "unmade")
        {
            node.Store.Fail("remove");
            await node.Guard.Tasks.CompleteAsync(task);
        }

        node.Crash();
        Assert.Single(_disk.Records);
        LeaseNode next = Start();

        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(5), () => _disk.Records.IsEmpty, "the record goes");
        Assert.Empty(_backEnd.Live);
        Assert.Single(await next.LeaseRecordsAsync("taken-over"));
    }

    [Fact]
    public async Task LeaseOfAnIssuerThatIsGone_IsIrrevocableAndStays_AndHoldsUpNoOther()
    {
        LeaseNode old = Start(new BackEndIssuer(_backEnd, "old"));
        await old.CallAsync(await old.OpenAsync());
        LeaseNode node = Start();
        await node.CallAsync(await node.OpenAsync());
        old.Crash();
        node.Crash();

        LeaseNode next = Start();

        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(10), () => _disk.Records.Length == 1, "the other is unmade");
        Assert.Equal("old", _disk.Records.Single().Issuer);
        Assert.Single(_backEnd.Live);
        Assert.Contains("no issuer 'old'", (await next.LeaseRecordsAsync("taken-over")).Single(r => r.Lease == _disk.Records[0].Id).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orphan_IsFoundAndUnmade_AndWhatOthersHoldIsLeftAlone()
    {
        LeaseNode other = Start();
        await other.CallAsync(await other.OpenAsync());
        LeaseId orphan = new("lease_nobody_knows");
        _backEnd.Live[orphan] = $"role-{orphan}";

        LeaseNode node = Start();

        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(5), () => !_backEnd.Live.ContainsKey(orphan), "the orphan goes");
        Assert.Single(_backEnd.Live);
        Assert.Single(_disk.Records);
        // Both look at their start; whose look comes after the orphan's coming finds it.
        AuditRecord[] found = [.. await node.LeaseRecordsAsync("orphan"), .. await other.LeaseRecordsAsync("orphan")];
        Assert.NotEmpty(found);
    }

    [Fact]
    public async Task Renewal_LengthensALeaseInUse_UpToItsMost_AndNotAnIdleOne()
    {
        LeaseNode node = Start();
        AgentTask task = await node.OpenAsync();
        AgentTask idle = await node.OpenAsync();
        await node.CallAsync(idle, "long");
        DateTimeOffset started = _clock.GetUtcNow();
        TaskCompletionSource<LeasedCredential> used = new();
        Task<GuardResult> call = node.CallAsync(task, "long", async (credential, token) =>
        {
            used.SetResult(credential);
            await Task.Delay(Timeout.Infinite, token);
        });
        LeasedCredential credential = await used.Task;

        await Waiting.WithinAsync(_clock, TimeSpan.FromMinutes(3), () => node.Issuer.Renewals.Count >= 3, "it is renewed");
        Assert.Equal("secret-of-" + credential.Lease.Id, credential.Secret.Reveal());
        Assert.Equal(credential.Lease.Id, Assert.Single(_disk.Records).Id); // the idle one ran out
        await Waiting.WithinAsync(_clock, TimeSpan.FromMinutes(3), () => _disk.Records.IsEmpty, "it ends");

        Assert.Equal(started + TimeSpan.FromMinutes(4), node.Issuer.Renewals.Max());
        Assert.InRange(_clock.GetUtcNow() - started, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(4.2));
        Assert.Throws<ObjectDisposedException>(credential.Secret.Reveal);
        Assert.Empty(_backEnd.Live);
        await node.Guard.Tasks.CompleteAsync(task);
        await call;
    }

    [Fact]
    public async Task Renewal_OfALeaseThatACallTookLate_StillHappens()
    {
        LeaseNode node = Start();
        AgentTask task = await node.OpenAsync();
        await node.CallAsync(task, "long");
        _clock.Advance(TimeSpan.FromSeconds(45)); // nobody used it when a third of its life was left
        TaskCompletionSource gate = new();
        Task<GuardResult> call = node.CallAsync(task, "long", (_, _) => gate.Task);

        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(20), () => !node.Issuer.Renewals.IsEmpty, "it is renewed");
        _clock.Advance(TimeSpan.FromSeconds(20));
        gate.SetResult();
        Assert.True((await call).IsCompleted);
        Assert.Equal(1, node.Issuer.Asked);
    }

    [Fact]
    public async Task Renewal_AsksNoMoreThanTheIssuerGives_AndNoLaterThanTheTask()
    {
        LeaseNode node = Start(new BackEndIssuer(_backEnd) { MaxLifetime = TimeSpan.FromSeconds(30) });
        AgentTask task = await node.OpenAsync(lifetime: TimeSpan.FromSeconds(70));
        Task<GuardResult> call = node.CallAsync(task, "long", static (_, token) => Task.Delay(Timeout.Infinite, token));

        await Waiting.UntilAsync(() => node.Issuer.Asked == 1, "a lease");
        DateTimeOffset opened = task.OpenedAt;
        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(80), () => task.HasEnded, "the task ends");
        await call;

        Assert.NotEmpty(node.Issuer.Renewals);
        Assert.All(node.Issuer.Renewals, r => Assert.True(r <= task.ExpiresAt, $"{r} is after the task"));
        Assert.True(node.Issuer.Renewals.First() <= opened + TimeSpan.FromSeconds(60), "thirty seconds at a time");
    }

    [Fact]
    public async Task Renewal_ThatFailsAfterItsWork_EndsTheLeaseAtItsOldEnd_AndTheWindowIsTheLongerOne()
    {
        LeaseNode node = Start();
        node.Issuer.Renewing = Mode.FailsAfterwards;
        AgentTask task = await node.OpenAsync();
        Task<GuardResult> call = node.CallAsync(task, "long", static (_, token) => Task.Delay(Timeout.Infinite, token));
        await Waiting.UntilAsync(() => node.Issuer.Issued.Count == 1, "a lease");
        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(55), () => !node.Issuer.Renewals.IsEmpty, "a renewal");
        node.Issuer.Unmaking = Mode.Fails;

        TaskEnd end = await node.Guard.Tasks.CompleteAsync(task);
        await call;

        Assert.Equal(_backEnd.Until.Values.Single(), Assert.Single(end.Residuals).Until);
        Assert.True(end.Residuals[0].Until > task.OpenedAt + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Scopes_AreWhatTheProfileAndAllMandatesAboveLeave()
    {
        LeaseNode node = Start();
        Mandate all = Mandate.WhateverPoliciesPermit("a test");
        AgentTask top = await node.OpenAsync(mandate: all.WithCredentialScopes("read", "a", "b", "x"));
        AgentTask below = await node.OpenAsync(parent: top, mandate: all.WithCredentialScopes("read", "b", "c"));
        AgentTask nothing = await node.OpenAsync(parent: below, mandate: all.WithCredentialScopes("read", "a"));

        await node.CallAsync(top);
        await node.CallAsync(below);
        GuardResult refused = await node.CallAsync(nothing);

        Assert.Equal("a b", string.Join(' ', node.Issuer.Issued.First().Scopes));
        Assert.Equal("b", string.Join(' ', node.Issuer.Issued.Last().Scopes));
        Assert.Equal(ReasonCodes.CredentialOutsideMandate, refused.Decision.ReasonCode);
        Assert.Equal(2, node.Issuer.Asked);
    }

    [Fact]
    public async Task PerCall_EveryCallHasItsOwnLease_WhichEndsWithIt()
    {
        LeaseNode node = Start();
        AgentTask task = await node.OpenAsync();

        await node.CallAsync(task, "single");
        await node.CallAsync(task, "single");

        Assert.Equal(2, node.Issuer.Asked);
        Assert.Empty(_backEnd.Live);
        Assert.Empty(_disk.Records);
        Assert.All(node.Issuer.Issued, static l => Assert.NotNull(l.OnlyFor));
    }

    [Fact]
    public async Task Quota_CountsWhatCouldNotBeUnmade_AndTheTasksEndNamesIt()
    {
        LeaseNode node = Start(configure: o => o.MaxLeasesPerTask = 3);
        node.Issuer.Unmaking = Mode.Fails;
        AgentTask task = await node.OpenAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.True((await node.CallAsync(task, "single")).IsCompleted);
        }

        GuardResult refused = await node.CallAsync(task, "single");
        Assert.Equal(ReasonCodes.CredentialQuota, refused.Decision.ReasonCode);
        TaskEnd end = await node.Guard.Tasks.CompleteAsync(task);
        Assert.Equal(3, end.Residuals.Length);
        Assert.False(end.IsConfirmed, "their calls are over, but they still live");
    }

    [Theory]
    [InlineData(60, 3600, 3600, 60)]
    [InlineData(60, 20, 3600, 20)]
    [InlineData(60, 3600, 30, 30)]
    public async Task Life_IsTheLeastOfProfileIssuerAndTask(int profile, int issuer, int task, int expected)
    {
        LeaseNode node = Start(new BackEndIssuer(_backEnd) { MaxLifetime = TimeSpan.FromSeconds(issuer) }, lifetime: TimeSpan.FromSeconds(profile));
        AgentTask parent = await node.OpenAsync(lifetime: TimeSpan.FromSeconds(task));
        AgentTask child = await node.OpenAsync(parent: parent);
        DateTimeOffset end = _clock.GetUtcNow() + TimeSpan.FromSeconds(expected);

        await node.CallAsync(parent);
        await node.CallAsync(child);

        Assert.All(_disk.Records, l => Assert.Equal(end, l.ExpiresAt));
    }

    [Fact]
    public async Task IssuerRevoked_AllItsLeasesGo_CallsAreCancelled_AndItMakesNoMore()
    {
        LeaseNode node = Start();
        AgentTask[] tasks = await Task.WhenAll(node.OpenAsync(), node.OpenAsync());
        await node.CallAsync(tasks[1]);
        TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<GuardResult> call = node.CallAsync(tasks[0], use: (_, token) =>
        {
            running.SetResult();
            return Task.Delay(Timeout.Infinite, token);
        });
        await running.Task; // before that the revocation would deny it, not cancel it
        Assert.Equal(2, _backEnd.Live.Count);

        await node.Guard.Revocations.RevokeAsync(RevocationTarget.Issuer(GuardFixture.Acme, "vault"), LeaseNode.Key, "leaked");

        Assert.Equal(ReasonCodes.CancelledByRevocation, (await call).OutcomeCode);
        Assert.Empty(_backEnd.Live);
        Assert.Equal(ReasonCodes.Revoked, (await node.CallAsync(tasks[0])).Decision.ReasonCode);
        await node.Guard.Revocations.LiftAsync(RevocationTarget.Issuer(GuardFixture.Acme, "vault"), LeaseNode.Key, "mended");
        Assert.True((await node.CallAsync(tasks[0])).IsCompleted);
    }

    [Fact]
    public async Task IssuerRevoked_WhileItMakesACredential_ItIsUnmadeHoweverTheTwoInterleave()
    {
        // The revocation's answer from the back end comes after the credential was made: it speaks of a time when there was none.
        LeaseNode node = Start();
        TaskCompletionSource unmaking = new();
        TaskCompletionSource made = new();
        bool first = true;
        node.Issuer.OnRevoke = async lease =>
        {
            if (first)
            {
                first = false;
                unmaking.SetResult();
                await made.Task;
                _backEnd.Live[lease.Id] = lease.Handle!; // as if it had looked before: nothing was there to take away
            }
        };
        node.Issuer.OnIssue = _ => unmaking.Task.Wait();
        Task<GuardResult> call = node.CallAsync(await node.OpenAsync());
        await Waiting.UntilAsync(() => node.Issuer.Asked == 1, "the issuer is asked");
        Task revoking = node.Guard.Revocations.RevokeAsync(RevocationTarget.Issuer(GuardFixture.Acme, "vault"), LeaseNode.Key, "leaked").AsTask();
        await Waiting.UntilAsync(() => !_backEnd.Live.IsEmpty, "it is made");
        made.SetResult();

        Assert.Equal(ReasonCodes.Revoked, (await call).Decision.ReasonCode);
        await revoking;
        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(10), () => _disk.Records.IsEmpty, "the record goes");
        Assert.Empty(_backEnd.Live);
        Assert.Equal(2, node.Issuer.Unmakings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Complete_IsBoundedWhenTheIssuerHangs_AndSaysWhetherARestartTriesOn(bool isDurable)
    {
        LeaseNode node = Start(isDurable: isDurable);
        AgentTask task = await node.OpenAsync();
        await node.CallAsync(task);
        node.Issuer.Unmaking = Mode.Hangs;
        DateTimeOffset before = _clock.GetUtcNow();

        TaskEnd end = await Waiting.PumpAsync(_clock, node.Guard.Tasks.CompleteAsync(task).AsTask());

        Assert.InRange(_clock.GetUtcNow() - before, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
        Assert.False(end.IsConfirmed);
        Assert.Equal(isDurable, end.Residuals.Single().IsQueuedDurably);
        Assert.Throws<ObjectDisposedException>(node.Issuer.Secrets.Single().Secret.Reveal);
    }

    [Fact]
    public async Task Shutdown_UnmakesWhatItCan_AndLeavesTheRestInTheStore()
    {
        LeaseNode node = Start();
        await node.CallAsync(await node.OpenAsync());
        AgentTask stuck = await node.OpenAsync();
        await node.CallAsync(stuck);
        node.Issuer.OnRevoke = lease => lease.Task == stuck.Id ? throw new IOException("down") : Task.CompletedTask;

        await node.DisposeAsync();

        Assert.Equal(stuck.Id, Assert.Single(_disk.Records).Task);
        Assert.Single(_backEnd.Live);
        Assert.All(node.Issuer.Secrets, static s => Assert.Throws<ObjectDisposedException>(s.Secret.Reveal));
        node.Crash();
        Start();
        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(5), () => _disk.Records.IsEmpty && _backEnd.Live.IsEmpty, "the next process unmakes it");
    }

    [Fact]
    public async Task LastSecondsOfALease_OneNewOneIsMade_NotOneACall()
    {
        LeaseNode node = Start();
        AgentTask task = await node.OpenAsync();
        await node.CallAsync(task);
        _clock.Advance(TimeSpan.FromSeconds(57));

        for (int i = 0; i < 5; i++)
        {
            Assert.True((await node.CallAsync(task)).IsCompleted);
        }

        Assert.Equal(2, node.Issuer.Asked);
    }

    [Fact]
    public async Task StoreThatHangsAtTakeOver_IsAskedOnce_AndItsLateAnswerIsUsed()
    {
        LeaseNode node = Start();
        await node.CallAsync(await node.OpenAsync());
        LeaseNode next = Start();
        next.Store.Hang("take-over");
        node.Crash();
        _clock.Advance(TimeSpan.FromSeconds(6));
        await Task.Delay(50);
        _clock.Advance(TimeSpan.FromSeconds(3));

        next.Store.Mend();

        await Waiting.WithinAsync(_clock, TimeSpan.FromSeconds(15), () => _disk.Records.IsEmpty, "it is taken over");
        Assert.Empty(_backEnd.Live);
    }

    private LeaseNode Start(
        BackEndIssuer? issuer = null, Action<IntentAuthzOptions>? configure = null, TimeSpan? lifetime = null, bool isDurable = true)
    {
        LeaseNode node = new(_disk, _backEnd, _clock, configure, issuer, lifetime, isDurable);
        _nodes.Add(node);
        return node;
    }
}
