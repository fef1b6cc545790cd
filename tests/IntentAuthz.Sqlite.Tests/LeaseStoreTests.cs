using System.Collections.Immutable;

namespace IntentAuthz.Sqlite.Tests;

public sealed class LeaseStoreTests : IDisposable
{
    private readonly TemporaryState _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task A_lease_comes_back_as_it_was_written()
    {
        Lease lease = Samples.Lease();
        await using SqliteState state = _state.Open();
        await state.Leases.AddAsync(lease, default);

        Lease read = Assert.Single(await state.Leases.ReadAsync(null, default));

        Assert.Equal(lease.Scopes.AsEnumerable(), read.Scopes);
        Assert.Equal(lease with { Scopes = read.Scopes }, read);
        Lease bare = lease with { OnlyFor = null, Handle = null, Scopes = [], IsIrrevocable = false, State = LeaseState.Revoking };
        await state.Leases.UpdateAsync(bare, default);
        read = Assert.Single(await state.Leases.ReadAsync(null, default));
        Assert.Equal(bare with { Scopes = read.Scopes }, read);
        Assert.Empty(read.Scopes);
    }

    [Fact]
    public async Task A_tenant_reads_its_own()
    {
        await using SqliteState state = _state.Open();
        Lease ours = Samples.Lease("bank");
        await state.Leases.AddAsync(ours, default);
        await state.Leases.AddAsync(Samples.Lease("other"), default);
        await state.Leases.AddAsync(Samples.Lease("BANK"), default);

        Assert.Equal(ours.Id, Assert.Single(await state.Leases.ReadAsync(new TenantId("bank"), default)).Id);
        Assert.Equal(3, (await state.Leases.ReadAsync(null, default)).Length);
    }

    [Fact]
    public async Task Updating_what_is_not_there_adds_nothing_and_removing_twice_is_no_fault()
    {
        await using SqliteState state = _state.Open();
        Lease lease = Samples.Lease();
        await state.Leases.UpdateAsync(lease, default);
        Assert.False(await state.Leases.ContainsAsync(lease.Id, default));
        await state.Leases.AddAsync(lease, default);
        Assert.True(await state.Leases.ContainsAsync(lease.Id, default));
        await state.Leases.RemoveAsync(lease.Id, default);
        await state.Leases.RemoveAsync(lease.Id, default);
        Assert.False(await state.Leases.ContainsAsync(lease.Id, default));
    }

    [Fact]
    public async Task Of_many_writers_one_that_fails_takes_no_other_along()
    {
        await using SqliteState state = _state.Open();
        Lease twice = Samples.Lease();
        await state.Leases.AddAsync(twice, default);
        Task[] adding = [.. Enumerable.Range(0, 200).Select(i => state.Leases.AddAsync(i == 100 ? twice : Samples.Lease(), default).AsTask())];

        await Assert.ThrowsAsync<SqliteStateException>(() => Task.WhenAll(adding));

        Assert.Equal(1, adding.Count(static t => t.IsFaulted));
        Assert.Equal(200, (await state.Leases.ReadAsync(null, default)).Length);
    }

