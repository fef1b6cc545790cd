using System.Diagnostics;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Sqlite.Tests;

public sealed class RevocationStoreTests : IDisposable
{
    private readonly TemporaryState _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Every_kind_comes_back_as_it_was_written()
    {
        TenantId tenant = new("bank");
        RevocationTarget[] targets =
        [
            RevocationTarget.Everything,
            RevocationTarget.WholeTenant(tenant),
            RevocationTarget.Task(tenant, new TaskId("task_1")),
            RevocationTarget.Agent(tenant, new AgentId("clerk")),
            RevocationTarget.DelegationLink(tenant, new DelegationLinkId("dlg_1")),
            RevocationTarget.Lease(tenant, new LeaseId("lease_1")),
            RevocationTarget.Approval(tenant, new ApprovalId("appr_1")),
            RevocationTarget.Tool(tenant, "pay"),
            RevocationTarget.PolicyVersion(tenant, "v1"),
        ];
        RevocationEntry[] entries =
        [
            .. targets.Select((target, i) => Samples.Revocation("x", i % 2 == 0 ? null : DateTimeOffset.UtcNow.AddHours(1)) with
            {
                Target = target, By = i % 3 == 0 ? null : i % 3 == 1 ? Principal.Person("alice", tenant, "security") : Principal.Service("sweeper", new TenantId("ops")),
                Cause = (RevocationCause)(i % 4), Reason = $"reason {i}",
            }),
        ];
        await using SqliteState state = _state.Open();
        foreach (RevocationEntry entry in entries)
        {
            await state.Revocations.AddAsync(entry, default);
        }

        (List<RevocationChange> changes, _) = await ReadAsync(state, 0);

        Assert.Equal(entries, changes.Select(static c => c.Entry!));
        Assert.Equal(targets, changes.Select(static c => c.Target));
        Assert.All(changes, static c => Assert.True(c.Entry!.By is null || c.Entry.By.Roles.Length == (c.Entry.By.Kind == PrincipalKind.Person ? 1 : 0)));
    }

    [Fact]
    public async Task A_reader_reads_on_from_where_it_was()
    {
        await using SqliteState state = _state.Open();
        (_, long start) = await ReadAsync(state, 0);
        Assert.Equal(0, start);
        await state.Revocations.AddAsync(Samples.Revocation("a"), default);
        (List<RevocationChange> first, long one) = await ReadAsync(state, start);
        await state.Revocations.AddAsync(Samples.Revocation("a"), default); // there already
        (List<RevocationChange> none, long same) = await ReadAsync(state, one);
        await state.Revocations.LiftAsync(Samples.Revocation("a").Target, default);
        await state.Revocations.LiftAsync(Samples.Revocation("never").Target, default);
        await state.Revocations.AddAsync(Samples.Revocation("b"), default);
        (List<RevocationChange> then, long two) = await ReadAsync(state, one);

        Assert.Single(first);
        Assert.Empty(none);
        Assert.Equal(one, same);
        Assert.True(two > one, "The position does not move on.");
        Assert.Equal(["a", "b"], then.Select(static c => c.Target.Id));
        Assert.Null(then[0].Entry);
        Assert.Equal("b", Assert.Single((await ReadAsync(state, 0)).Changes).Target.Id);
    }

    [Fact]
    public async Task A_standing_stop_takes_the_place_of_one_that_would_have_been_forgotten()
    {
        await using SqliteState state = _state.Open();
        DateTimeOffset soon = DateTimeOffset.UtcNow.AddMinutes(5);
        await state.Revocations.AddAsync(Samples.Revocation("a", soon), default);
        await state.Revocations.AddAsync(Samples.Revocation("a"), default);
        Assert.Null(Assert.Single((await ReadAsync(state, 0)).Changes).Entry!.ExpiresAt);

        await state.Revocations.AddAsync(Samples.Revocation("a", soon), default);
        Assert.Null(Assert.Single((await ReadAsync(state, 0)).Changes).Entry!.ExpiresAt);
    }

    [Fact]
    public async Task A_reader_however_slow_hears_of_a_lift_and_one_that_came_later_has_nothing_to_hear()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using SqliteState slow = _state.Open(time);
        await slow.Revocations.AddAsync(Samples.Revocation("a"), default);
        (_, long position) = await ReadAsync(slow, 0);
        await using (SqliteState quick = _state.Open(time))
        {
            await quick.Revocations.LiftAsync(Samples.Revocation("a").Target, default);
            for (int day = 0; day < 30; day++)
            {
                time.Advance(TimeSpan.FromDays(1));
                await quick.Revocations.AddAsync(Samples.Revocation($"b{day}", time.GetUtcNow().AddSeconds(1)), default);
            }
        }

