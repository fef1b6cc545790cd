namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>Every attempt to get out of a containment that grants a workspace and the system's programs. The attempts are in the C files beside this.</summary>
public sealed class EscapeTests(EscapeSuite suite, NobodyEscapes nobody) : IClassFixture<EscapeSuite>, IClassFixture<NobodyEscapes>
{
    /// <summary>What these exceed needs a control group, which a host that is not root has only where one was delegated to it; bounds that ask for it are refused.</summary>
    private static readonly string[] s_needMemoryGroup = ["memory", "shared-mapping", "memory-of-children"];

    public static TheoryData<string> Names => new(EscapeSuite.Attempts.Select(static a => a.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Attempt_Contained_DoesNotGetOut(string name)
    {
        EscapeResult result = suite.Results[name];

        Assert.False(result.ContainedSucceeded, $"'{name}' got out of the containment. Without containment: {result.ControlSaid}.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Attempt_ContainedByAHostThatIsNotRoot_DoesNotGetOut(string name)
    {
        EscapeResult result = nobody.Results[name];

        Assert.False(result.ContainedSucceeded && !s_needMemoryGroup.Contains(name), $"'{name}' got out of the containment. Without containment: {result.ControlSaid}.");
    }

    [Fact]
    public void Attempts_ThatSucceedWithoutContainmentForAHostThatIsNotRoot_AreAtLeast150()
    {
        int succeeding = nobody.Results.Values.Count(static r => r.ControlSucceeded);

        Assert.True(succeeding >= 150, $"Only {succeeding} attempts show anything there.");
    }

    [Fact]
    public void Attempts_ThatSucceedWithoutContainment_AreAtLeast150()
    {
        string[] not = [.. suite.Results.Where(static r => !r.Value.ControlSucceeded).Select(static r => $"{r.Key} ({r.Value.ControlSaid})").Order(StringComparer.Ordinal)];

        Assert.True(suite.Results.Count - not.Length >= 150, $"Only {suite.Results.Count - not.Length} attempts show anything here. These do not: {string.Join(", ", not)}");
    }

    [Fact]
    public void Attempts_Listed_AreInTheTableOfTheDocs() => EscapeTable.Programs.Check(
        EscapeSuite.Attempts.Select(a => new EscapeRow(a, suite.Results[a.Name], nobody.Results[a.Name], s_needMemoryGroup.Contains(a.Name))));

    [Fact]
    public void Attempts_ThatCount_AreAsManyAsTheDocsSayAndAtLeast150()
    {
        (int all, int counted) = EscapeTable.Programs.Count();
        (int more, int moreCounted) = EscapeTable.Network.Count();

        Assert.Equal((all + more, counted + moreCounted), EscapeTable.Stated());
        Assert.True(counted + moreCounted >= 150, $"Only {counted + moreCounted} attempts count.");
    }
}
