using CsCheck;
using IntentAuthz.Cedar.Tests.Compilation;

namespace IntentAuthz.Cedar.Tests.Partial;

/// <summary>Whatever the unknown parts turn out to be, what was said before they were known holds.</summary>
public sealed class PartialEquivalenceTests
{
    [Fact]
    public void What_is_said_of_a_partial_request_holds_for_every_completion() =>
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var policies = PolicySet.Parse(new RandomPolicies(random).Policies(random.Next(1, 20)));
                var request = RandomWorld.Request(random);
                var partial = Hide(random, request);
                var response = CedarAuthorizer.AuthorizePartially(partial, policies, RandomWorld.Entities);
                // The residuals are ordinary policies: as text and as JSON they are the same.
                Assert.Equal(response.Residuals.ToString(), PolicySet.Parse(response.Residuals.ToString()).ToString());
                Assert.Equal(response.Residuals.ToString(), PolicySet.ParseJson(response.Residuals.ToJson()).ToString());
                for (var i = 0; i < 6; i++)
                {
                    Check(Complete(random, partial, request), policies, response);
                }
            },
            iter: LongRuns.Enabled ? 100_000 : 3_000);

    private static void Check(CedarRequest complete, PolicySet policies, PartialResponse response)
    {
        var expected = CedarAuthorizer.Authorize(complete, policies, RandomWorld.Entities);
        var actual = response.Complete(complete, RandomWorld.Entities);
        Assert.Equal((expected.Decision, string.Join(", ", expected.Reasons)), (actual.Decision, string.Join(", ", actual.Reasons)));
        Assert.Equal(expected.Errors.Select(error => error.PolicyId), actual.Errors.Select(error => error.PolicyId));
        Assert.Equal(expected.Decision, response.Decision ?? expected.Decision);
        Assert.True(response.CouldAllow || expected.Decision == CedarDecision.Deny, "What could not be allowed was.");
        Assert.Subset(expected.Errors.Select(error => error.PolicyId).ToHashSet(), response.Errors.Select(error => error.PolicyId).ToHashSet());
    }

    private static PartialRequest Hide(Random random, CedarRequest request)
    {
        var known = request.Context.Where(_ => random.Next(3) > 0).ToArray();
        var unknown = request.Context.Keys.Except(known.Select(pair => pair.Key)).Concat(random.Next(2) == 0 ? ["risk", "extra"] : [])
            .Except(known.Select(pair => pair.Key));
        return new(Hide(random, request.Principal.Uid), Hide(random, request.Action.Uid), Hide(random, request.Resource.Uid), CedarRecord.Create(known), unknown);
    }

    private static PartialEntity Hide(Random random, EntityUid uid) => random.Next(4) switch
    {
        0 => PartialEntity.Unknown,
        1 => PartialEntity.OfType(uid.Type),
        _ => uid,
    };

    private static CedarRequest Complete(Random random, PartialRequest partial, CedarRequest original)
    {
        var other = RandomWorld.Request(random);
        var context = partial.Context.Concat(
            (random.Next(2) == 0 ? original : other).Context.Where(pair => partial.UnknownContext.Contains(pair.Key) && random.Next(4) > 0));
        return new(
            Reveal(random, partial.Principal, original.Principal.Uid, RandomWorld.Principals),
            Reveal(random, partial.Action, original.Action.Uid, RandomWorld.Actions),
            Reveal(random, partial.Resource, original.Resource.Uid, RandomWorld.Resources),
            CedarRecord.Create(context));
    }

    private static EntityUid Reveal(Random random, PartialEntity entity, EntityUid original, IReadOnlyList<EntityUid> choices)
    {
        var fitting = choices.Where(uid => entity.Uid is null && (entity.Type is null || uid.Type == entity.Type)).ToArray();
        return entity.Uid ?? (fitting.Length == 0 ? original : fitting[random.Next(fitting.Length)]);
    }
}
