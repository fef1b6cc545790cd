namespace IntentAuthz.Cedar.Tests.Entities;

/// <summary>The hierarchy of a store.</summary>
public sealed class EntityStoreTests
{
    private static Entity E(string id, params string[] parents) => new(Uid(id), parents: parents.Select(Uid));

    private static EntityUid Uid(string id) => new("E", id);

    [Fact]
    public void Ancestors_are_found_over_any_number_of_steps_and_ways()
    {
        // a diamond, and a parent that is no entity of the store
        var store = EntityStore.Create([E("a", "b", "c"), E("b", "d"), E("c", "d"), E("d", "missing")]);

        Assert.All(["b", "c", "d", "missing"], ancestor => Assert.True(store.IsDescendantOf(Uid("a"), Uid(ancestor)), ancestor));
        Assert.False(store.IsDescendantOf(Uid("a"), Uid("a")));
        Assert.False(store.IsDescendantOf(Uid("d"), Uid("a")));
        Assert.False(store.IsDescendantOf(Uid("b"), Uid("c")));
        Assert.False(store.IsDescendantOf(Uid("missing"), Uid("a")));
    }

    [Fact]
    public void Find_gives_the_entity_or_null()
    {
        var entity = new Entity(Uid("a"), CedarRecord.Create([new("x", 1L)]), [Uid("b"), Uid("b")], CedarRecord.Create([new("t", 2L)]));
        var store = EntityStore.Create([entity]);

        Assert.Same(entity, store.Find(Uid("a")));
        Assert.Null(store.Find(Uid("b")));
        Assert.Equal([Uid("b")], entity.Parents);
        Assert.True(entity.HasParent(Uid("b")));
        Assert.Equal(1, store.Count);
    }

    [Fact]
    public void An_entity_twice_is_refused() =>
        Assert.Contains("E::\"a\" occurs twice", Assert.Throws<ArgumentException>(() => EntityStore.Create([E("a"), E("a")])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_cycle_is_refused()
    {
        Assert.Contains("cycle", Assert.Throws<ArgumentException>(() => EntityStore.Create([E("a", "a")])).Message, StringComparison.Ordinal);
        Assert.Contains("cycle", Assert.Throws<ArgumentException>(() => EntityStore.Create([E("x", "a"), E("a", "b"), E("b", "c"), E("c", "a")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hierarchy_that_would_fill_the_memory_is_refused()
    {
        var chain = Enumerable.Range(0, 10_000).Select(n => E($"{n}", $"{n + 1}"));

        Assert.Contains("pairs of entity and ancestor", Assert.Throws<ArgumentException>(() => EntityStore.Create(chain)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deep_hierarchy_within_the_limit_needs_no_deep_stack()
    {
        var store = EntityStore.Create(Enumerable.Range(0, 1_500).Select(n => E($"{n}", $"{n + 1}")));

        Assert.True(store.IsDescendantOf(Uid("0"), Uid("1500")));
    }
}
