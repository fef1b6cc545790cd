using System.Collections.Immutable;

namespace IntentAuthz.Tests.Containment;

/// <summary>What is left when several bounds hold: exactly what each of them grants.</summary>
public sealed class ContainmentBoundsTests
{
    [Theory]
    [InlineData("/w", "/w/a", "/w/a")]
    [InlineData("/w/a", "/w", "/w/a")]
    [InlineData("/w", "/w", "/w")]
    [InlineData("/", "/w", "/w")]
    [InlineData("/w", "/wide", "")]
    [InlineData("/w/a", "/w/b", "")]
    [InlineData("/w /x", "/w/a /y /x/b", "/w/a /x/b")]
    public void Intersect_Paths_GrantsWhatLiesBeneathBoth(string one, string other, string both) =>
        Assert.Equal(both, string.Join(' ', new ContainmentBounds { Writes = Paths(one) }.Intersect(new ContainmentBounds { Writes = Paths(other) }).Writes!.Value));

    [Fact]
    public void Intersect_WhatOneLeavesOpen_IsWhatTheOtherSays()
    {
        ContainmentBounds left = new ContainmentBounds { Writes = ["/w"] }.Intersect(new ContainmentBounds { Hosts = [], Variables = ["PATH"] });

        Assert.Equal(["/w"], left.Writes!.Value.AsEnumerable());
        Assert.Empty(left.Hosts!.Value.AsEnumerable());
        Assert.Equal(["PATH"], left.Variables!.Value.AsEnumerable());
        Assert.Null(left.Executes);
    }

    [Fact]
    public void Intersect_ReadingAgainstWriting_WhatMayBeWrittenMayBeRead()
    {
        ContainmentBounds left = new ContainmentBounds { Reads = ["/usr"], Writes = ["/w"] }.Intersect(new ContainmentBounds { Reads = ["/w/a", "/usr/lib"] });

        Assert.Equal(["/usr/lib", "/w/a"], left.Reads!.Value.AsEnumerable());
    }

    [Fact]
    public void Intersect_Limits_TheLowerOneHolds()
    {
        ContainmentLimits left = new ContainmentLimits { Processes = 4, MemoryBytes = 100 }.Intersect(new ContainmentLimits { Processes = 9, WallTime = TimeSpan.FromSeconds(3) });

        Assert.Equal(new ContainmentLimits { Processes = 4, MemoryBytes = 100, WallTime = TimeSpan.FromSeconds(3) }, left);
    }

    [Theory]
    [InlineData("w")]
    [InlineData("")]
    [InlineData("/w/")]
    [InlineData("/w//a")]
    [InlineData("/w/./a")]
    [InlineData("/w/../etc")]
    [InlineData("/w/..")]
    [InlineData("/w\n")]
    [InlineData("/w\0/a")]
    public void Reads_PathThatIsNotPlain_IsRefused(string path) =>
        Assert.Contains("plain form", Assert.Throws<ArgumentException>(() => new ContainmentBounds { Reads = [path] }).Message, StringComparison.Ordinal);

    [Fact]
    public void Description_OfAMandateThatNarrows_SaysAllOfIt()
    {
        Mandate mandate = Mandate.WhateverPoliciesPermit("a test").WithContainment(new ContainmentBounds
        {
            Writes = ["/w"], Hosts = [], Limits = new ContainmentLimits { Processes = 4, WallTime = TimeSpan.FromMinutes(1) },
        });

        Assert.EndsWith("; contained: writes /w, contacts nothing, at most 00:01:00 wall time, 4 processes", mandate.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Workspace_OutsideOfWhatMayBeWritten_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new ContainmentProfile("build", new ContainmentBounds { Writes = ["/w/{task}"] }) { Workspace = "/w" });

    private static ImmutableArray<string> Paths(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
