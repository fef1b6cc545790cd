namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>Every attempt of a contained shell to reach what was not granted. One host is; policies permit everything.</summary>
public sealed class NetworkEscapeTests(NetworkEscapeSuite suite) : IClassFixture<NetworkEscapeSuite>
{
    public static TheoryData<string> Names => new(NetworkAttempt.All.Select(static a => a.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Attempt_Contained_ReachesNothing(string name)
    {
        EscapeResult result = suite.Results[name];

        Assert.False(result.ContainedSucceeded, $"'{name}' got out of the containment: {result.ContainedSaid}");
    }

    [Fact]
    public void Attempts_WithoutContainment_Succeed()
    {
        string[] not = [.. suite.Results.Where(static r => !r.Value.ControlSucceeded).Select(static r => $"{r.Key} ({r.Value.ControlSaid})").Order(StringComparer.Ordinal)];

        Assert.True(not.Length == 0, $"These show nothing, since they do not come off without containment either: {string.Join("; ", not)}");
    }

    [Fact]
    public void Attempts_Listed_AreInTheTableOfTheDocs() => EscapeTable.Network.Check(
        NetworkAttempt.All.Select(a => new EscapeRow(new EscapeAttempt(a.Name, a.Category, a.What), suite.Results[a.Name])));
}
