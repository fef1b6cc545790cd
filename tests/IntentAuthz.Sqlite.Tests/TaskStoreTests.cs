using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Sqlite.Tests;

public sealed class TaskStoreTests : IDisposable
{
    private readonly TemporaryState _state = new();

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task A_task_comes_back_to_one_claimer_as_it_was_written()
    {
        TaskRecord task = Samples.Task();
        await using (SqliteState state = _state.Open())
        {
            await state.Tasks.AddAsync(task, default);
            await state.Tasks.WriteAsync(task.Id, TaskState.Suspended, [new TaskNote("standing", "{\"a\":2}"), new TaskNote("call/1", null), new TaskNote("Größe '\"", "x")], default);
            Assert.Null(await state.Tasks.ClaimAsync(task.Tenant, task.Id, task.RequestDigest, default));
            Assert.Empty(await state.Tasks.ReadHeldAsync(null, default));
        }

        await using SqliteState next = _state.Open();
        Assert.Null(await next.Tasks.ClaimAsync(task.Tenant, task.Id, new string('0', 64), default));
        Assert.Null(await next.Tasks.ClaimAsync(new TenantId("other"), task.Id, task.RequestDigest, default));
        TaskRecord held = Assert.Single(await next.Tasks.ReadHeldAsync(task.Tenant, default));
        Assert.Empty(held.Notes);
        Assert.Empty(await next.Tasks.ReadHeldAsync(new TenantId("other"), default));
        TaskRecord? read = await next.Tasks.ClaimAsync(task.Tenant, task.Id, task.RequestDigest, default);

        Assert.NotNull(read);
        Assert.Equal(task.Links.AsEnumerable(), read.Links);
        Assert.Equal(
            [("Größe '\"", "x"), ("facts", "{}"), ("standing", "{\"a\":2}")], read.Notes.Select(static n => (n.Key, n.Value)).OrderBy(static n => n.Key, StringComparer.Ordinal).Order());
        Assert.Equal(task with { State = TaskState.Suspended, Links = read.Links, Notes = read.Notes }, read);
        Assert.Null(await next.Tasks.ClaimAsync(task.Tenant, task.Id, task.RequestDigest, default));
        Assert.Empty(await next.Tasks.ReadHeldAsync(null, default));
    }

    [Fact]
    public async Task What_is_released_can_be_claimed_again_and_what_is_removed_cannot()
    {
        await using SqliteState state = _state.Open();
        TaskRecord task = Samples.Task();
        await state.Tasks.AddAsync(task, default);
        await state.Tasks.ReleaseAsync(task.Id, default);
        Assert.NotNull(await state.Tasks.ClaimAsync(task.Tenant, task.Id, task.RequestDigest, default));

        await state.Tasks.RemoveAsync(task.Id, default);
        await state.Tasks.RemoveAsync(task.Id, default);
        await state.Tasks.ReleaseAsync(task.Id, default);
        Assert.Null(await state.Tasks.ClaimAsync(task.Tenant, task.Id, task.RequestDigest, default));
        Assert.Equal(0L, _state.Run("SELECT COUNT(*) FROM task_note"));
        await Assert.ThrowsAsync<SqliteStateException>(async () => await state.Tasks.WriteAsync(task.Id, TaskState.Active, [], default));
    }

    [Fact]
    public async Task A_killed_process_s_tasks_are_nobody_s_at_once_and_a_live_one_s_are_its_own()
    {
        await using SqliteState state = _state.Open();
        using OtherProcess dead = await OtherProcess.StartAsync(_state.Path);
        using OtherProcess alive = await OtherProcess.StartAsync(_state.Path);
        await dead.AskAsync("task 5");
        await alive.AskAsync("task 3");
        await dead.AskAsync("lease 2");
        Assert.Empty(await state.Tasks.ReadHeldAsync(null, default));

        dead.Kill();

        Assert.Equal(5, (await state.Tasks.ReadHeldAsync(null, default)).Length);
        Assert.Equal(2, (await state.Leases.TakeOverAsync(default)).Length); // whoever looked first
        Assert.Empty(await state.Leases.TakeOverAsync(default));
        alive.Kill();
        Assert.Equal(8, (await state.Tasks.ReadHeldAsync(null, default)).Length);
    }

