using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Tests.Credentials;

/// <summary>A lease that the task has already costs nothing to find again.</summary>
public sealed class CachedLeaseTests
{
    [Fact]
    public async Task Acquire_OfALeaseThereIs_AllocatesNothing()
    {
        BackEnd backEnd = new();
        LeaseDisk disk = new();
        await using LeaseNode node = new(disk, backEnd, TimeProvider.System);
        AgentTask task = await node.OpenAsync();
        await using AuditQueue queue = new(
            new InMemoryAuditSink(), new AuditArguments(new byte[32], new SecretScrubber(TimeProvider.System)), new AuditQueueLimits(100, 100, 100, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1)), TimeProvider.System,
            NullLogger<AuditQueue>.Instance);
        await using CredentialBroker broker = new(
            [new CredentialProfile("read", "vault", "db", ["a"], TimeSpan.FromHours(1))], [new BackEndIssuer(backEnd)], new DiskLeaseStore(disk, -1),
            new RevocationList(), new SecretScrubber(TimeProvider.System), new AuditTrail(queue, TimeProvider.System), TimeProvider.System,
            new LeaseLimits(TimeSpan.FromSeconds(5), 64, 6), NullLogger<CredentialBroker>.Instance);
        CallId call = CallId.New();
        Assert.NotNull((await broker.AcquireAsync(task, "read", call, isApproved: false, CancellationToken.None)).Credential);

        long least = long.MaxValue;
        for (int round = 0; round < 50; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                ValueTask<AcquireResult> acquired = broker.AcquireAsync(task, "read", call, isApproved: false, CancellationToken.None);
                Assert.True(acquired.IsCompletedSuccessfully);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
