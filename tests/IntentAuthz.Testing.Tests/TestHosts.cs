namespace IntentAuthz.Testing.Tests;

/// <summary>The host that most tests here share: payments with a limit, an approval above it, and a credential.</summary>
internal static class TestHosts
{
    internal const string Policies = """
        @id("who opens tasks")
        permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"OpenTask", resource);
        @id("finance approves")
        permit(principal in IntentAuthz::Role::"finance", action == IntentAuthz::Action::"Approve", resource);
        @id("small payments")
        permit(principal is IntentAuthz::Agent, action == Action::"payments.pay", resource)
        when { context.input.amount <= 100 };
        @id("large payments wait") @approval("finance")
        permit(principal is IntentAuthz::Agent, action == Action::"payments.pay", resource)
        when { context.input.amount > 100 };
        @id("never to the blocked payee")
        forbid(principal, action == Action::"payments.pay", resource)
        when { context.input.to == "BLOCKED" };
        @id("reading mail")
        permit(principal is IntentAuthz::Agent, action == Action::"mail.read", resource);
        """;

    internal static PolicyTestHostBuilder Payments() =>
        PolicyTestHost.CreateBuilder()
            .AddPolicies(PolicySource.Text(Policies))
            .AddTool(ToolDescriptor.For("payments.pay")
                .InputSchema("""{"properties":{"amount":{"type":"integer"},"to":{"type":"string"}},"required":["amount","to"]}""")
                .Argument("amount", ArgumentRole.Magnitude)
                .Argument("to", ArgumentRole.Target)
                .NeedsCredential("payments:write"))
            .AddTool(ToolDescriptor.For("mail.read").Idempotent())
            .AddCredentialProfile(new CredentialProfile("payments:write", "bank", "payments", ["payments:write"], TimeSpan.FromMinutes(5)));
}
