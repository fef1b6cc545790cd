namespace IntentAuthz.Cedar.Tests.Values;

/// <summary>Values as hosts build them.</summary>
public sealed class CedarValueTests
{
    [Fact]
    public void Plain_values_convert_by_themselves()
    {
        CedarValue[] values = [true, 7L, "text", new EntityUid("User", "alice")];

        Assert.Equal("true 7 \"text\" User::\"alice\"", string.Join<CedarValue>(" ", values));
    }

    [Fact]
    public void Equal_values_have_equal_hash_codes_whatever_the_order()
    {
        var left = CedarSet.Create([1L, "a", CedarSet.Create([2L, 3L]), CedarRecord.Create([new("x", 1L), new("y", true)])]);
        var right = CedarSet.Create([CedarRecord.Create([new("y", true), new("x", 1L)]), CedarSet.Create([3L, 2L, 2L]), "a", 1L, 1L]);

        Assert.True(left == right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
        Assert.Equal(4, right.Count);
    }

    [Fact]
    public void Values_of_different_types_are_unequal_though_they_look_alike()
    {
        CedarValue[] alike =
        [
            1L, "1", true, CedarDecimal.FromScaled(1), new CedarDatetime(1), new CedarDuration(1),
            CedarSet.Create([1L]), CedarRecord.Create([new("1", 1L)]), new EntityUid("T1", "1"),
        ];

        foreach (var left in alike)
        {
            foreach (var right in alike)
            {
                Assert.Equal(ReferenceEquals(left, right), left == right);
            }
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    public void A_set_of_any_size_answers_the_same(int size)
    {
        var set = CedarSet.Create(Enumerable.Range(0, size).Concat(Enumerable.Range(0, size)).Select(n => (CedarValue)(long)n));

        Assert.Equal(size, set.Count);
        Assert.True(set.Contains((long)size - 1));
        Assert.False(set.Contains((long)size));
        Assert.False(set.Contains("0"));
        Assert.True(set.ContainsAll(CedarSet.Create([0L, (long)size - 1])));
        Assert.False(set.ContainsAny(CedarSet.Create([(long)size, "0"])));
        Assert.True(set == CedarSet.Create(set.Reverse()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(17)]
    [InlineData(1000)]
    public void A_record_of_any_size_finds_its_attributes(int size)
    {
        var names = Enumerable.Range(0, size).Select(n => $"name{n}").ToList();
        var builder = new CedarRecord.Builder();
        foreach (var name in Enumerable.Reverse(names))
        {
            builder.Add(name, name);
        }

        var record = builder.Build();
        Assert.Equal(names.Order(StringComparer.Ordinal), record.Keys);
        Assert.All(names, name => Assert.Equal(name, record[name]));
        Assert.False(record.TryGetValue("name", out _));
        Assert.False(record.ContainsKey("NAME0"));
    }

    [Fact]
    public void A_builder_reads_as_a_literal_and_can_be_used_on()
    {
        var builder = new CedarRecord.Builder { { "b", 1L }, { "a b", "x" } };
        var first = builder.Build();
        builder.Add("c", true);

        Assert.Equal("{\"a b\": \"x\", b: 1}", first.ToString());
        Assert.Equal("{\"a b\": \"x\", b: 1, c: true}", builder.Build().ToString());
    }

    [Fact]
    public void A_name_twice_is_refused_and_named()
    {
        var exception = Assert.Throws<ArgumentException>(() => CedarRecord.Create([new("a", 1L), new("b", 1L), new("a", 1L)]));

        Assert.Contains("'a' was added twice", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lone_surrogates_have_no_place_in_a_value()
    {
        var broken = "a" + (char)0xDC00;

        Assert.False(CedarString.CanHold(broken));
        Assert.Throws<ArgumentException>(() => new CedarString(broken));
        Assert.Throws<ArgumentException>(() => new CedarRecord.Builder().Add(broken, 1L));
        Assert.Throws<ArgumentException>(() => CedarText.Quote(broken));
    }

    [Fact]
    public void Nesting_is_bounded_so_that_no_comparison_can_overflow_the_stack()
    {
        CedarValue value = 1L;
        for (var i = 0; i < CedarLimits.MaxValueDepth; i++)
        {
            value = i % 2 == 0 ? CedarSet.Create([value]) : CedarRecord.Create([new("a", value)]);
        }

        Assert.Throws<ArgumentException>(() => CedarSet.Create([value]));
        Assert.Throws<ArgumentException>(() => CedarRecord.Create([new("a", value)]));
        Assert.Throws<CedarJsonException>(() => CedarRecord.ParseJson($"{{\"a\": {value.ToJson()}}}"));
    }

    [Fact]
    public void A_set_has_no_null() => Assert.Throws<ArgumentException>(() => CedarSet.Create([1L, null!]));

    [Fact]
    public void Quote_escapes_what_would_end_or_hide_the_text() =>
        Assert.Equal("\"a\\\"b\\\\c\\nd\\u{200b}\"", CedarText.Quote("a\"b\\c\nd\u200b"));
}
