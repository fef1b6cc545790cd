namespace IntentAuthz.Tests.Tools;

/// <summary>A tool is found by its exact name, and no two names can be taken for one another.</summary>
public sealed class ToolCatalogTests
{
    [Theory]
    [InlineData("pay")]
    [InlineData("Pay")]
    [InlineData("PAY")]
    public void Add_NameThatDiffersOnlyByCase_IsRefused(string name)
    {
        ToolCatalog catalog = new([ToolDescriptor.For("pay").Build()]);

        Assert.Throws<ArgumentException>(() => catalog.Add(ToolDescriptor.For(name).Build()));
    }

    [Fact]
    public void TryGet_AnotherSpelling_FindsNothing()
    {
        ToolCatalog catalog = new([ToolDescriptor.For("pay").Build()]);

        Assert.True(catalog.TryGet("pay", out _));
        Assert.False(catalog.TryGet("Pay", out _));
        Assert.False(catalog.TryGet("pay ", out _));
    }

    [Fact]
    public void Add_WhileOthersRead_IsSeenWhole()
    {
        ToolCatalog catalog = new([]);

        Parallel.For(0, 50, i =>
        {
            catalog.Add(ToolDescriptor.For($"tool-{i}").Build());
            Assert.True(catalog.TryGet($"tool-{i}", out _), "a tool is there once Add has returned");
        });

        Assert.Equal(50, catalog.Tools.Count);
    }
}
