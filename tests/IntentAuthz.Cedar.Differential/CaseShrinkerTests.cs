using IntentAuthz.Cedar.Differential.Comparison;
using IntentAuthz.Cedar.Differential.Generation;

namespace IntentAuthz.Cedar.Differential;

/// <summary>Cases are what their seed says, and are made small before they are shown.</summary>
public sealed class CaseShrinkerTests
{
    [Fact]
    public void A_seed_always_means_the_same_case()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            Assert.Equal(CaseGenerator.Next(seed).ToString(), CaseGenerator.Next(seed).ToString());
        }
    }

    [Fact]
    public async Task A_case_is_reduced_to_what_matters()
    {
        var found = Enumerable.Range(1, 1_000).Select(seed => CaseGenerator.Next((ulong)seed)).First(@case => @case.Policies.Count > 2 && HasLike(@case));

        var shrunk = await CaseShrinker.ShrinkAsync(found, smaller => Task.FromResult(HasLike(smaller)));

        var policy = Assert.Single(shrunk.Policies);
        Assert.Matches("^permit\\(principal, action, resource\\) (when|unless) \\{ \\([a-z0-9\"]+ like \".*\"\\) \\};$", policy.Text);
        Assert.Empty(shrunk.Schema);
        Assert.Empty(shrunk.Entities);
        Assert.Empty(shrunk.Requests);
        Assert.Empty(shrunk.Links);
    }

    private static bool HasLike(DifferentialCase @case) => @case.Policies.Any(policy => policy.Damage == 0 && policy.Text.Contains(" like ", StringComparison.Ordinal));
}
