using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Credentials;

/// <summary>Credentials come just in time, serve one task or one approved call, and go with it whatever their issuer does.</summary>
public sealed class CredentialBrokerTests
{
    private const string Policies = """
        permit(principal, action == Action::"read", resource);
        permit(principal, action == Action::"pay", resource);
        @approval("finance") permit(principal, action == Action::"pay", resource);
        """;

    private readonly TestIssuer _issuer = new();

    [Fact]
    public async Task Calls_OfOneTask_ShareALease_AndParallelOnesAskOnce()
    {
        TaskCompletionSource gate = new();
        _issuer.OnIssue = async (request, _) =>
        {
            await gate.Task;
            return _issuer.Issue(request);
        };
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();

        Task<GuardResult>[] calls = [.. Enumerable.Range(0, 10).Select(_ => Task.Run(() => fixture.CallAsync(task, "read")))];
        gate.SetResult();
        await Task.WhenAll(calls);
        await fixture.CallAsync(task, "read");

        Assert.Equal(11, fixture.Ran.Count);
        Assert.Equal(1, _issuer.Made);
    }

    [Fact]
    public async Task Tasks_NeverShareALease()
    {
        await using GuardFixture fixture = Fixture();

        await fixture.CallAsync(await fixture.OpenAsync(), "read");
        await fixture.CallAsync(await fixture.OpenAsync(), "read");

        Assert.Equal(2, _issuer.Made);
    }

    [Fact]
    public async Task Secret_IsMadeWhenACallNeedsIt_ForItsTaskAndTarget_AndUnmadeWhenTheTaskEnds()
    {
        IssueRequest? asked = null;
        _issuer.OnIssue = (request, _) =>
        {
            asked = request;
            return new ValueTask<IssueResult>(_issuer.Issue(request));
        };
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        Assert.Equal(0, _issuer.Made); // a task has none by being open

        await fixture.CallAsync(task, "read");

        Assert.Equal(1, _issuer.Made);
        Assert.Equal((task.Id, "payments", "payments"), (asked!.Task.Id, asked.Profile.Audience, asked.Lease.Audience));
        Assert.Empty(_issuer.Unmade);

        TaskEnd end = await fixture.Guard.Tasks.CompleteAsync(task);

        Assert.True(end.IsConfirmed);
        Assert.Equal(asked.Lease.Id, Assert.Single(_issuer.Unmade).Lease);
        Assert.Throws<ObjectDisposedException>(_issuer.Secrets.Single().Reveal);
    }

