using CsCheck;

namespace IntentAuthz.Cedar.Tests.Compilation;

/// <summary>The compiled engine answers as the interpreter does: the same decision, reasons and errors, word for word.</summary>
public sealed class EquivalenceTests
{
    private const string World =
        """
        [
          { "uid": { "type": "User", "id": "alice" },
            "attrs": { "name": "alice", "age": 30, "active": true, "address": { "city": "Bern" },
                       "manager": { "__entity": { "type": "User", "id": "bob" } },
                       "groups": [{ "__entity": { "type": "Group", "id": "staff" } }, { "__entity": { "type": "User", "id": "alice" } }] },
            "parents": [{ "type": "Group", "id": "staff" }, { "type": "Team", "id": "t" }],
            "tags": { "team": "red", "alice": "x" } },
          { "uid": { "type": "User", "id": "bob" }, "attrs": { "name": "bob", "manager": { "__entity": { "type": "User", "id": "ghost" } } }, "parents": [{ "type": "Group", "id": "admins" }] },
          { "uid": { "type": "Group", "id": "staff" }, "attrs": {}, "parents": [{ "type": "Group", "id": "all" }] },
          { "uid": { "type": "Group", "id": "admins" }, "attrs": {}, "parents": [{ "type": "Group", "id": "all" }] },
          { "uid": { "type": "Doc", "id": "plan" },
            "attrs": { "title": "hello", "owner": { "__entity": { "type": "User", "id": "bob" } },
                       "readers": [{ "__entity": { "type": "Group", "id": "staff" } }, { "__entity": { "type": "User", "id": "ghost" } }] },
            "parents": [{ "type": "Folder", "id": "sub" }] },
          { "uid": { "type": "Folder", "id": "sub" }, "attrs": {}, "parents": [{ "type": "Folder", "id": "root" }] },
          { "uid": { "type": "Action", "id": "read" }, "attrs": {}, "parents": [{ "type": "Action", "id": "any" }] },
          { "uid": { "type": "Action", "id": "write" }, "attrs": {}, "parents": [{ "type": "Action", "id": "any" }] }
        ]
        """;

    private const string Rich =
        """
        { "flag": true, "n": 7, "min": -9223372036854775808, "list": [1, "alice", 7], "who": { "__entity": { "type": "User", "id": "alice" } },
          "input": { "name": "alice", "amount": { "__extn": { "fn": "decimal", "arg": "1.5" } }, "urgent": false },
          "risk": { "score": 3 }, "ip": { "__extn": { "fn": "ip", "arg": "10.0.0.1" } }, "range": { "__extn": { "fn": "ip", "arg": "10.0.0.0/16" } },
          "when": { "__extn": { "fn": "datetime", "arg": "2024-10-15T11:38:02Z" } } }
        """;

    private static readonly EntityStore Entities = EntityStore.ParseJson(World);

    private static readonly CedarRecord[] Contexts = [CedarRecord.ParseJson(Rich), CedarRecord.ParseJson("""{ "flag": false, "n": 0 }"""), CedarRecord.Empty];

    private static readonly string[] Principals = ["User::\"alice\"", "User::\"bob\"", "User::\"unheard-of\"", "Stranger::\"x\"", "Nowhere::\"y\"", "Group::\"staff\""];

    private static readonly string[] Actions = ["Action::\"read\"", "Action::\"write\"", "Action::\"other\""];

    private static readonly string[] Resources = ["Doc::\"plan\"", "Doc::\"memo\"", "Folder::\"sub\"", "User::\"alice\""];

    [Fact]
    public void Every_engine_gives_the_same_answer_on_random_policies() =>
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var policies = PolicySet.Parse(new RandomPolicies(random).Policies(random.Next(1, 30)));
                var compiled = policies.Compile();
                var bound = compiled.Bind(Entities);
                for (var i = 0; i < 8; i++)
                {
                    Engines.Authorize(
                        new(Pick(random, Principals), Pick(random, Actions), Pick(random, Resources), Contexts[random.Next(Contexts.Length)]), policies, compiled, bound);
                }
            },
            iter: LongRuns.Enabled ? 200_000 : 4_000);

    private static readonly RequestLayout Layout = new("User", "Action", "Doc", "input.name", "input.amount", "input.urgent", "risk.score", "n", "flag", "when");

    [Fact]
    public void Plain_values_are_decided_as_the_request_they_stand_for() =>
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var policies = PolicySet.Parse(new RandomPolicies(random).Policies(random.Next(1, 30)));
                var bound = policies.Compile().Bind(Entities);
                var authorizer = bound.WithLayout(Layout);
                for (var i = 0; i < 8; i++)
                {
                    string principal = Choose(random, "alice", "bob", "unheard-of"), action = Choose(random, "read", "write", "other"), resource = Choose(random, "plan", "memo");
                    CedarScalar[] values =
                    [
                        Sometimes(random, Choose(random, "alice", "team", "")), Sometimes(random, CedarScalar.FromScaledDecimal(random.Next(30_000))), Sometimes(random, random.Next(2) == 0),
                        Sometimes(random, (long)random.Next(10)), Sometimes(random, 7L), Sometimes(random, true), Sometimes(random, CedarScalar.From(DateTimeOffset.UnixEpoch.AddDays(random.Next(30_000)))),
                    ];
                    var expected = CedarAuthorizer.Authorize(Layout.CreateRequest(principal, action, resource, values), policies, Entities);
                    Engines.Same(expected, authorizer.Authorize(principal, action, resource, values), "layout");
                    Assert.Equal(expected.Decision, authorizer.Decide(principal, action, resource, values));
                }
            },
            iter: LongRuns.Enabled ? 200_000 : 4_000);

    private static CedarScalar Sometimes(Random random, CedarScalar value) => random.Next(5) == 0 ? CedarScalar.Absent : value;

    private static EntityUid Pick(Random random, string[] uids) => EntityUid.Parse(uids[random.Next(uids.Length)]);

    private static string Choose(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