    [Fact]
    public async Task Of_any_number_of_claimers_in_several_processes_one_gets_it()
    {
        TaskRecord[] tasks = [.. Enumerable.Range(0, 40).Select(static _ => Samples.Task())];
        await using (SqliteState dead = _state.Open())
        {
            await Task.WhenAll(tasks.Select(t => dead.Tasks.AddAsync(t, default).AsTask()));
        }

        using OtherProcess elsewhere = await OtherProcess.StartAsync(_state.Path);
        Task<string> there = elsewhere.AskAsync($"claim {string.Join(' ', tasks.Select(static t => t.Id.Value))}");
        SqliteState[] claimers = [_state.Open(), _state.Open()];
        TaskRecord?[] here = await Task.WhenAll(
            claimers.SelectMany(c => tasks.Select(t => Task.Run(async () => await c.Tasks.ClaimAsync(t.Tenant, t.Id, t.RequestDigest, default)))));

        string[] claimed = [.. (await there).Split(' ', StringSplitOptions.RemoveEmptyEntries), .. here.OfType<TaskRecord>().Select(static t => t.Id.Value)];
        Assert.Equal(tasks.Select(static t => t.Id.Value).Order(), claimed.Order());
        foreach (SqliteState claimer in claimers)
        {
            await claimer.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_write_is_whole_or_not_at_all_and_takes_no_other_along()
    {
        await using SqliteState state = _state.Open();
        TaskRecord task = Samples.Task();
        TaskRecord other = Samples.Task();
        await state.Tasks.AddAsync(task, default);
        Task twice = state.Tasks.AddAsync(task with { Notes = [new TaskNote("late", "1")] }, default).AsTask();
        Task fine = state.Tasks.AddAsync(other, default).AsTask();
        Task strange = state.Tasks.WriteAsync(new TaskId("task_none"), TaskState.Active, [new TaskNote("a", "b")], default).AsTask();

        await Assert.ThrowsAsync<SqliteStateException>(() => twice);
        await Assert.ThrowsAsync<SqliteStateException>(() => strange);
        await fine;
        Assert.Equal(0L, _state.Run("SELECT COUNT(*) FROM task_note WHERE key IN ('late', 'a')"));
        Assert.Equal(2L, _state.Run("SELECT COUNT(*) FROM task"));
    }

    [Fact]
    public async Task A_process_that_was_taken_over_from_writes_no_task_but_still_ends_one()
    {
        await using SqliteState robbed = _state.Open();
        TaskRecord task = Samples.Task();
        await robbed.Tasks.AddAsync(task, default);
        foreach (string file in _state.Files.Where(static f => f.EndsWith(".live", StringComparison.Ordinal)))
        {
            File.Delete(Path.Combine(Path.GetDirectoryName(_state.Path)!, file));
        }

        await using SqliteState thief = _state.Open();
        Assert.NotNull(await thief.Tasks.ClaimAsync(task.Tenant, task.Id, task.RequestDigest, default));

        await Assert.ThrowsAsync<SqliteStateException>(async () => await robbed.Tasks.WriteAsync(task.Id, TaskState.Active, [], default));
        await Assert.ThrowsAsync<SqliteStateException>(async () => await robbed.Tasks.AddAsync(Samples.Task(), default));
        await robbed.Tasks.ReleaseAsync(task.Id, default); // not its own any more
        await thief.Tasks.WriteAsync(task.Id, TaskState.Active, [], default);
        await robbed.Tasks.RemoveAsync(task.Id, default);
        await Assert.ThrowsAsync<SqliteStateException>(async () => await thief.Tasks.WriteAsync(task.Id, TaskState.Active, [], default));
    }

    [Fact]
    public async Task A_held_task_whose_time_ran_out_is_nobody_s_and_is_forgotten()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        TaskRecord task = Samples.Task() with { ExpiresAt = time.GetUtcNow().AddHours(1) };
        await using (SqliteState dead = _state.Open(time))
        {
            await dead.Tasks.AddAsync(task, default);
        }

        await using SqliteState state = _state.Open(time);
        Assert.Single(await state.Tasks.ReadHeldAsync(null, default));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await state.Tasks.ReadHeldAsync(null, default));
        Assert.Null(await state.Tasks.ClaimAsync(task.Tenant, task.Id, task.RequestDigest, default));
        time.Advance(TimeSpan.FromMinutes(2));
        await state.Tasks.AddAsync(Samples.Task() with { ExpiresAt = time.GetUtcNow().AddHours(1) }, default);
        Assert.Equal(1L, _state.Run("SELECT COUNT(*) FROM task"));
        Assert.Equal(2L, _state.Run("SELECT COUNT(*) FROM task_note"));
    }

