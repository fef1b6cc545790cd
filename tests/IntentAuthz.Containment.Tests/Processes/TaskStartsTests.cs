using System.Runtime.Versioning;

using IntentAuthz.Containment.Tests.Egress;

using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>What is made ready belongs to one task and its bounds, and goes with them.</summary>
[SupportedOSPlatform("linux")]
public sealed class TaskStartsTests
{
    private static ContainmentBounds Bounds => new() { Reads = [.. SystemPaths.Reads], Executes = [.. SystemPaths.Executes] };

    [Fact]
    public async Task Of_AnotherTaskOrOtherBounds_IsNotTheSame()
    {
        await using EgressFixture one = await EgressFixture.CreateAsync([]), other = await EgressFixture.CreateAsync([]);
        using TaskStarts starts = new(TimeProvider.System);

        PreparedStarts? mine = starts.Of(one.AgentTask, Bounds);

        Assert.NotNull(mine);
        Assert.Same(mine, starts.Of(one.AgentTask, Bounds));
        Assert.NotSame(mine, starts.Of(other.AgentTask, Bounds));
        Assert.NotSame(mine, starts.Of(one.AgentTask, Bounds with { Reads = ["/etc/passwd"] }));
        Assert.NotSame(mine, starts.Of(one.AgentTask, Bounds with { Limits = new ContainmentLimits { Processes = 5 } }));
        Assert.NotSame(mine, starts.Of(one.AgentTask, Bounds with { Hosts = [new EgressGrant("example.com")] }));
    }

    [Fact]
    public async Task Look_TaskWasRevoked_GivesUpWhatWasReadyForIt()
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([]);
        using TaskStarts starts = new(TimeProvider.System);
        PreparedStarts prepared = starts.Of(fixture.AgentTask, Bounds)!;
        await using ContainedProcess process = (await prepared.StartAsync(new ProcessStart("/bin/true"))).Process!;
        for (int i = 0; i < 1000 && prepared.Ready.Length == 0; i++)
        {
            await Task.Delay(5);
        }

        Enclosure[] ready = prepared.Ready;
        Assert.NotEmpty(ready);

        await fixture.RevokeAsync();
        starts.Look();

        Assert.Null(starts.Of(fixture.AgentTask, Bounds));
        await Task.WhenAll(ready.Select(static e => e.Ended)).WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await prepared.StartAsync(new ProcessStart("/bin/true")));
    }

    [Fact]
    public async Task UseOsContainment_ServicesAreDisposed_SoIsTheContainment()
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(static builder => builder.UseOsContainment());
        ServiceProvider provider = services.BuildServiceProvider();
        OsContainment containment = Assert.IsType<OsContainment>(provider.GetRequiredService<IContainmentProvider>());
        Assert.False(containment.IsDisposed);

        await provider.DisposeAsync();

        Assert.True(containment.IsDisposed, "What was made ready for tasks would wait on after the host has ended.");
    }
}
