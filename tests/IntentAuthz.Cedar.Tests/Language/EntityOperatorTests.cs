namespace IntentAuthz.Cedar.Tests.Language;

/// <summary>The hierarchy, types, attributes and tags of entities, and the attributes of records.</summary>
public sealed class EntityOperatorTests
{
    [Theory]
    [InlineData("principal in principal", "true")]
    [InlineData("principal in Group::\"staff\"", "true")]
    [InlineData("principal in Group::\"all\"", "true")] // Over two steps, the second to an entity that does not exist.
    [InlineData("Group::\"all\" in principal", "false")]
    [InlineData("User::\"nobody\" in User::\"nobody\"", "true")]
    [InlineData("User::\"nobody\" in Group::\"all\"", "false")]
    [InlineData("principal in [Group::\"none\", Group::\"all\"]", "true")]
    [InlineData("principal in []", "false")]
    public void In_follows_the_hierarchy(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("1 in principal", "type error: expected (entity of type `any_entity_type`), got long")]
    [InlineData("principal in 1", "type error: expected one of [set, (entity of type `any_entity_type`)], got long")]
    [InlineData("principal in [principal, 1]", "type error: expected (entity of type `any_entity_type`), got long")] // Though the first matches.
    [InlineData("principal in [{}, \"\", 2, principal]", "type error: expected (entity of type `any_entity_type`), got long")] // Whatever the order.
    [InlineData("principal in [ip(\"::1\"), decimal(\"1.0\"), datetime(\"2024-01-01\")]", "type error: expected (entity of type `any_entity_type`), got datetime")]
    public void In_needs_entities(string expression, string expected) => Assert.Equal(expected, Expressions.Error(expression).Message);

    [Fact]
    public void In_on_a_set_member_advises_contains() =>
        Assert.Equal("`in` is for checking the entity hierarchy; use `.contains()` to test set membership", Expressions.Error("1 in [1]").Help);

    [Theory]
    [InlineData("principal is User", "true")]
    [InlineData("principal is Group", "false")]
    [InlineData("A::B::\"x\" is A::B", "true")]
    [InlineData("A::B::\"x\" is B", "false")]
    [InlineData("principal is User in Group::\"all\"", "true")]
    [InlineData("principal is User in [Group::\"none\"]", "false")]
    [InlineData("principal is Group in (1 + true)", "false")] // The type decides, so the rest is not evaluated.
    public void Is_tests_the_type_and_then_the_hierarchy(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Fact]
    public void Is_needs_an_entity() =>
        Assert.Equal("type error: expected (entity of type `any_entity_type`), got long", Expressions.Error("1 is User").Message);

    [Theory]
    [InlineData("principal.name", "\"Alice\"")]
    [InlineData("principal[\"name\"]", "\"Alice\"")]
    [InlineData("principal.address.city", "\"Bern\"")]
    [InlineData("resource.owner", "User::\"bob\"")]
    [InlineData("{\"a b\": 1}[\"a b\"]", "1")]
    [InlineData("context.nested.a.b", "1")]
    public void Attributes_are_read_from_entities_and_records(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("principal.nope", "`User::\"alice\"` does not have the attribute `nope`", "available attributes: [address,age,manager,name]")]
    [InlineData("principal.team", "`User::\"alice\"` does not have the attribute `team`", "available attributes: [address,age,manager,name]; note that a tag (not an attribute) named `team` does exist")]
    [InlineData("principal.manager.name", "entity `User::\"ghost\"` does not exist", null)]
    [InlineData("context.nope", "record does not have the attribute `nope`", "available attributes: [flag,list,n,nested,text]")]
    [InlineData("{}.nope", "record does not have the attribute `nope`", "record does not have any attributes")]
    [InlineData("1.nope", "type error: expected one of [record, (entity of type `any_entity_type`)], got long", null)]
    public void An_attribute_that_is_not_there_is_an_error(string expression, string message, string? help)
    {
        var error = Expressions.Error(expression);

        Assert.Equal(message, error.Message);
        Assert.Equal(help, error.Help);
    }

    [Theory]
    [InlineData("principal has name", "true")]
    [InlineData("principal has \"name\"", "true")]
    [InlineData("principal has nope", "false")]
    [InlineData("User::\"nobody\" has name", "false")] // An entity that does not exist has nothing.
    [InlineData("context has n", "true")]
    [InlineData("{} has n", "false")]
    [InlineData("principal has address.city", "true")]
    [InlineData("principal has address.street", "false")]
    [InlineData("principal has nope.city", "false")]
    [InlineData("context has nested.a.b", "true")]
    [InlineData("context has nested.x.b", "false")]
    [InlineData("principal has manager.name", "false")] // The manager is referred to but does not exist.
    public void Has_tests_for_one_attribute_or_a_path(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("1 has a", "type error: expected one of [record, (entity of type `any_entity_type`)], got long")]
    [InlineData("principal has name.length", "type error: expected one of [record, (entity of type `any_entity_type`)], got string")]
    public void Has_needs_a_record_or_an_entity_at_every_step(string expression, string expected) => Assert.Equal(expected, Expressions.Error(expression).Message);

    [Theory]
    [InlineData("principal.hasTag(\"team\")", "true")]
    [InlineData("principal.hasTag(\"name\")", "false")] // An attribute is not a tag.
    [InlineData("User::\"nobody\".hasTag(\"team\")", "false")]
    [InlineData("principal.getTag(\"team\")", "\"red\"")]
    [InlineData("principal.getTag(if true then \"level\" else \"team\")", "3")] // The name may be computed.
    public void Tags_are_apart_from_attributes(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("principal.getTag(\"nope\")", "`User::\"alice\"` does not have the tag `nope`")]
    [InlineData("User::\"nobody\".getTag(\"x\")", "entity `User::\"nobody\"` does not exist")]
    [InlineData("principal.getTag(1)", "type error: expected string, got long")]
    [InlineData("1.hasTag(\"x\")", "type error: expected (entity of type `any_entity_type`), got long")]
    public void A_tag_that_is_not_there_is_an_error(string expression, string expected) => Assert.Equal(expected, Expressions.Error(expression).Message);
}
