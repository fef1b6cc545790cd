using CsCheck;

using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Replay;

/// <summary>Laws of replaying, over policies and requests that nobody would write.</summary>
public sealed class ReplayPropertyTests
{
    private static bool IsLong => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";

    private static readonly Gen<EntityUid> s_uid = Gen.Select(Gen.OneOf("User", "Group", "Thing"), Gen.OneOf("a", "b", "c"), static (type, id) => new EntityUid(type, id));

    private static readonly Gen<EntityStore> s_host = Gen.Select(
        Gen.Int[0, 511], Gen.OneOf("red", "blue").Array[9], Gen.Int[0, 511],
        static (exist, colours, linked) => EntityStore.Create(
            from type in Enumerable.Range(0, 3)
            from id in Enumerable.Range(0, 3)
            let bit = 1 << ((3 * type) + id)
            where (exist & bit) != 0
            select new Entity(
                Uid(type, id),
                new CedarRecord.Builder { { "colour", colours[(3 * type) + id] }, { "boss", new CedarEntity(Uid(0, (id + 1) % 3)) } }.Build(),
                (linked & bit) != 0 && type != 1 ? [Uid(1, id)] : []))); // users and things lie in groups, groups in nothing: no cycle

    private static readonly Gen<string> s_condition = Gen.OneOf(
        Gen.OneOf(
            "true", "false", "context.input.n > 5", "context.input.missing == 1", "context.input has missing && context.input.missing == 1",
            "principal.colour == \"red\"", "resource.boss == principal", "resource.boss.colour == \"red\"", "resource.boss.boss.colour == \"red\"",
            "principal in Group::\"a\"", "resource in [Group::\"b\", Thing::\"a\"]", "User::\"c\".colour == \"red\"",
            "context.risk.score > 50", "context.risk has score", "context.history.calls > 3", "context has input", "resource.size > 3"));

    private static readonly Gen<string> s_policy =
        from effect in Gen.Frequency((3, Gen.Const("permit")), (1, Gen.Const("forbid")))
        from obligation in Gen.OneOf("", "", "@approval(\"boss\") ", "@rate(\"5/1m\") ", "@credential(\"x\") ", "@credential(\"y\") ")
        from scope in Gen.OneOf(
            "principal, action, resource", "principal == User::\"a\", action, resource", "principal in Group::\"a\", action == Action::\"go\", resource",
            "principal is User, action in [Action::\"go\", Action::\"stop\"], resource", "principal, action in Action::\"all\", resource is Thing in Group::\"b\"")
        from conditions in s_condition.Array[0, 3]
        select $"{(effect == "permit" ? obligation : "")}{effect}({scope}){string.Concat(conditions.Select(static c => $" when {{ {c} }}"))};";

    private static readonly Gen<string> s_policies = s_policy.Array[0, 8].Select(static p => string.Join('\n', p));

    private static readonly Gen<(EntityUid Principal, EntityUid Action, EntityUid Resource, EntityStore Host, CedarRecord Input)> s_request =
        Gen.Select(
            s_uid, Gen.OneOf("go", "stop", "wait"), s_uid, s_host, Gen.Int[0, 10],
            static (principal, action, resource, host, n) => (principal, new EntityUid("Action", action), resource, host, new CedarRecord.Builder { { "n", (long)n } }.Build()));

    private static int Iterations => IsLong ? 200_000 : 3_000;

    private static CedarRecord Risk => new CedarRecord.Builder { { "score", 70L } }.Build();

    [Fact]
    public void Replay_UnderTheVeryPolicies_IsAlwaysTheSame() => Gen.Select(s_policies, s_request).Sample((policies, request) =>
    {
        RecordedDecision recorded = RoundTrip(Record(policies, request));
        ReplayResult result = new DecisionReplay([PolicySource.Text(policies)]).Run([recorded]);
        return result is { Same: 1, SameForAnotherReason: 0 };
    }, iter: Iterations);

    [Fact]
    public void Replay_UnderOtherPolicies_IsWhatTheyWouldHaveSaidOrUnknown() => Gen.Select(s_policies, s_policies, s_request).Sample((old, now, request) =>
    {
        RecordedDecision recorded = RoundTrip(Record(old, request));
        Verdict truth = Record(now, request).Verdict;
        ReplayResult result = new DecisionReplay([PolicySource.Text(now)]).Run([recorded]);
        return result.Unknown == 1 || (result.Same == 1) == VerdictComparison.IsSame(recorded.Verdict, truth);
    }, iter: Iterations);

    [Fact]
    public void Replay_WithoutTheContext_IsWhatHoldsWhateverItWas() => Gen.Select(s_policies, s_policies, s_request).Sample((old, now, request) =>
    {
        RecordedDecision whole = Record(old, request);
        RecordedDecision bare = new(ContextParts.None, [null, null, null, null, null, null, null, null])
        {
            Time = whole.Time, Tenant = whole.Tenant, Principal = whole.Principal, Action = whole.Action, Resource = whole.Resource,
            Entities = whole.Entities, AbsentEntities = whole.AbsentEntities, Verdict = whole.Verdict, PolicyVersion = whole.PolicyVersion,
        };
        Verdict truth = Record(now, request).Verdict;
        ReplayResult result = new DecisionReplay([PolicySource.Text(now)]).Run([bare]);
        return result.Unknown == 1 || (result.Same == 1) == VerdictComparison.IsSame(whole.Verdict, truth);
    }, iter: Iterations);

    [Fact]
    public void AuditRedecision_OfNamesAlone_IsWhatHoldsWhateverTheRestWas() => Gen.Select(s_policies, s_request).Sample((policies, request) =>
    {
        Verdict truth = Record(policies, request).Verdict;
        CedarPolicyEngine engine = new([PolicySource.Text(policies)], Microsoft.Extensions.Logging.Abstractions.NullLogger<CedarPolicyEngine>.Instance);
        Verdict? verdict = new AuditRedecision(schema: null).Decide(engine.PoliciesOf(new TenantId("acme")), request.Principal, request.Action, [request.Resource], out _, out _);
        return verdict is null || VerdictComparison.IsSame(truth, verdict);
    }, iter: Iterations);

    private static EntityUid Uid(int type, int id) => new(type switch { 0 => "User", 1 => "Group", _ => "Thing" }, id switch { 0 => "a", 1 => "b", _ => "c" });

    private static RecordedDecision Record(string policies, (EntityUid Principal, EntityUid Action, EntityUid Resource, EntityStore Host, CedarRecord Input) r) =>
        Recording.Record(policies, r.Principal, r.Action, r.Resource, r.Host, r.Input, Risk);

    private static RecordedDecision RoundTrip(RecordedDecision decision)
    {
        PlainReader reader = new(DecisionEncodingTests.Encode([decision]));
        return new DecisionDecoder().Read(ref reader);
    }
}
