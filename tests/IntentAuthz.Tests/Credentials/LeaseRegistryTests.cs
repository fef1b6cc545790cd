using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Credentials;

/// <summary>What operators can do about leases that cannot be unmade, and what becomes of a credential that is used after its end.</summary>
public sealed class LeaseRegistryTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly BackEnd _backEnd = new();
    private readonly LeaseDisk _disk = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly LeaseNode _node;

    public LeaseRegistryTests() => _node = new LeaseNode(_disk, _backEnd, _clock, static options => options.IrrevocableAfter = 1);

    private LeaseRegistry Leases => _node.Guard.Leases;

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        _node.Issuer.Mend();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task Lease_ThatCannotBeUnmade_IsShown_AndUnmadeAtOnceWhenAnOperatorTriesAgain()
    {
        Lease lease = await LeaveOneAsync();
        Assert.Equal(lease.Id, Assert.Single(Leases.GetIrrevocable()).Id);
        Assert.False(await Leases.RetryAsync(lease.Tenant, lease.Id));
        _node.Issuer.Unmaking = Mode.Works;

        Assert.False(await Leases.RetryAsync(new TenantId("globex"), lease.Id), "it is of another tenant");
        Assert.True(await Leases.RetryAsync(lease.Tenant, lease.Id));

        Assert.Empty(_backEnd.Live);
        Assert.Empty(_disk.Records);
        Assert.Empty(Leases.GetIrrevocable());
    }

    [Fact]
    public async Task Abandon_TakesTheOperatorKey_AndLeavesWhatTheBackEndHolds()
    {
        Lease lease = await LeaveOneAsync();

        Decision wrong = await Leases.AbandonAsync(lease.Tenant, lease.Id, new OperatorKey("another key of more than thirty-two characters"), "gone");
        Decision elsewhere = await Leases.AbandonAsync(new TenantId("globex"), lease.Id, LeaseNode.Key, "gone");
        int kept = _disk.Records.Length;
        Decision right = await Leases.AbandonAsync(lease.Tenant, lease.Id, LeaseNode.Key, "the database was deleted");
        Decision again = await Leases.AbandonAsync(lease.Tenant, lease.Id, LeaseNode.Key, "the database was deleted");

        Assert.Equal(
            [ReasonCodes.NotAuthorized, ReasonCodes.WrongState, ReasonCodes.Permitted, ReasonCodes.WrongState],
            new[] { wrong, elsewhere, right, again }.Select(static d => d.ReasonCode));
        Assert.Equal(1, kept);
        Assert.Empty(_disk.Records);
        Assert.Single(_backEnd.Live);
        Assert.Empty(await _node.LeaseRecordsAsync("revoked")); // nobody claims that it was unmade
    }

    [Fact]
    public async Task Abandoned_IsStillKeptOutOfResults_SinceItIsStillHonoured()
    {
        await LeaveOneAsync(secret => _secret = secret);
        Lease lease = Assert.Single(Leases.GetIrrevocable());
        await Leases.AbandonAsync(lease.Tenant, lease.Id, LeaseNode.Key, "gone");
        AgentTask other = await _node.OpenAsync();

        GuardResult result = await _node.Guard.InvokeAsync(
            other, new ToolCall("read", "{}"), (_, _) => new ValueTask<ToolResult>(ToolResult.FromText($"found {_secret}")));

        Assert.Equal("found [secret]", result.ModelText);
    }

    [Fact]
    public async Task Lease_InUse_IsNotAbandoned()
    {
        AgentTask task = await _node.OpenAsync();
        await _node.CallAsync(task);
        Lease lease = _disk.Records.Single();

        Assert.Equal(ReasonCodes.WrongState, (await Leases.AbandonAsync(lease.Tenant, lease.Id, LeaseNode.Key, "gone")).ReasonCode);
        Assert.True((await _node.CallAsync(task)).IsCompleted);
    }

    [Fact]
    public async Task UseWithinItsLife_IsNoSignal()
    {
        AgentTask task = await _node.OpenAsync();
        await _node.CallAsync(task);

        Assert.True(await Leases.ReportUseAsync(GuardFixture.Acme, _disk.Records.Single().Id, task.Id, "the orders service"));
        Assert.Empty(task.GetSignals());
    }

    [Fact]
    public async Task UseAfterItsEnd_IsASignalInTheTaskThatLives_AndWrittenDownForOneThatDoesNot()
    {
        AgentTask task = await _node.OpenAsync();
        await _node.CallAsync(task, "single"); // its lease ended with the call
        LeaseId lease = _node.Issuer.Issued.Single().Id;

        Assert.False(await Leases.ReportUseAsync(GuardFixture.Acme, lease, task.Id, "the orders service"));
        Signal signal = Assert.Single(task.GetSignals());
        Assert.Equal((SignalKind.ShadowPrivilege, null), (signal.Kind, signal.Call));
        await _node.Guard.Tasks.CompleteAsync(task);
        Assert.False(await Leases.ReportUseAsync(GuardFixture.Acme, lease, task.Id, "the orders service"));

        await _node.LeaseRecordsAsync("revoked"); // waits until all is written
        AuditRecord[] records = [.. _node.Audit.Records.Where(static r => r.Kind == AuditKind.Signal && r.ReasonCode == "shadow-privilege")];
        Assert.Equal(2, records.Length);
        Assert.Equal(lease, records[1].Lease);
        Assert.All(records, static r => Assert.Contains("the orders service", r.Explanation, StringComparison.Ordinal));
    }

    private string? _secret;

    private async Task<Lease> LeaveOneAsync(Action<string>? seeing = null)
    {
        AgentTask task = await _node.OpenAsync();
        await _node.CallAsync(task, use: (credential, _) =>
        {
            seeing?.Invoke(credential.Secret.Reveal());
            return Task.CompletedTask;
        });
        _node.Issuer.Unmaking = Mode.Fails;
        await _node.Guard.Tasks.CompleteAsync(task);
        return _disk.Records.Single();
    }
}
