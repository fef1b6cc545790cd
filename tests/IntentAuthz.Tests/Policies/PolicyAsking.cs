using IntentAuthz.Cedar;

using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Tests.Policies;

/// <summary>Asks the native engine one question, the same one unless a test says otherwise: may the bot pay the invoice?</summary>
internal static class PolicyAsking
{
    internal static readonly TenantId Acme = new("acme");

    internal static CedarPolicyEngine Engine(params PolicySource[] sources) => new(sources, NullLogger<CedarPolicyEngine>.Instance);

    internal static CedarPolicyEngine Engine(string policies) => Engine(PolicySource.Text(policies, "test.cedar"));

    /// <summary>The problems for which the engine refuses the policies.</summary>
    internal static string[] Problems(params PolicySource[] sources) =>
        [.. Assert.Throws<PolicyLoadException>(() => Engine(sources)).Problems];

    internal static string Problem(string policies) => Assert.Single(Problems(PolicySource.Text(policies, "test.cedar")));

    internal static Verdict Ask(this CedarPolicyEngine engine, TenantId? tenant = null, IEntityProvider? host = null)
    {
        ValueTask<Verdict> answer = engine.EvaluateAsync(Request(CedarRecord.Empty, tenant, host), CancellationToken.None);
        Assert.True(answer.IsCompletedSuccessfully, "the native engine answers at once");
        return answer.Result;
    }

    internal static PolicyRequest Request(CedarRecord input, TenantId? tenant = null, IEntityProvider? host = null)
    {
        AgentIdentity bot = AgentIdentity.HostAsserted(new AgentId("bot"), Acme, "ann");
        Entity action = new(new EntityUid("Action", "pay"));
        Entity invoice = new(new EntityUid("Invoice", "2041"));
        return PolicyRequest.Of(tenant ?? Acme, bot.Entity, action, invoice, host ?? EntityStore.Empty, new InputOnly(input));
    }

    private sealed class InputOnly(CedarRecord input) : IContextSource
    {
        public CedarRecord? Build(ContextParts part) => part == ContextParts.Input ? input : null;
    }
}