    [Fact]
    public async Task Lease_WithLittleLifeLeft_IsRenewed_AndTheOldOneExpiresCleared()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");
        fixture.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(4));
        await fixture.CallAsync(task, "read");
        Assert.Equal(2, _issuer.Made);
        Secret old = _issuer.Secrets.First();
        Assert.StartsWith("secret-of-", old.Reveal(), StringComparison.Ordinal);

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Throws<ObjectDisposedException>(old.Reveal);
        Assert.StartsWith("secret-of-", _issuer.Secrets.Last().Reveal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lease_EndsWithItsTask_EvenIfItsProfileAllowsMore()
    {
        IssueRequest? asked = null;
        _issuer.OnIssue = (request, _) =>
        {
            asked = request;
            return new ValueTask<IssueResult>(_issuer.Issue(request));
        };
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync(lifetime: TimeSpan.FromMinutes(1));
        await fixture.CallAsync(task, "read");

        Assert.Equal(task.ExpiresAt, asked!.Lease.ExpiresAt);
    }

    [Fact]
    public async Task ApprovedCall_HasALeaseOfItsOwn_WhichIsUnmadeAfterIt()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");
        GuardResult asked = await fixture.CallAsync(task, "pay");
        Assert.Equal(1, _issuer.Made); // what waits for an approval gets no credential
        await fixture.Guard.Approvals.ApproveAsync(asked.Decision.Approval!.Value, fixture.Boss);

        GuardResult paid = await fixture.CallAsync(task, "pay");

        Assert.Equal(ReasonCodes.Completed, paid.OutcomeCode);
        Assert.Equal(2, _issuer.Made);
        Assert.Single(_issuer.Unmade);
        Assert.Throws<ObjectDisposedException>(_issuer.Secrets.Last().Reveal);
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("refuses")]
    [InlineData("answers null")]
    [InlineData("makes a secret too short to scrub")]
    [InlineData("gives a cleared secret")]
    public async Task Issuer_ThatFails_DeniesTheCall_AndWhateverItMadeIsUnmade(string how)
    {
        _issuer.OnIssue = (request, _) => how switch
        {
            "throws" => throw new IOException("token=abc"),
            "refuses" => new ValueTask<IssueResult>(IssueResult.Refused("no")),
            "answers null" => new ValueTask<IssueResult>((IssueResult)null!),
            "makes a secret too short to scrub" => new ValueTask<IssueResult>(_issuer.Issue(request, text: "1234567")),
            _ => new ValueTask<IssueResult>(Cleared(_issuer.Issue(request))),
        };
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.CallAsync(task, "read");

        Assert.Equal(ReasonCodes.CredentialFailed, result.Decision.ReasonCode);
        Assert.DoesNotContain("abc", result.Decision.Explanation, StringComparison.Ordinal);
        Assert.Empty(fixture.Ran);
        Assert.Equal(how == "refuses", _issuer.Unmade.IsEmpty);
        Assert.All(_issuer.Secrets, static s => Assert.Throws<ObjectDisposedException>(s.Reveal));

        _issuer.OnIssue = null;
        Assert.Equal(ReasonCodes.Completed, (await fixture.CallAsync(task, "read")).OutcomeCode);
    }

    [Fact]
    public async Task Issuer_ThatHangs_IsGivenUpOn_AndWhatItMakesLateIsUnmadeAndCleared()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationToken seen = default;
        _issuer.OnIssue = async (request, token) =>
        {
            seen = token;
            await gate.Task;
            return _issuer.Issue(request);
        };
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        Task<GuardResult> call = fixture.CallAsync(task, "read");
        fixture.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(ReasonCodes.CredentialFailed, (await call).Decision.ReasonCode);
        Assert.True(seen.IsCancellationRequested, "the issuer is told that nobody waits");
        Assert.Equal([null], _issuer.Unmade.Select(static u => u.Handle));

        gate.SetResult();

        await UntilAsync(() => _issuer.Unmade.Count == 2);
        Assert.Equal("handle", _issuer.Unmade.Last().Handle);
        Assert.Throws<ObjectDisposedException>(Assert.Single(_issuer.Secrets).Reveal);
    }

    [Fact]
    public async Task TaskThatEndsWhileTheIssuerWorks_ConfirmsNothingYet_AndTheLeaseIsUnmadeOnceMade()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _issuer.OnIssue = async (request, _) =>
        {
            await gate.Task;
            return _issuer.Issue(request);
        };
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        Task<GuardResult> call = fixture.CallAsync(task, "read");

        TaskEnd end = await fixture.Guard.Tasks.CompleteAsync(task);
        Assert.True(end.Decision.IsPermitted);
        Assert.False(end.IsConfirmed, "the issuer may still make it");
        gate.SetResult();

        Assert.Equal(ReasonCodes.Revoked, (await call).Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
        Assert.Equal("handle", _issuer.Unmade.Last().Handle);
        Assert.Throws<ObjectDisposedException>(Assert.Single(_issuer.Secrets).Reveal);
    }

    [Fact]
    public async Task Revoke_ThatFails_IsTriedAgainUntilItWorks()
    {
        int attempts = 0;
        _issuer.OnRevoke = (_, _) => ++attempts < 3 ? throw new IOException("down") : ValueTask.CompletedTask;
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");

        TaskEnd end = await fixture.Guard.Tasks.CompleteAsync(task);

        ResidualWindow residual = Assert.Single(end.Residuals);
        Assert.False(residual.Confirmed);
        Assert.Equal(fixture.Clock.GetUtcNow() + TimeSpan.FromMinutes(5), residual.Until);
        Assert.Throws<ObjectDisposedException>(Assert.Single(_issuer.Secrets).Reveal);
        await UntilAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            return !_issuer.Unmade.IsEmpty;
        });
        Assert.Equal(3, attempts);
    }

    [Theory]
    [InlineData(RevocationSpeed.Immediate, 0)]
    [InlineData(RevocationSpeed.Introspected, 5)]
    [InlineData(RevocationSpeed.ExpiryOnly, 5)]
    public async Task Residual_IsWhatTheIssuersSpeedLeaves(RevocationSpeed speed, int minutes)
    {
        await using GuardFixture fixture = Fixture(new TestIssuer(speed));
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");

        ResidualWindow residual = Assert.Single((await fixture.Guard.Tasks.CompleteAsync(task)).Residuals);

        Assert.True(residual.Confirmed);
        Assert.Equal(speed, residual.Speed);
        Assert.Equal("payments", residual.Audience);
        Assert.Equal(fixture.Clock.GetUtcNow() + TimeSpan.FromMinutes(minutes), residual.Until);
    }

    [Fact]
    public async Task Credential_ThatOutlivesItsLease_IsUnmadeWhenTheLeaseExpires_AndItsWindowIsNotHidden()
    {
        TestIssuer issuer = new(RevocationSpeed.ExpiryOnly);
        issuer.OnIssue = (request, _) => new ValueTask<IssueResult>(issuer.Issue(request, request.Lease.ExpiresAt + TimeSpan.FromMinutes(10)));
        await using GuardFixture fixture = Fixture(issuer);
        DateTimeOffset honoured = fixture.Clock.GetUtcNow() + TimeSpan.FromMinutes(15);
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");
        AgentTask other = await fixture.OpenAsync();
        await fixture.CallAsync(other, "read");

        Assert.Equal(honoured, Assert.Single((await fixture.Guard.Tasks.CompleteAsync(task)).Residuals).Until);
        fixture.Clock.Advance(TimeSpan.FromMinutes(5));
        await UntilAsync(() => issuer.Unmade.Count == 2);
    }

    [Fact]
    public async Task Issuer_ThatHangsOnOneLease_HoldsUpNoOther()
    {
        TaskCompletionSource gate = new();
        AgentTask? parent = null;
        _issuer.OnRevoke = (lease, _) => lease.Task == parent!.Id ? new ValueTask(gate.Task) : ValueTask.CompletedTask;
        await using GuardFixture fixture = Fixture();
        parent = await fixture.OpenAsync();
        AgentTask child = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            parent, new TaskRequest(fixture.Agent, "part", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)))).GetTaskOrThrow();
        await fixture.CallAsync(parent, "read");
        await fixture.CallAsync(child, "read");

        Task<TaskEnd> ending = fixture.Guard.Tasks.CompleteAsync(parent).AsTask();

        await UntilAsync(() => _issuer.Unmade.Count == 1);
        Assert.All(_issuer.Secrets, static s => Assert.Throws<ObjectDisposedException>(s.Reveal));
        gate.SetResult();
        Assert.Equal(2, (await ending).Residuals.Length);
    }

    [Fact]
    public async Task Secret_InAResult_DoesNotReachTheModel_NorTheAudit()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.Guard.InvokeAsync(
            task, new ToolCall("read", "{}"),
            static (invocation, _) => new ValueTask<ToolResult>(ToolResult.FromText($"token is {invocation.Credential!.Secret.Reveal()}")));

        Assert.Equal("token is [secret]", result.ModelText);
        Assert.All(await fixture.RecordsAsync(), static r => Assert.DoesNotContain("secret-of-", r.ToString(), StringComparison.Ordinal));
    }

    private GuardFixture Fixture(TestIssuer? issuer = null) => new(Policies, builder => builder
        .AddTool(ToolDescriptor.For("read").NeedsCredential("payments").Idempotent())
        .AddTool(ToolDescriptor.For("pay").NeedsCredential("payments").Idempotent())
        .AddCredentialProfile(new CredentialProfile("payments", "vault", "payments", ["read"], TimeSpan.FromMinutes(5)))
        .AddIssuer(issuer ?? _issuer));

    private static IssueResult Cleared(IssueResult result)
    {
        result.Secret!.Dispose();
        return result;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition(), "did not come about in 30 s");
    }
}
