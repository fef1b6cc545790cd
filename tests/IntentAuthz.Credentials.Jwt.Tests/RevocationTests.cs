using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Credentials.Jwt.Tests;

public sealed class RevocationTests
{
    [Fact]
    public async Task Once_ending_a_task_has_returned_its_token_is_refused_where_verifiers_ask()
    {
        await using IssuingHost host = new();
        AgentTask task = await host.OpenTaskAsync();
        string token = await host.MintAsync(task);
        Assert.True((await host.VerifyAsync(token)).IsValid);

        await host.Guard.Tasks.CompleteAsync(task);

        Assert.Equal(JwtRefusalCodes.Revoked, (await host.VerifyAsync(token)).RefusalCode);
    }

    [Fact]
    public async Task Revoking_a_lease_refuses_its_token_and_no_other()
    {
        await using IssuingHost host = new();
        AgentTask task = await host.OpenTaskAsync();
        LeaseId lease = default;
        string token = "";
        await host.CallAsync(task, credential => (lease, token) = (credential.Lease.Id, credential.Secret.Reveal()));
        string other = await host.MintAsync();

        RevocationResult result = await host.Guard.Revocations.RevokeAsync(
            RevocationTarget.Lease(IssuingHost.Tenant, lease), IssuingHost.Alice, "the service reports misuse");

        Assert.True(result.IsPermitted, result.Decision.ToString());
        Assert.Equal(JwtRefusalCodes.Revoked, (await host.VerifyAsync(token)).RefusalCode);
        Assert.True((await host.VerifyAsync(other)).IsValid);
    }

    [Fact]
    public async Task Where_verifiers_ask_the_residual_window_is_declared_as_introspected()
    {
        await using IssuingHost host = new(verifiersAsk: true);
        AgentTask task = await host.OpenTaskAsync();
        await host.MintAsync(task);

        ResidualWindow window = Assert.Single((await host.Guard.Tasks.CompleteAsync(task)).Residuals);

        Assert.Equal(RevocationSpeed.Introspected, window.Speed);
    }

    [Fact]
    public async Task Where_verifiers_do_not_ask_the_token_lives_on_and_the_issuer_says_so()
    {
        await using IssuingHost host = new(verifiersAsk: false);
        AgentTask task = await host.OpenTaskAsync();
        string token = await host.MintAsync(task);
        JwtCredentialVerifier verifier = host.Verifier(ask: false);

        ResidualWindow window = Assert.Single((await host.Guard.Tasks.CompleteAsync(task)).Residuals);
        JwtVerification verification = await verifier.VerifyAsync(token, IssuingHost.Audience, []);

        Assert.Equal(RevocationSpeed.ExpiryOnly, window.Speed);
        Assert.True(verification.IsValid);
        Assert.Equal(verification.Credential.ExpiresAt, window.Until);
    }

    [Fact]
    public async Task A_check_that_throws_refuses() =>
        Assert.Equal(JwtRefusalCodes.RevocationUnknown, await CodeWithAsync((_, _) => throw new HttpRequestException("unreachable")));

    [Fact]
    public async Task A_check_that_fails_later_refuses() =>
        Assert.Equal(
            JwtRefusalCodes.RevocationUnknown,
            await CodeWithAsync(async (_, _) =>
            {
                await Task.Yield();
                throw new HttpRequestException("unreachable");
            }));

    [Fact]
    public async Task A_check_that_cannot_tell_refuses() =>
        Assert.Equal(JwtRefusalCodes.RevocationUnknown, await CodeWithAsync((_, _) => new(TokenStanding.Unknown)));

    [Fact]
    public async Task A_check_that_answers_nonsense_refuses() =>
        Assert.Equal(JwtRefusalCodes.RevocationUnknown, await CodeWithAsync((_, _) => new((TokenStanding)42)));

    [Fact]
    public async Task A_check_that_cancels_by_itself_refuses() =>
        Assert.Equal(JwtRefusalCodes.RevocationUnknown, await CodeWithAsync((_, _) => throw new OperationCanceledException()));

    [Fact]
    public async Task A_check_that_does_not_answer_in_time_refuses()
    {
        await using IssuingHost host = new();
        string token = await host.MintAsync();
        TaskCompletionSource<TokenStanding> never = new();
        JwtCredentialVerifier verifier = host.Verifier(revocation: new ScriptedCheck((_, _) => new ValueTask<TokenStanding>(never.Task)));

        Task<JwtVerification> verifying = verifier.VerifyAsync(token, IssuingHost.Audience, []).AsTask();
        while (!verifying.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        Assert.Equal(JwtRefusalCodes.RevocationUnknown, (await verifying).RefusalCode);
    }

    [Fact]
    public async Task A_token_that_expires_while_the_check_is_waited_for_is_refused()
    {
        await using IssuingHost host = new();
        string token = await host.MintAsync();
        JwtCredentialVerifier verifier = host.Verifier(revocation: new ScriptedCheck((_, _) =>
        {
            host.Time.Advance(TimeSpan.FromMinutes(5));
            return new(TokenStanding.Live);
        }));

        Assert.Equal(JwtRefusalCodes.Expired, (await verifier.VerifyAsync(token, IssuingHost.Audience, [])).RefusalCode);
    }

    [Fact]
    public async Task A_caller_that_cancels_is_told_so()
    {
        await using IssuingHost host = new();
        string token = await host.MintAsync();
        using CancellationTokenSource cancel = new();
        JwtCredentialVerifier verifier = host.Verifier(revocation: new ScriptedCheck(async (_, cancellation) =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancellation);
            return TokenStanding.Live;
        }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await verifier.VerifyAsync(token, IssuingHost.Audience, [], cancel.Token));
    }

