namespace IntentAuthz.Testing.Tests;

/// <summary>A failed assertion must tell enough to mend the policy without a debugger.</summary>
public sealed class FailureMessageTests
{
    [Fact]
    public async Task A_denied_call_that_should_be_permitted_shows_call_decision_policies_and_explanation()
    {
        string message = await MessageOfAsync(host => host.Call("payments.pay", new { amount = 20, to = "BLOCKED" }).ShouldBePermittedAsync().AsTask());

        AssertHas(
            message,
            "Expected the call to be permitted, but it was denied.",
            """payments.pay {"amount":20,"to":"BLOCKED"}""",
            "by test-agent of test-tenant",
            "mandate: whatever the policies permit",
            "Deny (forbidden)",
            "never to the blocked payee",
            "explanation:");
    }

    [Fact]
    public async Task A_permitted_call_that_should_be_denied_names_the_policies_that_permit_it()
    {
        string message = await MessageOfAsync(host => host.Call("payments.pay", new { amount = 20, to = "ACME" }).ShouldBeDeniedAsync(ReasonCodes.Forbidden).AsTask());

        AssertHas(message, "Expected the call to be denied (forbidden), but it was permitted.", "Permit (permitted)", "small payments");
    }

    [Fact]
    public async Task A_call_denied_for_another_reason_shows_both_reasons()
    {
        string message = await MessageOfAsync(host => host.Call("payments.pay", new { amount = 20, to = "BLOCKED" }).ShouldBeDeniedAsync(ReasonCodes.NoPermit).AsTask());

        AssertHas(message, "Expected the call to be denied for 'no-permit', but it was denied for 'forbidden'.");
    }

    [Fact]
    public async Task A_call_that_waits_does_not_count_as_denied()
    {
        string message = await MessageOfAsync(host => host.Call("payments.pay", new { amount = 5000, to = "ACME" }).ShouldBeDeniedAsync().AsTask());

        AssertHas(message, "Expected the call to be denied, but it was made to wait for an approval.", "large payments wait");
    }

    [Fact]
    public async Task A_call_that_waits_for_others_shows_for_whom()
    {
        string message = await MessageOfAsync(host => host.Call("payments.pay", new { amount = 5000, to = "ACME" }).ShouldRequireApprovalAsync("legal").AsTask());

        AssertHas(message, "wait for the approval of legal, but it was made to wait for finance.");
    }

    [Fact]
    public async Task A_call_that_needs_no_approval_is_no_call_that_waits()
    {
        string message = await MessageOfAsync(host => host.Call("payments.pay", new { amount = 5, to = "ACME" }).ShouldRequireApprovalAsync("finance").AsTask());

        AssertHas(message, "Expected the call to wait for the approval of finance, but it was permitted.");
    }

    [Fact]
    public async Task A_policy_that_could_not_be_evaluated_is_shown()
    {
        const string Overflowing = """forbid(principal, action == Action::"payments.pay", resource) when { context.input.amount * 9223372036854775807 > 0 };""";
        await using PolicyTestHost host = TestHosts.Payments().AddPolicies(PolicySource.Text(Overflowing, "fortunes")).Build();

        string message = await MessageOfAsync(host, h => h.Call("payments.pay", new { amount = 20, to = "ACME" }).ShouldBePermittedAsync().AsTask());

        AssertHas(message, "error:", "fortunes");
    }

    private static async Task<string> MessageOfAsync(Func<PolicyTestHost, Task> test)
    {
        await using PolicyTestHost host = TestHosts.Payments().Build();
        return await MessageOfAsync(host, test);
    }

    private static async Task<string> MessageOfAsync(PolicyTestHost host, Func<PolicyTestHost, Task> test)
    {
        return (await Assert.ThrowsAsync<PolicyAssertionException>(() => test(host))).Message;
    }

    private static void AssertHas(string message, params string[] parts) =>
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
}
