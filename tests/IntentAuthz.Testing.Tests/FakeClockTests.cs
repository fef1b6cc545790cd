namespace IntentAuthz.Testing.Tests;

public sealed class FakeClockTests
{
    [Fact]
    public void Wall_clock_and_monotonic_clock_move_together_and_only_when_told()
    {
        FakeClock clock = new();
        DateTimeOffset start = clock.GetUtcNow();
        long stamp = clock.GetTimestamp();

        clock.Advance(TimeSpan.FromSeconds(90));

        Assert.Equal(start.AddSeconds(90), clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(90), clock.GetElapsedTime(stamp));
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Timers_fire_in_order_each_at_its_own_time()
    {
        FakeClock clock = new();
        DateTimeOffset start = clock.GetUtcNow();
        List<(string Name, double At)> fired = [];
        using ITimer late = Timer(clock, "late", 20, Timeout.Infinite);
        using ITimer early = Timer(clock, "early", 10, Timeout.Infinite);
        using ITimer often = Timer(clock, "often", 7, 7);

        clock.Advance(TimeSpan.FromSeconds(21));

        Assert.Equal([("often", 7), ("early", 10), ("often", 14), ("late", 20), ("often", 21)], fired);

        ITimer Timer(FakeClock on, string name, int due, int period) =>
            on.CreateTimer(
                _ => fired.Add((name, (on.GetUtcNow() - start).TotalSeconds)), null, TimeSpan.FromSeconds(due),
                period < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(period));
    }

    [Fact]
    public void A_timer_that_was_disposed_or_changed_does_not_fire_at_its_old_time()
    {
        FakeClock clock = new();
        int disposed = 0, changed = 0;
        ITimer gone = clock.CreateTimer(_ => disposed++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        using ITimer moved = clock.CreateTimer(_ => changed++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        gone.Dispose();
        moved.Change(TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);

        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((0, 0), (disposed, changed));

        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((0, 1), (disposed, changed));
    }

    [Fact]
    public void A_timer_may_set_another_that_is_due_within_the_same_move()
    {
        FakeClock clock = new();
        List<int> fired = [];
        using ITimer first = clock.CreateTimer(
            _ =>
            {
                fired.Add(1);
                clock.CreateTimer(_ => fired.Add(2), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            },
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal([1, 2], fired);
    }

    [Fact]
    public async Task A_timer_of_zero_fires_without_the_clock_being_moved()
    {
        FakeClock clock = new();
        TaskCompletionSource fired = new();

        using ITimer timer = clock.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        await fired.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Delays_and_timeouts_of_the_BCL_run_on_it()
    {
        FakeClock clock = new();
        Task delay = Task.Delay(TimeSpan.FromMinutes(1), clock);
        Task timeout = new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromSeconds(30), clock);

        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(delay.IsCompleted);
        await Assert.ThrowsAsync<TimeoutException>(() => timeout);

        clock.Advance(TimeSpan.FromSeconds(1));
        await delay.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Running_until_a_task_is_done_has_an_end() =>
        await Assert.ThrowsAsync<TimeoutException>(
            () => new FakeClock().RunUntilAsync(new TaskCompletionSource<int>().Task, atMost: TimeSpan.FromSeconds(3)));
}
