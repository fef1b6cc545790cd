using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Credentials;

/// <summary>Waiting for what others do, in real time, or with a clock that has to be moved along.</summary>
internal static class Waiting
{
    internal static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition(), $"{what}: did not come about in 30 s");
    }

    /// <summary>Moves the clock in half seconds until it comes about; fails when that takes longer than said.</summary>
    internal static async Task WithinAsync(FakeTimeProvider clock, TimeSpan most, Func<bool> condition, string what)
    {
        DateTimeOffset end = clock.GetUtcNow() + most;
        while (true)
        {
            for (int i = 0; i < 20 && !condition(); i++)
            {
                await Task.Delay(2);
            }

            if (condition())
            {
                return;
            }

            Assert.True(clock.GetUtcNow() < end, $"{what}: did not come about within {most} of the clock");
            clock.Advance(TimeSpan.FromSeconds(0.5));
        }
    }

    /// <summary>Waits for work that may need the clock to move, since something it asks hangs.</summary>
    internal static async Task<T> PumpAsync<T>(FakeTimeProvider clock, Task<T> work)
    {
        for (int i = 0; i < 3000 && !work.IsCompleted; i++)
        {
            await Task.WhenAny(work, Task.Delay(10));
            if (!work.IsCompleted)
            {
                clock.Advance(TimeSpan.FromSeconds(0.5));
            }
        }

        Assert.True(work.IsCompleted, "the work is not bounded in time");
        return await work;
    }
}
