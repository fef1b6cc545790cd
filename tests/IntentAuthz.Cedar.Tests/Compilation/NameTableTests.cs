using IntentAuthz.Cedar.Compilation;

namespace IntentAuthz.Cedar.Tests.Compilation;

public sealed class NameTableTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(1_000)]
    public void Every_name_is_found_and_no_other(int count)
    {
        var names = Enumerable.Range(0, count).Select(i => new string('x', i % 40) + i).ToArray();
        var table = new NameTable<string>([.. names.Select(name => KeyValuePair.Create(name, "=" + name))]);
        Assert.Equal(count, table.Count);
        Assert.All(names, name => Assert.Equal("=" + name, table.Find(new string(name))));
        Assert.All(names.Select(name => name + "!").Concat(["", "y"]), name => Assert.Null(table.Find(name)));
        Assert.Equal(names.Order(StringComparer.Ordinal), table.Entries.Select(entry => entry.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_empty_name_is_a_name() =>
        Assert.Equal("here", new NameTable<string>([.. Enumerable.Range(0, 10).Select(i => KeyValuePair.Create(new string('a', i), i == 0 ? "here" : "there"))]).Find(""));
}
