namespace IntentAuthz.Cedar.Tests.Compilation;

public sealed class RequestLayoutTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "a.b")]
    [InlineData("a.b", "a")]
    [InlineData("a..b", "c")]
    [InlineData("", "c")]
    public void Paths_that_do_not_describe_one_context_are_refused(string first, string second) =>
        Assert.Throws<ArgumentException>(() => new RequestLayout("User", "Action", "Doc", first, second));

    [Fact]
    public void A_type_that_is_no_path_is_refused() =>
        Assert.Throws<ArgumentException>(() => new RequestLayout("User", "Action", "not a type"));

    [Fact]
    public void A_request_has_one_value_for_each_path()
    {
        var layout = new RequestLayout("User", "Action", "Doc", "a", "b.c");
        var authorizer = PolicySet.Empty.Compile().Bind(EntityStore.Empty).WithLayout(layout);
        Assert.Contains("2 context paths, but 1 values", Assert.Throws<ArgumentException>(() => authorizer.Decide("u", "a", "d", 1L)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => layout.CreateRequest("u", "a", "d", 1L, 2L, 3L));
    }

    [Fact]
    public void The_request_that_plain_values_stand_for_has_the_records_on_the_way_and_no_absent_values()
    {
        var layout = new RequestLayout("User", "Action", "Doc", "a", "b.c", "b.d.e");
        Assert.Equal("{a: 1, b: {d: {}}}", layout.CreateRequest("u", "a", "d", 1L, CedarScalar.Absent, CedarScalar.Absent).Context.ToString());
    }

    [Fact]
    public void Text_with_a_lone_surrogate_is_no_scalar() =>
        Assert.All(["\ud800", "abcd\udc00", "12345678\ud8001234", new string('x', 30) + "\udfff"], text => Assert.Throws<ArgumentException>(() => CedarScalar.From(text)));

    [Fact]
    public void Text_with_pairs_of_surrogates_is_one() =>
        Assert.All(["\U0001F600", "abcd\U0001F600", "12345678\U0001F6001234", new string('x', 30) + "\U0001F600"], text => Assert.True(CedarScalar.From(text).IsPresent));

    [Fact]
    public void An_entity_is_no_scalar() => Assert.Throws<ArgumentException>(() => CedarScalar.From(new CedarEntity(new("User", "u"))));

    [Fact]
    public void Rules_for_other_types_do_not_concern_a_layout()
    {
        var policies = PolicySet.Parse("permit(principal is Robot, action, resource); permit(principal is User in Group::\"g\", action, resource is Doc);");
        var bound = policies.Compile().Bind(EntityStore.Create([new(new("User", "u"), parents: [new("Group", "g")])]));
        Assert.Equal(CedarDecision.Allow, bound.WithLayout(new("User", "Action", "Doc")).Decide("u", "a", "d"));
        Assert.Equal(CedarDecision.Deny, bound.WithLayout(new("User", "Action", "Doc")).Decide("v", "a", "d"));
        Assert.Equal(CedarDecision.Allow, bound.WithLayout(new("Robot", "Action", "Doc")).Decide("r", "a", "d"));
        Assert.Equal(CedarDecision.Deny, bound.WithLayout(new("Person", "Action", "Doc")).Decide("r", "a", "d"));
    }

    [Theory]
    [InlineData("context.n < -9223372036854775808")]
    [InlineData("context.n > 9223372036854775807")]
    [InlineData("!(context.gone has x)")]
    [InlineData("!(context.input.gone has x)")]
    [InlineData("!(context.n has x)")]
    [InlineData("!(context.input.text has x.y)")]
    [InlineData("!(context has n.x)")]
    [InlineData("!(context has input) || !(context has input.text) || context has gone.x || context.input has gone.x")]
    public void What_no_number_and_no_path_can_be_permits_nothing(string condition)
    {
        var authorizer = PolicySet.Parse($"permit(principal, action, resource) when {{ {condition} }};").Compile().Bind(EntityStore.Empty)
            .WithLayout(new RequestLayout("User", "Action", "Doc", "n", "input.text"));
        Assert.All(
            [long.MinValue, 0, long.MaxValue],
            n => Assert.Equal(
                (CedarDecision.Deny, CedarDecision.Deny),
                (authorizer.Decide("u", "a", "d", n, "text"), authorizer.Authorize("u", "a", "d", n, "text").Decision)));
    }
}