        (List<RevocationChange> changes, _) = await ReadAsync(slow, position);
        Assert.Contains(changes, static c => c.Target.Id == "a" && c.Entry is null);
        Assert.True(changes.Count < 5, "What expired long ago is still there.");

        await slow.DisposeAsync();
        await using SqliteState later = _state.Open(time);
        await later.Revocations.AddAsync(Samples.Revocation("c"), default);
        Assert.Equal(0L, _state.Run("SELECT COUNT(*) FROM revocation WHERE why IS NULL"));
    }

    [Fact]
    public async Task A_position_is_never_given_twice()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using SqliteState state = _state.Open(time);
        await state.Revocations.AddAsync(Samples.Revocation("a", time.GetUtcNow().AddSeconds(1)), default);
        (_, long before) = await ReadAsync(state, 0);
        _state.Run("DELETE FROM revocation");
        await state.Revocations.AddAsync(Samples.Revocation("b"), default);

        (List<RevocationChange> changes, long after) = await ReadAsync(state, before);
        Assert.Equal("b", Assert.Single(changes).Target.Id);
        Assert.True(after > before, "A reader would have missed it.");
    }

    [Fact]
    public async Task Another_process_s_stop_is_seen_and_survives_its_SIGKILL()
    {
        await using SqliteState state = _state.Open();
        using OtherProcess other = await OtherProcess.StartAsync(_state.Path);
        long position = (await ReadAsync(state, 0)).Position;
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("revoked", await other.AskAsync($"revoke agent{i}"));
            (List<RevocationChange> changes, position) = await ReadAsync(state, position);
            Assert.Equal($"agent{i}", Assert.Single(changes).Target.Id);
        }

        other.Kill();
        Assert.Equal(20, (await ReadAsync(state, 0)).Changes.Count);
    }

    [Fact]
    public async Task Another_process_s_stop_is_seen_by_a_poll_every_25_ms()
    {
        await using SqliteState state = _state.Open();
        using OtherProcess other = await OtherProcess.StartAsync(_state.Path);
        await other.AskAsync("revoke first");
        long position = (await ReadAsync(state, 0)).Position;
        Task<string> revoking = other.AskAsync("revoke second");
        Stopwatch waited = Stopwatch.StartNew();
        List<RevocationChange> changes = [];
        while (changes.Count == 0 && waited.Elapsed < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(25);
            (changes, position) = await ReadAsync(state, position);
        }

        await revoking;
        Assert.Equal("second", Assert.Single(changes).Target.Id);
    }

    [Theory]
    [InlineData("UPDATE revocation SET kind = 99")]
    [InlineData("UPDATE revocation SET why = '{'")]
    [InlineData("UPDATE revocation SET why = '{}'")]
    [InlineData("UPDATE revocation SET why = json_set(why, '$.cause', 'Whim')")]
    [InlineData("UPDATE revocation SET tenant = ''")]
    public async Task A_stop_that_cannot_be_read_is_a_fault_and_never_looks_like_none(string damage)
    {
        await using SqliteState state = _state.Open();
        await state.Revocations.AddAsync(Samples.Revocation("a"), default);
        _state.Run(damage);

        SqliteStateException e = await Assert.ThrowsAsync<SqliteStateException>(() => ReadAsync(state, 0));
        Assert.Contains("cannot be read", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_is_like_SQL_or_JSON_is_text()
    {
        await using SqliteState state = _state.Open();
        RevocationEntry entry = Samples.Revocation("'; DROP TABLE revocation; --") with { Reason = "\"},{\"by\":null} \u2028 '' \\ Größe" };
        await state.Revocations.AddAsync(entry, default);
        Assert.Equal(entry, Assert.Single((await ReadAsync(state, 0)).Changes).Entry);
    }

    [Fact]
    public async Task Two_processes_that_race_lose_nothing_and_readers_see_one_order()
    {
        await using SqliteState one = _state.Open();
        await using SqliteState two = _state.Open();
        List<string> seen = [];
        long position = 0;
        Task writing = Task.WhenAll(
            Enumerable.Range(0, 2).Select(w => Task.Run(async () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    await (w == 0 ? one : two).Revocations.AddAsync(Samples.Revocation($"{w}-{i}"), default);
                }
            })));
        while (!writing.IsCompleted)
        {
            position = await one.Revocations.ReadAsync(position, c => seen.Add(c.Target.Id), default);
        }

        await writing;
        await one.Revocations.ReadAsync(position, c => seen.Add(c.Target.Id), default);

        (List<RevocationChange> all, _) = await ReadAsync(two, 0);
        Assert.Equal(200, all.Count);
        Assert.Equal(all.Select(static c => c.Target.Id), seen);
    }

    private static async Task<(List<RevocationChange> Changes, long Position)> ReadAsync(SqliteState state, long after)
    {
        List<RevocationChange> changes = [];
        return (changes, await state.Revocations.ReadAsync(after, changes.Add, default));
    }
}