    [Fact]
    public async Task A_process_row_stays_while_a_task_of_it_is_held_and_goes_without_one()
    {
        SqliteState state = _state.Open();
        TaskRecord task = Samples.Task();
        await state.Tasks.AddAsync(task, default);
        await state.DisposeAsync();
        Assert.Equal(1L, _state.Run("SELECT COUNT(*) FROM instance"));

        SqliteState next = _state.Open();
        Assert.NotNull(await next.Tasks.ClaimAsync(task.Tenant, task.Id, task.RequestDigest, default));
        await next.Tasks.RemoveAsync(task.Id, default);
        await next.DisposeAsync();
        Assert.Equal(0L, _state.Run("SELECT COUNT(*) FROM instance"));
        Assert.DoesNotContain(_state.Files, static f => f.EndsWith(".live", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_the_first_version_is_brought_up_to_date_with_what_it_holds()
    {
        Lease lease = Samples.Lease();
        await using (SqliteState state = _state.Open())
        {
            await state.Leases.AddAsync(lease, default);
            await state.Revocations.AddAsync(Samples.Revocation("a"), default);
        }

        _state.Run("DROP TABLE task; DROP TABLE task_note; DROP TABLE incident_entry; DROP TABLE setting; PRAGMA user_version = 1");
        await using SqliteState updated = _state.Open();

        Assert.Equal((long)Schema.Version, _state.Run("PRAGMA user_version"));
        Assert.Equal(lease.Id, Assert.Single(await updated.Leases.TakeOverAsync(default)).Id);
        await updated.Tasks.AddAsync(Samples.Task(), default);
        Assert.Equal(1L, _state.Run("SELECT COUNT(*) FROM revocation"));
    }

    [Theory]
    [InlineData("UPDATE task SET links = '[]'")]
    [InlineData("UPDATE task SET links = '['")]
    [InlineData("UPDATE task SET state = 9")]
    [InlineData("UPDATE task SET state = 3")]
    [InlineData("UPDATE task SET tenant = ''")]
    public async Task A_task_that_cannot_be_read_is_a_fault_and_stays_unclaimed(string damage)
    {
        TaskRecord task = Samples.Task();
        await using (SqliteState dead = _state.Open())
        {
            await dead.Tasks.AddAsync(task, default);
        }

        _state.Run(damage);
        await using SqliteState state = _state.Open();
        await Assert.ThrowsAsync<SqliteStateException>(async () => await state.Tasks.ReadHeldAsync(null, default));
        TenantId tenant = task.Tenant;
        if (!damage.Contains("tenant", StringComparison.Ordinal))
        {
            await Assert.ThrowsAsync<SqliteStateException>(async () => await state.Tasks.ClaimAsync(tenant, task.Id, task.RequestDigest, default));
        }

        Assert.Equal(DBNull.Value, _state.Run("SELECT holder FROM task"));
    }

    [Fact]
    public async Task When_the_file_is_full_a_write_is_told_and_nothing_of_it_is_there()
    {
        await using SqliteState state = _state.Open(maxPages: 64);
        TaskRecord task = Samples.Task();
        await state.Tasks.AddAsync(task, default);
        SqliteStateException? full = null;
        int written = 0;
        for (; written < 1_000 && full is null; written++)
        {
            try
            {
                await state.Tasks.WriteAsync(task.Id, TaskState.Active, [new TaskNote($"n{written}", "1"), new TaskNote($"big{written}", new string('x', 3_000))], default);
            }
            catch (SqliteStateException e)
            {
                full = e;
            }
        }

        Assert.Equal(SqliteFaults.Full, full?.SqliteErrorCode);
        Assert.Equal((long)(written - 1), _state.Run("SELECT COUNT(*) FROM task_note WHERE key LIKE 'n%'"));
        await state.Tasks.RemoveAsync(task.Id, default);
        await state.Tasks.AddAsync(task, default);
    }
}
