using CsCheck;

namespace IntentAuthz.Cedar.Tests.Compilation;

/// <summary>The compiled engine answers as the interpreter does: the same decision, reasons and errors, word for word.</summary>
public sealed class EquivalenceTests
{
    [Fact]
    public void Every_engine_gives_the_same_answer_on_random_policies() =>
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var policies = PolicySet.Parse(new RandomPolicies(random).Policies(random.Next(1, 30)));
                var compiled = policies.Compile();
                var bound = compiled.Bind(RandomWorld.Entities);
                for (var i = 0; i < 8; i++)
                {
                    Engines.Authorize(RandomWorld.Request(random), policies, compiled, bound);
                }
            },
            iter: LongRuns.Enabled ? 200_000 : 4_000);

    [Fact]
    public void A_context_that_is_read_value_by_value_is_decided_as_the_record_it_stands_for() =>
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var policies = PolicySet.Parse(new RandomPolicies(random).Policies(random.Next(1, 30)));
                var compiled = policies.Compile();
                for (var i = 0; i < 8; i++)
                {
                    var request = RandomWorld.Request(random);
                    var expected = CedarAuthorizer.Authorize(request, policies, RandomWorld.Entities);
                    foreach (var (name, context) in ReadContexts.Of(request.Context, random))
                    {
                        Engines.Same(expected, compiled.Authorize(request.Principal, request.Action, request.Resource, context, RandomWorld.Entities), name);
                    }
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
                var bound = policies.Compile().Bind(RandomWorld.Entities);
                var authorizer = bound.WithLayout(Layout);
                for (var i = 0; i < 8; i++)
                {
                    string principal = Choose(random, "alice", "bob", "unheard-of"), action = Choose(random, "read", "write", "other"), resource = Choose(random, "plan", "memo");
                    CedarScalar[] values =
                    [
                        Sometimes(random, Choose(random, "alice", "team", "")), Sometimes(random, CedarScalar.FromScaledDecimal(random.Next(30_000))), Sometimes(random, random.Next(2) == 0),
                        Sometimes(random, (long)random.Next(10)), Sometimes(random, 7L), Sometimes(random, true), Sometimes(random, CedarScalar.From(DateTimeOffset.UnixEpoch.AddDays(random.Next(30_000)))),
                    ];
                    var expected = CedarAuthorizer.Authorize(Layout.CreateRequest(principal, action, resource, values), policies, RandomWorld.Entities);
                    Engines.Same(expected, authorizer.Authorize(principal, action, resource, values), "layout");
                    Assert.Equal(expected.Decision, authorizer.Decide(principal, action, resource, values));
                }
            },
            iter: LongRuns.Enabled ? 200_000 : 4_000);

    private static CedarScalar Sometimes(Random random, CedarScalar value) => random.Next(5) == 0 ? CedarScalar.Absent : value;

    private static string Choose(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