    [Fact]
    public async Task What_a_killed_process_held_is_taken_over_at_once_and_what_a_live_one_holds_is_not()
    {
        await using SqliteState state = _state.Open();
        using OtherProcess dead = await OtherProcess.StartAsync(_state.Path);
        using OtherProcess alive = await OtherProcess.StartAsync(_state.Path);
        await dead.AskAsync("lease 5");
        await alive.AskAsync("lease 3");
        Assert.Empty(await state.Leases.TakeOverAsync(default));

        dead.Kill();

        Assert.Equal(5, (await state.Leases.TakeOverAsync(default)).Length);
        Assert.Empty(await state.Leases.TakeOverAsync(default));
        Assert.Equal(2, _state.Files.Count(static f => f.EndsWith(".live", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_process_that_ends_in_order_leaves_its_leases_to_be_taken_over_and_no_file()
    {
        await using SqliteState state = _state.Open();
        using (OtherProcess other = await OtherProcess.StartAsync(_state.Path))
        {
            await other.AskAsync("lease 2");
            await other.StopAsync();
        }

        Assert.Equal(2, (await state.Leases.TakeOverAsync(default)).Length);
        Assert.Single(_state.Files, static f => f.EndsWith(".live", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_any_number_of_takers_each_lease_goes_to_one()
    {
        using (OtherProcess dead = await OtherProcess.StartAsync(_state.Path))
        {
            await dead.AskAsync("lease 40");
            using OtherProcess second = await OtherProcess.StartAsync(_state.Path);
            await second.AskAsync("lease 40");
            dead.Kill();
            second.Kill();
        }

        SqliteState[] takers = [.. Enumerable.Range(0, 4).Select(_ => _state.Open())];
        using OtherProcess elsewhere = await OtherProcess.StartAsync(_state.Path);
        Task<string> there = elsewhere.AskAsync("take");
        ImmutableArray<Lease>[] taken = await Task.WhenAll(takers.Select(t => Task.Run(async () => await t.Leases.TakeOverAsync(default))));
        string[] ids =
        [
            .. taken.SelectMany(static t => t).Select(static l => l.Id.Value),
            .. (await there).Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];

        // Who finds another at it leaves it to that one, so all that is left now is nothing.
        Assert.Equal(80, ids.Length);
        Assert.Equal(80, ids.Distinct().Count());
        foreach (SqliteState taker in takers)
        {
            await taker.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_was_said_to_be_durable_is_there_after_SIGKILL()
    {
        int rounds = Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 50 : 5;
        Random random = new(7);
        for (int round = 0; round < rounds; round++)
        {
            HashSet<string> said = [];
            using (OtherProcess other = await OtherProcess.StartAsync(_state.Path))
            {
                await other.TellAsync("lease-on");
                for (int i = random.Next(1, 60); i > 0; i--)
                {
                    said.Add((await other.Answers.ReadLineAsync())!);
                }

                other.Kill();
                while (await other.Answers.ReadLineAsync() is { Length: 38 } rest)
                {
                    said.Add(rest); // had been said before the kill
                }
            }

            await using SqliteState state = _state.Open();
            HashSet<string> kept = [.. (await state.Leases.TakeOverAsync(default)).Select(static l => l.Id.Value)];
            Assert.True(said.IsSubsetOf(kept), $"Round {round}: {said.Except(kept).Count()} of {said.Count} leases are lost.");
            Assert.True(kept.Count <= said.Count + 1, $"Round {round}: {kept.Count} leases are there, {said.Count} were said.");
            foreach (string id in kept)
            {
                await state.Leases.RemoveAsync(new LeaseId(id), default);
            }
        }
    }

    [Fact]
    public async Task A_process_whose_lock_file_was_deleted_and_that_was_taken_over_writes_leases_no_more_but_still_stops()
    {
        await using SqliteState robbed = _state.Open();
        Lease lease = Samples.Lease();
        await robbed.Leases.AddAsync(lease, default);
        foreach (string file in _state.Files.Where(static f => f.EndsWith(".live", StringComparison.Ordinal)))
        {
            File.Delete(Path.Combine(Path.GetDirectoryName(_state.Path)!, file));
        }

        await using SqliteState taker = _state.Open();
        Assert.Single(await taker.Leases.TakeOverAsync(default));

        await Assert.ThrowsAsync<SqliteStateException>(async () => await robbed.Leases.UpdateAsync(lease, default));
        await Assert.ThrowsAsync<SqliteStateException>(async () => await robbed.Leases.RemoveAsync(lease.Id, default));
        await Assert.ThrowsAsync<SqliteStateException>(async () => await robbed.Leases.AddAsync(Samples.Lease(), default));
        await robbed.Revocations.AddAsync(Samples.Revocation("rogue"), default);
        Assert.Single(await taker.Leases.ReadAsync(null, default));
    }
}