    [Fact]
    public async Task The_check_is_asked_about_the_verified_lease_and_given_the_token()
    {
        await using IssuingHost host = new();
        string token = await host.MintAsync();
        ScriptedCheck check = new((_, _) => new(TokenStanding.Live));

        JwtVerification verification = await host.Verifier(revocation: check).VerifyAsync(token, IssuingHost.Audience, []);

        Assert.Equal([(verification.Credential!.Lease, token)], check.Asked);
    }

    [Fact]
    public async Task The_check_is_not_asked_about_tokens_that_are_bad_anyway()
    {
        await using IssuingHost host = new();
        string token = await host.MintAsync();
        ScriptedCheck check = new((_, _) => new(TokenStanding.Live));

        await host.Verifier(revocation: check).VerifyAsync(token, "payroll", []);
        await host.Verifier(revocation: check).VerifyAsync(token[..^4] + "AAAA", IssuingHost.Audience, []);

        Assert.Empty(check.Asked);
    }

    [Fact]
    public void A_revoked_lease_is_dropped_once_its_token_has_expired_everywhere()
    {
        FakeTimeProvider time = new();
        RevokedTokens revoked = new(time: time);
        DateTimeOffset now = time.GetUtcNow();
        for (int i = 0; i < 1_000; i++)
        {
            revoked.Revoke(new LeaseId($"lease-{i}"), now.AddMinutes(5));
        }

        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TokenStanding.Revoked, revoked.GetStanding(new LeaseId("lease-7"), now));
        Assert.Equal(1_000, revoked.Count);

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, revoked.Count);
    }

    [Fact]
    public void A_lease_revoked_again_with_a_later_end_is_kept_until_then()
    {
        FakeTimeProvider time = new();
        RevokedTokens revoked = new(time: time);
        DateTimeOffset now = time.GetUtcNow();
        revoked.Revoke(new LeaseId("lease"), now.AddMinutes(1));
        revoked.Revoke(new LeaseId("lease"), now.AddMinutes(30));
        revoked.Revoke(new LeaseId("lease"), now.AddMinutes(2));

        time.Advance(TimeSpan.FromMinutes(20));

        Assert.Equal(TokenStanding.Revoked, revoked.GetStanding(new LeaseId("lease"), now));
    }

    [Fact]
    public void A_lease_without_an_end_can_be_revoked()
    {
        FakeTimeProvider time = new();
        RevokedTokens revoked = new(time: time);

        revoked.Revoke(new LeaseId("lease"), DateTimeOffset.MaxValue);

        Assert.Equal(TokenStanding.Revoked, revoked.GetStanding(new LeaseId("lease"), time.GetUtcNow()));
    }

    [Fact]
    public void A_full_set_forgets_nothing_but_refuses_everything_until_there_is_room()
    {
        FakeTimeProvider time = new();
        RevokedTokens revoked = new(capacity: 2, time);
        DateTimeOffset now = time.GetUtcNow();
        revoked.Revoke(new LeaseId("a"), now.AddMinutes(10));
        revoked.Revoke(new LeaseId("b"), now.AddMinutes(10));
        Assert.Equal(TokenStanding.Live, revoked.GetStanding(new LeaseId("live"), now));

        revoked.Revoke(new LeaseId("c"), now.AddMinutes(20));

        Assert.True(revoked.IsOverflowing);
        Assert.Equal(2, revoked.Count);
        foreach (string lease in new[] { "a", "b", "c", "live" })
        {
            Assert.Equal(TokenStanding.Revoked, revoked.GetStanding(new LeaseId(lease), now));
        }

        time.Advance(TimeSpan.FromMinutes(21));
        Assert.False(revoked.IsOverflowing);
        Assert.Equal(TokenStanding.Live, revoked.GetStanding(new LeaseId("live"), time.GetUtcNow()));
    }

    [Fact]
    public void A_set_made_after_a_restart_does_not_vouch_for_tokens_from_before()
    {
        FakeTimeProvider time = new();
        DateTimeOffset before = time.GetUtcNow();
        time.Advance(TimeSpan.FromSeconds(30));
        RevokedTokens revoked = new(time: time);

        Assert.Equal(TokenStanding.Unknown, revoked.GetStanding(new LeaseId("lease"), before));
        Assert.Equal(TokenStanding.Live, revoked.GetStanding(new LeaseId("lease"), time.GetUtcNow()));
    }

    [Fact]
    public async Task Many_threads_revoke_and_ask_and_no_revocation_is_missed()
    {
        FakeTimeProvider time = new();
        RevokedTokens revoked = new(time: time);
        DateTimeOffset now = time.GetUtcNow();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                LeaseId lease = new($"lease-{thread}-{i}");
                revoked.Revoke(lease, now.AddMinutes(5));
                Assert.Equal(TokenStanding.Revoked, revoked.GetStanding(lease, now));
            }
        })));

        Assert.Equal(16_000, revoked.Count);
    }

    private static async Task<string?> CodeWithAsync(Func<JwtCredential, CancellationToken, ValueTask<TokenStanding>> answer)
    {
        await using IssuingHost host = new();
        string token = await host.MintAsync();
        return (await host.Verifier(revocation: new ScriptedCheck(answer)).VerifyAsync(token, IssuingHost.Audience, [])).RefusalCode;
    }

    private sealed class ScriptedCheck(Func<JwtCredential, CancellationToken, ValueTask<TokenStanding>> answer) : ITokenRevocationCheck
    {
        internal List<(LeaseId Lease, string Token)> Asked { get; } = [];

        public ValueTask<TokenStanding> GetStandingAsync(JwtCredential credential, string token, CancellationToken cancellationToken)
        {
            Asked.Add((credential.Lease, token));
            return answer(credential, cancellationToken);
        }
    }
}
