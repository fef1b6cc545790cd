namespace IntentAuthz.Cedar.Tests.Json;

/// <summary>Entities and values as JSON.</summary>
public sealed class EntityJsonTests
{
    [Fact]
    public void Entities_are_read_with_attributes_parents_and_tags()
    {
        var store = EntityStore.ParseJson(
            """
            [{
              "parents": [{ "type": "Group", "id": "g" }, { "__entity": { "type": "Group", "id": "h" } }],
              "tags": { "t": "x" },
              "attrs": {
                "n": -9223372036854775808, "b": true, "s": "é", "set": [1, 1, [2]], "rec": { "x": {} },
                "ref": { "__entity": { "type": "A::B", "id": "" } },
                "dec": { "__extn": { "fn": "decimal", "arg": "1.5" } },
                "when": { "__extn": { "fn": "offset", "args": [{ "__extn": { "fn": "datetime", "arg": "2024-01-01" } }, { "__extn": { "fn": "duration", "arg": "1h" } }] } }
              },
              "uid": { "__entity": { "type": "User", "id": "alice" } }
            }]
            """u8);

        var entity = store.Find(new("User", "alice"))!;
        Assert.Equal(
            "{b: true, dec: decimal(\"1.5000\"), n: -9223372036854775808, rec: {x: {}}, ref: A::B::\"\", s: \"é\", set: [1, [2]], when: datetime(\"2024-01-01T01:00:00.000Z\")}",
            entity.Attributes.ToString());
        Assert.Equal("Group::\"g\" Group::\"h\"", string.Join(" ", entity.Parents));
        Assert.Equal("{t: \"x\"}", entity.Tags.ToString());
    }

    [Fact]
    public void What_was_written_is_read_back_the_same()
    {
        CedarValue[] values =
        [
            true, long.MinValue, "a\"\\\n\u0000é😀", new EntityUid("A::B", "x"), CedarSet.Empty, CedarRecord.Empty,
            CedarSet.Create([1L, CedarSet.Create(["x"])]), CedarDecimal.FromScaled(long.MinValue), new CedarDatetime(0), new CedarDatetime(long.MinValue),
            new CedarDatetime(1_728_992_282_101), new CedarDuration(long.MaxValue),
        ];
        Assert.True(CedarIpAddress.TryParse("::ffff:102:304/100", out var address));
        var attributes = CedarRecord.Create(values.Append(address).Select((value, index) => KeyValuePair.Create($"a{index}", value)));
        var store = EntityStore.Create([new Entity(new("User", "alice"), attributes, [new("Group", "g")], attributes), new Entity(new("Group", "g"))]);

        var json = store.ToJson();
        var back = EntityStore.ParseJson(json);
        Assert.Equal(json, back.ToJson());
        Assert.Equal<CedarValue>(attributes, back.Find(new("User", "alice"))!.Attributes);
        Assert.Equal<CedarValue>(attributes, back.Find(new("User", "alice"))!.Tags);
        Assert.True(back.IsDescendantOf(new("User", "alice"), new("Group", "g")));
    }

    [Theory]
    [InlineData("{}", "$: expected an array of entities, found an object")]
    [InlineData("[", "$: ")]
    [InlineData("[] []", "$: ")]
    [InlineData("[1]", "$[0]: expected an entity, found a number")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {}}]""", "$[0]: an entity needs `uid`, `attrs` and `parents`")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {}, "parents": [], "atrs": {}}]""", "$[0]: `atrs` is not part of an entity; expected `uid`, `attrs`, `parents` and `tags`")]
    [InlineData("""[{"uid": {"type": "U"}, "attrs": {}, "parents": []}]""", "$[0].uid: an entity reference needs `type` and `id`")]
    [InlineData("""[{"uid": {"type": "if", "id": "a"}, "attrs": {}, "parents": []}]""", "$[0].uid: `if` is not an entity type")]
    [InlineData("""[{"uid": "U::\"a\"", "attrs": {}, "parents": []}]""", "$[0].uid: expected an entity reference, found a string")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": null}, "parents": []}]""", "$[0].attrs.x: Cedar has no null; leave the attribute out")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": [1, 1.5]}, "parents": []}]""", "$[0].attrs.x[1]: `1.5` is not a 64-bit integer; numbers with a fraction are written as decimals")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": 9223372036854775808}, "parents": []}]""", "$[0].attrs.x: `9223372036854775808` is not a 64-bit integer")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": -0}, "parents": []}]""", "$[0].attrs.x: `-0` is not a 64-bit integer")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": 1e2}, "parents": []}]""", "$[0].attrs.x: `1e2` is not a 64-bit integer")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": 1, "x": 1}, "parents": []}]""", "$[0].attrs: the name `x` occurs twice")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": {"__entity": {"type": "U", "id": "a"}, "y": 1}}, "parents": []}]""", "$[0].attrs.x: `__entity`, `__extn` and `__expr` stand alone in their object")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": {"__expr": "1"}}, "parents": []}]""", "$[0].attrs.x: `__expr` is not supported; use `__entity` or `__extn`")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": {"__extn": {"fn": "nope", "arg": "1"}}}, "parents": []}]""", "$[0].attrs.x.__extn: there is no extension function `nope`")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": {"__extn": {"fn": "decimal", "arg": "1"}}}, "parents": []}]""", "$[0].attrs.x.__extn: error while evaluating `decimal` extension function: `1` is not a well-formed decimal value")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": {"__extn": {"fn": "decimal"}}}, "parents": []}]""", "$[0].attrs.x.__extn: a call needs `arg` or `args`, and not both")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"__entity": {"type": "U", "id": "a"}}, "parents": []}]""", "$[0].attrs: expected a record, found an escape")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": "\ud800"}, "parents": []}]""", "$[0].attrs.x: the string holds a lone surrogate, which is not text")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {"\ud800": 1}, "parents": []}]""", "$[0].attrs: a name holds a lone surrogate, which is not text")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {}, "parents": []}, {"uid": {"type": "U", "id": "a"}, "attrs": {}, "parents": []}]""", "$: The entity U::\"a\" occurs twice.")]
    [InlineData("""[{"uid": {"type": "U", "id": "a"}, "attrs": {}, "parents": [{"type": "U", "id": "a"}]}]""", "$: The hierarchy has a cycle through U::\"a\".")]
    public void A_malformed_document_is_refused_at_its_place(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<CedarJsonException>(() => EntityStore.ParseJson(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[", "]", 200_001)]
    [InlineData("{\"a\":", "}", 200_001)]
    [InlineData("[", "]", 5_000)]
    [InlineData("{\"a\":", "}", 5_000)]
    public void A_document_that_nests_too_deeply_is_refused(string open, string close, int depth) =>
        Assert.Throws<CedarJsonException>(() => CedarRecord.ParseJson(
            $"{{\"x\": {string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}}}"));

    [Fact]
    public void A_document_beyond_the_limit_is_refused_unread() =>
        Assert.Throws<CedarJsonException>(() => EntityStore.ParseJson(new byte[CedarLimits.MaxJsonLength + 1]));

    [Fact]
    public void A_name_that_marks_an_escape_cannot_be_written() =>
        Assert.Contains("has no JSON form", Assert.Throws<InvalidOperationException>(() => CedarRecord.Create([new("__entity", 1L)]).ToJson()).Message, StringComparison.Ordinal);
}
