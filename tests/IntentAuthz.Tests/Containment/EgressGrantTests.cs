namespace IntentAuthz.Tests.Containment;

/// <summary>Which hosts a grant covers. A host that has several spellings must not get in by one that is not understood.</summary>
public sealed class EgressGrantTests
{
    [Theory]
    [InlineData("api.example.com", "api.example.com", true)]
    [InlineData("api.example.com", "API.Example.COM", true)]
    [InlineData("api.example.com", "api.example.com.", true)]
    [InlineData("api.example.com", "api.example.com.evil.org", false)]
    [InlineData("api.example.com", "evilapi.example.com", false)]
    [InlineData("*.example.com", "api.example.com", true)]
    [InlineData("*.example.com", "a.b.example.com", true)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("*.example.com", "evilexample.com", false)]
    [InlineData("*.example.com", ".example.com", false)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "2130706433", false)]
    [InlineData("127.0.0.1", "0x7f000001", false)]
    [InlineData("127.0.0.1", "127.1", false)]
    [InlineData("127.0.0.1", "0177.0.0.1", false)]
    [InlineData("127.0.0.1", "localhost", false)]
    [InlineData("::1", "[::1]", true)]
    [InlineData("::1", "[0:0:0:0:0:0:0:1]", true)]
    [InlineData("api.example.com", "api.example.com\0.evil.org", false)]
    [InlineData("api.example.com", "user@api.example.com", false)]
    [InlineData("api.example.com", "", false)]
    public void Covers_Host_ByItsMeaningAndNotItsSpelling(string granted, string asked, bool covered) =>
        Assert.Equal(covered, new EgressGrant(granted).Covers(asked, 443, "GET"));

    [Theory]
    [InlineData(443, "GET", true)]
    [InlineData(443, "HEAD", true)]
    [InlineData(443, "POST", false)]
    [InlineData(443, "CONNECT", false)]
    [InlineData(443, null, false)]
    [InlineData(80, "GET", false)]
    public void Covers_GrantAsItComes_IsReadingAtTheUsualPort(int port, string? method, bool covered) =>
        Assert.Equal(covered, new EgressGrant("a.example").Covers("a.example", port, method));

    [Fact]
    public void Covers_Tunnel_OnlyWhereAnyMethodIsGranted() =>
        Assert.True(new EgressGrant("a.example") { Methods = [] }.Covers("a.example", 443, "CONNECT"));

    [Theory]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("*.127.0.0.1")]
    [InlineData("a..b")]
    [InlineData("-a.example")]
    [InlineData("a/b")]
    [InlineData("a.example:443")]
    [InlineData("2130706433")]
    [InlineData("a.0x7f")]
    [InlineData("bücher.example")]
    public void Host_ThatIsNone_IsRefused(string host) => Assert.Throws<ArgumentException>(() => new EgressGrant(host));

    [Fact]
    public void Intersect_GrantsThatShareSomething_GrantThat()
    {
        EgressGrant one = new("*.example.com") { Ports = [443, 8443], Methods = [], AllowsPrivateAddresses = true };
        EgressGrant other = new("api.example.com") { Ports = [8443, 9000], Methods = ["POST"] };

        Assert.Equal(new EgressGrant("api.example.com") { Ports = [8443], Methods = ["POST"] }, one.Intersect(other));
        Assert.Equal(one.Intersect(other), other.Intersect(one));
    }

    [Fact]
    public void Intersect_GrantsWithoutACommonHostPortOrMethod_GrantNothing()
    {
        EgressGrant grant = new("a.example");

        Assert.Null(grant.Intersect(new EgressGrant("b.example")));
        Assert.Null(grant.Intersect(new EgressGrant("a.example") { Ports = [80] }));
        Assert.Null(grant.Intersect(new EgressGrant("a.example") { Methods = ["POST"] }));
    }
}
