using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Sqlite.Tests;

public sealed class StateFileTests : IDisposable
{
    private readonly TemporaryState _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public void A_new_file_and_what_lies_beside_it_are_its_owner_s_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using SqliteState state = _state.Open();
        Assert.True(_state.Files.Length >= 4, string.Join(", ", _state.Files));
        foreach (string file in _state.Files)
        {
            UnixFileMode mode = File.GetUnixFileMode(Path.Combine(Path.GetDirectoryName(_state.Path)!, file));
            Assert.True(mode == (UnixFileMode.UserRead | UnixFileMode.UserWrite), $"{file} is {mode}.");
        }
    }

    [Fact]
    public void A_file_that_others_may_write_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        _state.Open().Dispose();
        File.SetUnixFileMode(_state.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        Assert.Contains("chmod 600", Assert.Throws<SqliteStateException>(() => _state.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_WAL_and_says_whose_it_is()
    {
        using SqliteState state = _state.Open();
        Assert.Equal("wal", _state.Run("PRAGMA journal_mode"));
        Assert.Equal((long)Schema.ApplicationId, _state.Run("PRAGMA application_id"));
        Assert.Equal((long)Schema.Version, _state.Run("PRAGMA user_version"));
    }

    [Fact]
    public void A_newer_schema_is_refused_and_left_as_it_is()
    {
        _state.Open().Dispose();
        _state.Run("PRAGMA user_version = 99");
        Assert.Contains("newer", Assert.Throws<SqliteStateException>(() => _state.Open()).Message, StringComparison.Ordinal);
        Assert.Equal(99L, _state.Run("PRAGMA user_version"));
    }

    [Theory]
    [InlineData("not a database at all, but some notes")]
    [InlineData("SQLite format 2\0 and more")]
    [InlineData("x")]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is(string content)
    {
        File.WriteAllText(_state.Path, content);
        OwnerOnly();
        Assert.Throws<SqliteStateException>(() => _state.Open());
        Assert.Equal(content, File.ReadAllText(_state.Path));
        Assert.Equal(["state.db"], _state.Files);
    }

    [Fact]
    public void Another_program_s_database_is_refused_and_left_as_it_is()
    {
        _state.Run("CREATE TABLE customers (name TEXT)");
        OwnerOnly();
        byte[] before = File.ReadAllBytes(_state.Path);
        Assert.Contains("another program", Assert.Throws<SqliteStateException>(() => _state.Open()).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_state.Path));
    }

    [Fact]
    public async Task A_damaged_file_is_refused()
    {
        await using (SqliteState state = _state.Open())
        {
            await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => state.Leases.AddAsync(Samples.Lease(), default).AsTask()));
        }

        byte[] bytes = File.ReadAllBytes(_state.Path);
        Array.Fill(bytes, (byte)0x5A, bytes.Length / 2, 8192);
        File.WriteAllBytes(_state.Path, bytes);
        Assert.Contains("damaged", Assert.Throws<SqliteStateException>(() => _state.Open()).Message, StringComparison.Ordinal);

        // Cut off in the middle.
        File.WriteAllBytes(_state.Path, bytes[..(bytes.Length / 3)]);
        Assert.Throws<SqliteStateException>(() => _state.Open());
    }

    [Fact]
    public async Task A_first_opening_by_many_at_once_is_safe()
    {
        SqliteState[] states = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _state.Open())));
        OtherProcess[] others = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OtherProcess.StartAsync(_state.Path)));
        Assert.Equal(10L, _state.Run("SELECT COUNT(*) FROM instance"));
        foreach (OtherProcess other in others)
        {
            await other.StopAsync();
            other.Dispose();
        }

        foreach (SqliteState state in states)
        {
            await state.DisposeAsync();
        }

        Assert.Equal(0L, _state.Run("SELECT COUNT(*) FROM instance"));
        Assert.DoesNotContain(_state.Files, static f => f.EndsWith(".live", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_the_file_is_full_writers_are_told_removing_still_works_and_then_so_does_writing()
    {
        await using SqliteState state = _state.Open(maxPages: 64);
        List<LeaseId> kept = [];
        SqliteStateException? full = null;
        for (int i = 0; i < 5000 && full is null; i++)
        {
            Lease lease = Samples.Lease();
            try
            {
                await state.Leases.AddAsync(lease, default);
                kept.Add(lease.Id);
            }
            catch (SqliteStateException e)
            {
                full = e;
            }
        }

        Assert.NotNull(full);
        Assert.Equal(13, full.SqliteErrorCode);
        Assert.Equal(kept.Count, (await state.Leases.ReadAsync(null, default)).Length);

        // In one batch with writers that find no room, what removes goes through.
        Task[] writing =
        [
            .. Enumerable.Range(0, 50).Select(_ => state.Leases.AddAsync(Samples.Lease() with { Handle = new string('x', 100_000) }, default).AsTask()),
            .. kept[..(kept.Count / 2)].Select(id => state.Leases.RemoveAsync(id, default).AsTask()),
        ];
        await Assert.ThrowsAsync<SqliteStateException>(() => Task.WhenAll(writing));
        Assert.All(writing[50..], static t => Assert.True(t.IsCompletedSuccessfully, "A removal failed with the writers beside it."));
        await state.Leases.AddAsync(Samples.Lease(), default);
    }

    [SmallDiskFact]
    public async Task When_the_disk_is_full_for_real_nothing_is_lost_and_the_store_goes_on_once_there_is_room()
    {
        // /dev/full fails each write as a full disk does, so a small file system is needed.
        string mount = await SmallDisk.MountAsync(megabytes: 2);
        try
        {
            string ballast = Path.Combine(mount, "ballast");
            using SqliteState state = _state.Open(path: Path.Combine(mount, "state.db"));
            await state.Leases.AddAsync(Samples.Lease(), default);
            await File.WriteAllBytesAsync(ballast, new byte[256 * 1024]);
            int written = 1;
            SqliteStateException? full = null;
            while (full is null && written < 10_000)
            {
                try
                {
                    await state.Leases.AddAsync(Samples.Lease(), default);
                    written++;
                }
                catch (SqliteStateException e)
                {
                    full = e;
                }
            }

            Assert.NotNull(full);
            await Assert.ThrowsAsync<SqliteStateException>(async () => await state.Leases.AddAsync(Samples.Lease() with { Handle = new string('x', 400_000) }, default));
            Assert.Equal(written, (await state.Leases.ReadAsync(null, default)).Length);
            File.Delete(ballast);
            await state.Leases.AddAsync(Samples.Lease(), default);
            Assert.Equal(written + 1, (await state.Leases.ReadAsync(null, default)).Length);
        }
        finally
        {
            await SmallDisk.UnmountAsync(mount);
        }
    }

    [Fact]
    public async Task A_writer_that_others_keep_waiting_is_told()
    {
        await using SqliteState state = SqliteState.Open(new SqliteStateOptions { Path = _state.Path, BusyTimeout = TimeSpan.FromMilliseconds(200) });
        using (SqliteConnection hog = new($"Data Source={_state.Path};Pooling=False"))
        {
            hog.Open();
            using SqliteTransaction held = hog.BeginTransaction(deferred: false);
            SqliteStateException busy = await Assert.ThrowsAsync<SqliteStateException>(async () => await state.Leases.AddAsync(Samples.Lease(), default));
            Assert.Contains("BusyTimeout", busy.Message, StringComparison.Ordinal);
            Assert.Empty(await state.Leases.ReadAsync(null, default)); // readers do not wait
        }

        await state.Leases.AddAsync(Samples.Lease(), default);
    }

    [Fact]
    public async Task A_wait_can_be_ended_and_after_disposal_nothing_is_taken()
    {
        SqliteState state = _state.Open();
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await state.Leases.AddAsync(Samples.Lease(), cancelled.Token));
        await state.DisposeAsync();
        state.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await state.Leases.AddAsync(Samples.Lease(), default));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await state.Leases.ReadAsync(null, default));
    }

    [Fact]
    public void Options_out_of_range_are_refused_with_the_fix()
    {
        Assert.Throws<ArgumentException>(() => SqliteState.Open(new SqliteStateOptions()));
        Assert.Throws<ArgumentException>(() => SqliteState.Open(new SqliteStateOptions { Path = "/no/such/directory/state.db" }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SqliteState.Open(new SqliteStateOptions { Path = _state.Path, BusyTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SqliteState.Open(new SqliteStateOptions { Path = _state.Path, MaxPages = 1 }));
    }

    [Fact]
    public async Task A_host_gets_both_stores_from_one_line()
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(host => host.UseSqlite(_state.Path));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Same(provider.GetRequiredService<SqliteState>().Leases, provider.GetRequiredService<ILeaseStore>());
        Assert.True(provider.GetRequiredService<IRevocationStore>().IsShared);
    }

    private void OwnerOnly()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_state.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
