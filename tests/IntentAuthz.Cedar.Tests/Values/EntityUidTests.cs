namespace IntentAuthz.Cedar.Tests.Values;

/// <summary>Identities of entities: a Cedar path and any text.</summary>
public sealed class EntityUidTests
{
    [Theory]
    [InlineData("User", "alice", "User::\"alice\"")]
    [InlineData("A::B_1::_c", "", "A::B_1::_c::\"\"")]
    [InlineData("User", "a\"b\\c\n\0\t\r", "User::\"a\\\"b\\\\c\\n\\0\\t\\r\"")]
    [InlineData("User", "é😀*'", "User::\"é😀*'\"")]
    [InlineData("User", "\u0001\u200b\u202e\u00a0", "User::\"\\u{1}\\u{200b}\\u{202e}\\u{a0}\"")]
    public void ToString_and_Parse_are_inverse(string type, string id, string text)
    {
        var uid = new EntityUid(type, id);

        Assert.Equal(text, uid.ToString());
        Assert.Equal(uid, EntityUid.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("User::")]
    [InlineData("::User")]
    [InlineData("User:Group")]
    [InlineData("User ::Group")]
    [InlineData("1User")]
    [InlineData("Usér")]
    [InlineData("if")]
    [InlineData("A::in")]
    [InlineData("__cedar")]
    [InlineData("__cedar::User")]
    public void A_type_that_is_not_a_path_is_refused(string type) =>
        Assert.Contains("is not an entity type", Assert.Throws<ArgumentException>(() => new EntityUid(type, "x")).Message, StringComparison.Ordinal);

    [Fact]
    public void An_id_with_a_lone_surrogate_is_refused() =>
        Assert.Throws<ArgumentException>(() => new EntityUid("User", "a" + (char)0xD800));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("User")]
    [InlineData("\"alice\"")]
    [InlineData("User::\"alice")]
    [InlineData("User::\"alice\" x")]
    [InlineData("(User::\"alice\")")]
    [InlineData("User::\"alice\".name")]
    [InlineData("if::\"alice\"")]
    [InlineData("User::\"\\q\"")]
    public void TryParse_refuses_anything_else(string? text)
    {
        Assert.False(EntityUid.TryParse(text, out var uid));
        Assert.Equal(default, uid);
    }

    [Fact]
    public void Equality_is_ordinal()
    {
        Assert.NotEqual(new EntityUid("User", "a"), new EntityUid("User", "A"));
        Assert.NotEqual(new EntityUid("User", "a"), new EntityUid("user", "a"));
        Assert.NotEqual(new EntityUid("User", "é"), new EntityUid("User", "e\u0301"));
    }

    [Fact]
    public void The_default_names_no_entity_and_no_value_takes_it()
    {
        Assert.Equal("", default(EntityUid).Type);
        Assert.Throws<ArgumentException>(() => new CedarEntity(default));
        Assert.Throws<ArgumentException>(() => new Entity(default));
        Assert.Throws<ArgumentException>(() => new CedarRequest(default, new("Action", "a"), new("R", "r")));
    }
}
