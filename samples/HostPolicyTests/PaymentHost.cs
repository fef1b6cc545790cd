using System.Text.Json;
using IntentAuthz;

namespace HostPolicyTests;

/// <summary>What the host registers at startup: the production code calls this method too, so tests and host cannot drift apart.</summary>
internal static class PaymentHost
{
    internal static void Register(IntentAuthzBuilder host) => host
        .AddPolicies(PolicySource.Directory(Path.Combine(AppContext.BaseDirectory, "policies")))
        .AddTool(ToolDescriptor.For("mail.read").Idempotent())
        .AddTool(ToolDescriptor.For("payments.pay")
            .InputSchema(JsonElement.Parse(
                """{ "type": "object", "properties": { "amount": { "type": "number" }, "to": { "type": "string" } }, "required": ["amount", "to"] }"""))
            .Argument("amount", ArgumentRole.Magnitude)
            .Argument("to", ArgumentRole.Target)
            .Risk(RiskClass.High)
            .NeedsCredential("payments:write"))
        .AddCredentialProfile(new CredentialProfile(
            "payments:write", issuer: "bank", audience: "payments", scopes: ["payments:write"], lifetime: TimeSpan.FromMinutes(5)));
}
