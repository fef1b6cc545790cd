namespace IntentAuthz.Testing.Tests;

public sealed class ScriptedIssuerTests
{
    [Fact]
    public async Task It_records_what_it_made_and_unmade()
    {
        await using PolicyTestHost host = TestHosts.Payments().Build();
        ScriptedIssuer bank = host.Issuer("bank");
        await PayAsync(host).ShouldBePermittedAsync();
        LeaseId lease = Assert.Single(bank.Live);

        await host.Guard.Tasks.CompleteAsync(await host.GetTaskAsync());

        Assert.Equal(lease, Assert.Single(bank.Issued));
        Assert.Equal(lease, Assert.Single(bank.Revoked));
        Assert.Empty(bank.Live);
        Assert.Equal("payments:write", Assert.Single(bank.Requests).Profile.Name);
    }

    [Fact]
    public async Task A_denied_call_asks_it_for_nothing()
    {
        await using PolicyTestHost host = TestHosts.Payments().Build();

        await host.Call("payments.pay", new { amount = 20, to = "BLOCKED" }).ShouldBeDeniedAsync();

        Assert.Empty(host.Issuer("bank").Requests);
    }

    [Fact]
    public async Task It_refuses_and_throws_until_it_is_told_to_succeed_again()
    {
        await using PolicyTestHost host = TestHosts.Payments().Build();
        ScriptedIssuer bank = host.Issuer("bank");

        bank.Refuses("closed");
        GuardResult refused = await PayAsync(host).ShouldBeDeniedAsync(ReasonCodes.CredentialFailed);
        Assert.Contains("closed", refused.Decision.Explanation, StringComparison.Ordinal);

        bank.Throws(new HttpRequestException("unreachable"));
        await PayAsync(host).ShouldBeDeniedAsync(ReasonCodes.CredentialFailed);

        bank.Succeeds();
        await PayAsync(host).ShouldBePermittedAsync();
        Assert.Equal(3, bank.Requests.Length);
    }

    [Fact]
    public async Task A_delay_within_the_limit_is_waited_for_on_the_tests_clock()
    {
        await using PolicyTestHost host = TestHosts.Payments().Build();
        host.Issuer("bank").Delays(TimeSpan.FromSeconds(5));

        GuardResult result = await host.Clock.RunUntilAsync(PayAsync(host).DecideAsync().AsTask(), atMost: TimeSpan.FromMinutes(1));

        Assert.True(result.Decision.IsPermitted, result.ToString());
    }

    [Fact]
    public async Task A_delay_beyond_the_limit_denies_the_call()
    {
        await using PolicyTestHost host = TestHosts.Payments().ConfigureOptions(o => o.IssuerTimeout = TimeSpan.FromSeconds(10)).Build();
        host.Issuer("bank").Delays(TimeSpan.FromSeconds(30));

        GuardResult result = await host.Clock.RunUntilAsync(PayAsync(host).DecideAsync().AsTask(), atMost: TimeSpan.FromMinutes(1));

        Assert.Equal(ReasonCodes.CredentialFailed, result.Decision.ReasonCode);
    }

    [Fact]
    public async Task Where_it_fails_to_unmake_the_residual_window_shows()
    {
        await using PolicyTestHost host = TestHosts.Payments().Build();
        host.Issuer("bank").FailsToRevoke(new HttpRequestException("unreachable"));
        await PayAsync(host).ShouldBePermittedAsync();

        TaskEnd end = await host.Guard.Tasks.CompleteAsync(await host.GetTaskAsync());

        Assert.False(end.IsConfirmed);
        Assert.Single(host.Issuer("bank").Live);
    }

    [Fact]
    public async Task Its_secrets_are_known_so_that_a_test_can_look_for_them()
    {
        await using PolicyTestHost host = TestHosts.Payments().Build();
        await PayAsync(host).ShouldBePermittedAsync();
        string secret = ScriptedIssuer.SecretOf(Assert.Single(host.Issuer("bank").Issued));

        GuardResult leaked = await host.Call("mail.read").Returning($"the token is {secret}").ShouldBePermittedAsync();

        Assert.DoesNotContain(secret, leaked.ModelText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_no_profile_uses_is_an_error_that_lists_the_names()
    {
        await using PolicyTestHost host = TestHosts.Payments().Build();

        Assert.Contains("bank", Assert.Throws<ArgumentException>(() => host.Issuer("bnak")).Message, StringComparison.Ordinal);
    }

    private static PolicyTestCall PayAsync(PolicyTestHost host) => host.Call("payments.pay", new { amount = 20, to = "ACME" });
}
