namespace IntentAuthz.Cedar.Tests.Validation;

/// <summary>Which requests and entities a schema accepts. Every case was compared with the reference.</summary>
public sealed class ConformanceTests
{
    private static readonly Schema App = Schema.ParseCedar("""
        entity User in [Group] = { name: String, age?: Long, boss?: User, ips?: Set<ipaddr>, rate?: decimal, act?: Action, org?: Org } tags String;
        entity Group in [Org];
        entity Org enum ["acme"];
        entity Doc;
        action read in [all];
        action mid in [read];
        action all;
        action go appliesTo { principal: User, resource: [Doc, Org], context: { ip: ipaddr, n: Long, s: Set<Long>, who?: User, org?: Org } };
        """);

    [Theory]
    [InlineData("""{"name": "n"}""")]
    [InlineData("""{"name": "n", "age": 1, "boss": {"type": "User", "id": "b"}, "rate": "1.5", "org": {"type": "Org", "id": "acme"}}""")]
    [InlineData("""{"name": "n", "boss": {"__entity": {"type": "User", "id": "b"}}, "ips": ["1.2.3.4", {"fn": "ip", "arg": "::1"}, {"__extn": {"fn": "ip", "arg": "10.0.0.0/8"}}]}""")]
    [InlineData("""{"name": "n", "act": {"type": "Action", "id": "read"}, "ips": []}""")]
    public void Attributes_that_conform_are_read_with_and_without_escapes(string attributes) =>
        Assert.NotNull(EntityStore.ParseJson($$"""[{"uid": {"type": "User", "id": "u"}, "attrs": {{attributes}}, "parents": []}]""", App).Find(new("User", "u")));

    [Theory]
    [InlineData("""{"name": 1}""", "unexpected-type")]
    [InlineData("{}", "missing-attribute")]
    [InlineData("""{"name": "n", "nick": "m"}""", "unexpected-attribute")]
    [InlineData("""{"name": "n", "boss": {"type": "Group", "id": "b"}}""", "unexpected-type")]
    [InlineData("""{"name": "n", "ips": [{"fn": "decimal", "arg": "1.0"}]}""", "unexpected-type")]
    [InlineData("""{"name": "n", "act": {"type": "Action", "id": "nope"}}""", "unknown-action")]
    [InlineData("""{"name": "n", "org": {"type": "Org", "id": "evil"}}""", "invalid-enum-id")]
    public void Attributes_that_do_not_conform_are_refused(string attributes, string code)
    {
        var exception = Assert.Throws<CedarJsonException>(() =>
            EntityStore.ParseJson($$"""[{"uid": {"type": "User", "id": "u"}, "attrs": {{attributes}}, "parents": []}]""", App));
        Assert.Contains(code, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parents_are_checked_over_all_levels()
    {
        var user = new Entity(new("User", "u"), CedarRecord.ParseJson("""{"name": "n"}"""), [new("Group", "g")]);
        Assert.Empty(App.ValidateEntities(EntityStore.Create([user, new(new("Group", "g"), parents: [new("Org", "acme")])])));
        var codes = App.ValidateEntities(EntityStore.Create([user, new(new("Group", "g"), parents: [new("Org", "evil")])])).Select(finding => finding.Code);
        Assert.All(codes, code => Assert.Equal("invalid-enum-id", code));
        Assert.Equal("invalid-ancestor", Assert.Single(App.ValidateEntity(new(new("Group", "g"), parents: [new("User", "u")]))).Code);
    }

    [Fact]
    public void The_actions_of_the_schema_join_a_store_that_is_read_by_it()
    {
        var store = EntityStore.ParseJson("[]", App);
        Assert.True(store.IsDescendantOf(new("Action", "mid"), new("Action", "all")));
        Assert.All(App.ActionEntities(), action => Assert.Empty(App.ValidateEntity(action)));
    }

    [Fact]
    public void An_action_in_a_document_cannot_change_what_the_schema_says()
    {
        Assert.Equal("action-mismatch", Assert.Single(App.ValidateEntity(new(new("Action", "read")))).Code);
        Assert.Equal("unknown-action", Assert.Single(App.ValidateEntity(new(new("Action", "nope")))).Code);
    }

    [Theory]
    [InlineData("User", "go", "Doc", """{"ip": "1.2.3.4", "n": 1, "s": []}""", "")]
    [InlineData("User", "go", "Doc", """{"ip": "1.2.3.4", "n": 1, "s": [1], "who": {"type": "User", "id": "x"}}""", "")]
    [InlineData("Group", "go", "Doc", """{"ip": "1.2.3.4", "n": 1, "s": []}""", "invalid-principal-type")]
    [InlineData("Nope", "go", "Doc", """{"ip": "1.2.3.4", "n": 1, "s": []}""", "undeclared-principal-type, invalid-principal-type")]
    [InlineData("User", "go", "Org", """{"ip": "1.2.3.4", "n": 1, "s": []}""", "invalid-enum-id")]
    [InlineData("User", "nope", "Doc", "{}", "unknown-action")]
    [InlineData("User", "go", "Doc", """{"ip": "1.2.3.4", "n": "1", "s": []}""", "unexpected-type")]
    [InlineData("User", "go", "Doc", """{"ip": "1.2.3.4", "s": ["a"], "x": 1}""", "unexpected-type, unexpected-attribute, missing-attribute")]
    public void A_request_is_checked_in_all_its_parts(string principal, string action, string resource, string context, string codes)
    {
        var uid = new EntityUid("Action", action);
        var findings = App.ValidateRequest(new(new(principal, "p"), uid, new(resource, "r"), App.ParseContextJson(context, uid)));
        Assert.Equal(codes, string.Join(", ", findings.Select(finding => finding.Code)));
    }
}
