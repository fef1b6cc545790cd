namespace IntentAuthz.Cedar.Tests.Values;

/// <summary>Records are made without copying where that can be; nobody may be able to tell.</summary>
public sealed class CedarRecordTests
{
    [Fact]
    public void Build_OfABuilderThatIsFull_MakesARecordThatLaterAdditionsDoNotChange()
    {
        CedarRecord.Builder builder = new(2) { { "b", 1L }, { "a", 2L } };
        CedarRecord first = builder.Build();

        builder.Add("c", 3L);
        CedarRecord second = builder.Build();

        Assert.Equal("{a: 2, b: 1}", first.ToString());
        Assert.Equal("{a: 2, b: 1, c: 3}", second.ToString());
    }

    [Fact]
    public void Build_Twice_MakesTheSameRecord()
    {
        CedarRecord.Builder builder = new(1) { { "a", 1L } };

        Assert.Equal(builder.Build(), builder.Build());
    }

    [Fact]
    public void Build_AfterANameWasRefusedAsRepeated_GoesOnRefusing()
    {
        CedarRecord.Builder builder = new(2) { { "a", 1L }, { "a", 2L } };

        Assert.Throws<ArgumentException>(builder.Build);
        Assert.Throws<ArgumentException>(builder.Build);
    }

    [Fact]
    public void WithValues_SameNames_IsTheRecordThatWouldBeBuilt()
    {
        CedarRecord template = new CedarRecord.Builder { { "b", false }, { "a", false } }.Build();

        CedarRecord made = template.WithValues(1L, "x");

        CedarRecord built = new CedarRecord.Builder { { "a", 1L }, { "b", "x" } }.Build();
        Assert.Equal(built, made);
        Assert.Equal(built.GetHashCode(), made.GetHashCode());
        Assert.Equal("{a: false, b: false}", template.ToString());
    }

    [Fact]
    public void WithValues_AnotherNumberOfValues_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new CedarRecord.Builder { { "a", false } }.Build().WithValues(1L, 2L));

    [Fact]
    public void WithValues_NestedTooDeeply_IsRefused()
    {
        CedarRecord template = new CedarRecord.Builder { { "a", false } }.Build();
        CedarValue value = 1L;

        Assert.Throws<ArgumentException>(() =>
        {
            for (int i = 0; i <= CedarLimits.MaxValueDepth; i++)
            {
                value = template.WithValues(value);
            }
        });
    }

    [Fact]
    public void Keys_WhichRecordsShare_CannotBeWrittenTo()
    {
        CedarRecord template = new CedarRecord.Builder { { "a", false }, { "b", false } }.Build();

        Assert.False(template.Keys is string[], "whoever writes to it would change all records that share the names");
        Assert.Throws<NotSupportedException>(() => ((IList<string>)template.Keys)[0] = "c");
    }

    [Fact]
    public void Equals_WhetherOrNotEitherWasHashed_SeesTheSame()
    {
        CedarRecord one = new CedarRecord.Builder { { "a", "x" } }.Build();
        CedarRecord other = new CedarRecord.Builder { { "a", "y" } }.Build();
        CedarRecord same = new CedarRecord.Builder { { "a", "x" } }.Build();

        Assert.NotEqual(one, other);
        _ = one.GetHashCode();
        Assert.NotEqual(one, other);
        Assert.Equal(one, same);
        _ = other.GetHashCode();
        Assert.NotEqual(one, other);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
    }

    [Fact]
    public void Reference_OfAnEntity_IsAlwaysTheSameValue()
    {
        Entity entity = new(new EntityUid("User", "ann"));

        Assert.Same(entity.Reference, entity.Reference);
        Assert.Equal(new CedarEntity(entity.Uid), entity.Reference);
    }
}
