using System.Diagnostics;
using IntentAuthz.Cedar.Compilation;

namespace IntentAuthz.Cedar.Tests.Compilation;

/// <summary>What somebody would try who chooses names, hierarchies or policies so that the compiled engine stalls or errs.</summary>
public sealed class AttackTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5); // what is bounded takes well under one

    private static readonly EntityUid Alice = new("User", "alice");

    private static readonly EntityUid Read = new("Action", "read");

    private static readonly EntityUid Plan = new("Doc", "plan");

    [Theory]
    [InlineData("\u642F\u78BD\u1D64\uA076")]
    [InlineData("\u28DB\uA0B4\u7ED1\uE703")]
    public void Names_chosen_to_cancel_a_constant_of_the_hash_do_not_collide(string cancelling)
    {
        // In every place of a step: a factor of zero would make the rest of the step not count.
        KeyValuePair<string, string>[] entries =
        [
            .. Enumerable.Range(0, 60_000).Select(i => i.ToString("x4", null)).SelectMany(
                four => new[] { cancelling + four + "the same end", four + cancelling + "the same end", "the same start..!" + cancelling + four }.Distinct()).Select(name => KeyValuePair.Create(name, name)),
        ];
        var start = Stopwatch.GetTimestamp();
        var table = new NameTable<string>(entries);
        Assert.All(entries, entry => Assert.Same(entry.Value, table.Find(entry.Key)));
        Assert.True(Stopwatch.GetElapsedTime(start) < Soon, "Names collide.");
    }

    [Fact]
    public void Thousands_of_groups_that_a_provider_finds_are_walked_once()
    {
        var provider = new ManyGroups();
        var compiled = PolicySet.Parse("permit(principal in Group::\"g29999\", action, resource);").Compile();
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(CedarDecision.Allow, compiled.Decide(new(Alice, Read, Plan), provider));
        Assert.True(Stopwatch.GetElapsedTime(start) < Soon, "Every group is compared with every other.");
    }

    private sealed class ManyGroups : IEntityProvider
    {
        private static readonly Entity Member = new(Alice, parents: Enumerable.Range(0, 30_000).Select(i => new EntityUid("Group", $"g{i}")));

        public Entity? Find(EntityUid uid) => uid == Alice ? Member : null;
    }

    [Fact]
    public void An_entity_that_a_provider_returns_under_another_name_is_taken_for_the_one_that_was_asked_for()
    {
        var policies = PolicySet.Parse("permit(principal, action, resource); forbid(principal, action, resource) when { principal in Group::\"g\" || resource.owner in Group::\"blocked\" };");
        var request = new CedarRequest(Alice, Read, Plan);
        var expected = CedarAuthorizer.Authorize(request, policies, new Renaming());
        Engines.Same(expected, policies.Compile().Authorize(request, new Renaming()), "compiled");
        Assert.Equal(CedarDecision.Deny, expected.Decision);
    }

    // Asked for Alice, it returns what it calls Bob; Bob himself is blocked.
    private sealed class Renaming : IEntityProvider
    {
        private static readonly EntityUid Bob = new("User", "bob");

        public Entity? Find(EntityUid uid) =>
            uid == Alice ? new(Bob, parents: [new("Group", "staff")])
            : uid == Bob ? new(Bob, parents: [new("Group", "blocked")])
            : uid == Plan ? new(Plan, CedarRecord.Create([new("owner", Bob)]))
            : null;
    }
}
