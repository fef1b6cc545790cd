using System.Text.RegularExpressions;

using CsCheck;
using IntentAuthz.Cedar;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Tests.Decisions;

/// <summary>What the engine explains is what it decides, by the guard's own rules: obligations, approvals, and errors that deny.</summary>
public sealed partial class EngineExplanationProperties
{
    private static readonly TenantId s_tenant = new("acme");

    private static readonly EntityStore s_entities = EntityStore.ParseJson(
        """
        [
          { "uid": { "type": "User", "id": "u" }, "attrs": { "level": 2 }, "parents": [{ "type": "G", "id": "g1" }] },
          { "uid": { "type": "G", "id": "g1" }, "attrs": {}, "parents": [{ "type": "G", "id": "g2" }] }
        ]
        """);

    private static readonly Gen<string> s_condition = Gen.OneOf(
        "context.n < 3", "context.n >= 1", "context.gone == 1", "context has gone && context.gone > 1", "context.f", "!context.f", "principal in G::\"g1\"", "principal in G::\"g2\"", "principal in G::\"g3\"",
        "context.set.contains(\"x\")", "context.set.contains(\"y\")", "principal.level > 2 || context.f", "context.n + 9223372036854775807 > 0", "true", "context.set.containsAny([\"x\", \"z\"])");

    private static readonly Gen<string> s_policy = Gen.Select(
        Gen.OneOf("", "", "@approval(\"legal\")", "@approval(\"finance:2, legal\")", "@approval(\"finance\")", "@credential(\"a\")", "@credential(\"b\")", "@contain(\"c\")", "@redact(\"result.x\") @rate(\"5/1m\")"),
        Gen.OneOf("permit", "permit", "permit", "forbid"), Gen.OneOf("when", "unless"), s_condition.Array[0, 3],
        (asks, effect, clause, conditions) => $"{(effect == "permit" ? asks : "")} {effect}(principal, action, resource){string.Concat(conditions.Select(c => $" {clause} {{ {c} }}"))};");

    private static readonly Gen<(string Policies, CedarRecord Context)> s_world = Gen.Select(
        Gen.OneOf(s_policy.Array[1, 6], s_policy.Array[1, 6], s_policy.Array[20, 40]), Gen.Long[-1, 4], Gen.Long[-1, 3], Gen.Bool, Gen.Int[0, 7],
        (policies, n, gone, f, set) =>
        {
            CedarRecord.Builder context = new()
            {
                { "n", n }, { "f", CedarBool.Of(f) }, { "set", CedarSet.Create("xyz".Where((_, i) => (set >> i & 1) == 1).Select(static c => (CedarValue)c.ToString())) },
            };
            if (gone >= 0)
            {
                context.Add("gone", gone);
            }

            return (string.Join('\n', policies.Select(static (p, i) => $"@id(\"p{i}\"){p}")), context.Build());
        });

    private static int Iterations => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 50_000 : 500;

    [Fact]
    public void Explain_IsWhatIsDecidedAndWhatIsSuggestedIsDecidedSo() => s_world.Sample(
        world =>
        {
            CedarPolicyEngine engine = new([PolicySource.Text(world.Policies)], NullLogger<CedarPolicyEngine>.Instance);
            CedarRequest asked = new(new("User", "u"), new("Action", "do"), new("Doc", "d"), world.Context);
            Verdict verdict = Decide(engine, asked, s_entities);
            DecisionExplanation why = engine.Explain(PolicyRequest.Of(s_tenant, asked, s_entities));
            bool waits = verdict.Effect == VerdictEffect.Permit && !verdict.Obligations.Approvals.IsEmpty;
            Assert.Equal(verdict.Effect == VerdictEffect.Deny ? DecisionOutcome.Deny : waits ? DecisionOutcome.RequireApproval : DecisionOutcome.Permit, why.Outcome);
            Assert.Equal(waits ? ReasonCodes.ApprovalRequired : verdict.ReasonCode, why.ReasonCode);
            Assert.True(why.Outcome != DecisionOutcome.Permit || (why.Suggestions.Count == 0 && why.ToJson().Contains("\"suggestionsAchieve\":\"permit\"", StringComparison.Ordinal)));
            foreach (SuggestedChange suggestion in why.Suggestions)
            {
                Verdict then = Decide(engine, suggestion.Request, new Changed(suggestion.Entities));
                Assert.Equal(VerdictEffect.Permit, then.Effect);
                Assert.Equal(why.ToJson().Contains("\"suggestionsAchieve\":\"require-approval\"", StringComparison.Ordinal), !then.Obligations.Approvals.IsEmpty);
            }

            // Who is named in the first sentence has decided it, and all of those are named or counted.
            string[] named = [.. Named().Matches(why.Summary).Select(static m => m.Groups[1].Value)];
            if (why.ReasonCode is ReasonCodes.Forbidden or ReasonCodes.Permitted or ReasonCodes.ConflictingObligations)
            {
                int more = More().Match(why.Summary) is { Success: true } m ? int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
                Assert.Equal(verdict.Policies.Length, named.Length + more);
                Assert.Subset(verdict.Policies.ToHashSet(), named.ToHashSet());
            }
            else if (why.ReasonCode == ReasonCodes.PolicyError)
            {
                Assert.Contains(Assert.Single(named), verdict.Policies);
            }
            else if (why.ReasonCode == ReasonCodes.ApprovalRequired)
            {
                Assert.All(verdict.Obligations.Approvals, a => Assert.Contains($"{(a.Count == 1 ? "" : $"{a.Count} people of ")}“{a.Role}”", why.Summary, StringComparison.Ordinal));
                Assert.Subset(verdict.Policies.ToHashSet(), named.ToHashSet());
            }
        },
        iter: Iterations);

    [Fact]
    public void Explain_ChangeThatWasFoundOnTheWayToAnApproval_IsNotSaidToNeedOne()
    {
        CedarPolicyEngine engine = new(
            [
                PolicySource.Text(
                    """
                    @id("p0") permit(principal, action, resource) unless { principal in G::"g3" };
                    @id("p1") @approval("legal") permit(principal, action, resource) unless { context.n + 9223372036854775807 > 0 };
                    @id("p2") @approval("finance") permit(principal, action, resource) unless { context.n >= 1 } unless { principal in G::"g2" };
                    """),
            ],
            NullLogger<CedarPolicyEngine>.Instance);
        CedarRequest asked = new(new("User", "u"), new("Action", "do"), new("Doc", "d"), new CedarRecord.Builder { { "n", 1L } }.Build());

        DecisionExplanation why = engine.Explain(PolicyRequest.Of(s_tenant, asked, s_entities));

        Assert.Equal("n were 0 (it is 1)", Assert.Single(why.Suggestions).Sentence);
        Assert.Contains("\"suggestionsAchieve\":\"permit\"", why.ToJson(), StringComparison.Ordinal);
        Assert.Empty(why.Notes);
    }

    private static Verdict Decide(CedarPolicyEngine engine, CedarRequest asked, IEntityProvider entities) =>
        engine.EvaluateAsync(PolicyRequest.Of(s_tenant, asked, entities), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    [GeneratedRegex("“(p[0-9]+)”")]
    private static partial Regex Named();

    [GeneratedRegex(" and ([0-9]+) more (permit|forbid|ask)")]
    private static partial Regex More();

    private sealed class Changed(IEntityProvider entities) : IEntityProvider
    {
        public Entity? Find(EntityUid uid) => entities.Find(uid);
    }
}
