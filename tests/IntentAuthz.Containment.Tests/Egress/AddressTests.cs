using System.Net;

namespace IntentAuthz.Containment.Tests.Egress;

/// <summary>Which addresses a granted name may have.</summary>
public sealed class AddressTests
{
    private const string Host = "api.example.com";

    public static TheoryData<string> NotPublic =>
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.0.1",
        "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001::1", "2001:0:53aa:64c:0:0:80ff:fffe", "2001:db8::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "3fff::1",
    ];

    [Theory]
    [MemberData(nameof(NotPublic))]
    public void IsPublic_SpecialPurpose_IsNot(string address) => Assert.False(PublicAddress.IsPublic(IPAddress.Parse(address)), address);

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("64:ff9b::101:101")]
    [InlineData("2606:4700::1111")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2a00:1450::1")]
    public void IsPublic_GivenOutForUseBetweenNetworks_Is(string address) => Assert.True(PublicAddress.IsPublic(IPAddress.Parse(address)), address);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("fd00:ec2::254")]
    public async Task Get_NameWithAnAddressOfThisMachineOrItsCloud_IsRefused(string address)
    {
        await using Origin origin = Origin.AnsweringText("secret");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([new EgressGrant(Host) { Ports = [origin.Port], Methods = [] }]);
        fixture.Name(Host, address);

        Assert.Contains("IntentAuthz-Reason: address-refused", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal);
        Assert.Contains(
            "IntentAuthz-Reason: address-refused",
            await fixture.SendAsync($"CONNECT {Host}:{origin.Port} HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, origin.Connections);
    }

    [Fact]
    public async Task Get_OneOfSeveralAddressesIsPrivate_NoneIsContacted()
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([new EgressGrant(Host) { Ports = [80], Methods = [] }]);
        fixture.Name(Host, "1.1.1.1", "10.0.0.1");

        Assert.Contains("IntentAuthz-Reason: address-refused", await fixture.GetAsync($"http://{Host}/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_PrivateIsGranted_MulticastAndUnspecifiedAreNot()
    {
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, 80), EgressFixture.Local("b.example.com", 80)]);
        fixture.Name(Host, "0.0.0.0").Name("b.example.com", "ff02::1");

        Assert.Contains("address-refused", await fixture.GetAsync($"http://{Host}/"), StringComparison.Ordinal);
        Assert.Contains("address-refused", await fixture.GetAsync("http://b.example.com/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_AnAddressThatIsGrantedByItself_NeedsPrivateAddressesToo()
    {
        await using Origin origin = Origin.AnsweringText("hello");
        await using EgressFixture without = await EgressFixture.CreateAsync([new EgressGrant("127.0.0.1") { Ports = [origin.Port] }]);
        await using EgressFixture with = await EgressFixture.CreateAsync([new EgressGrant("127.0.0.1") { Ports = [origin.Port], AllowsPrivateAddresses = true }]);

        Assert.Contains("address-refused", await without.GetAsync($"http://127.0.0.1:{origin.Port}/"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await with.GetAsync($"http://127.0.0.1:{origin.Port}/"), StringComparison.Ordinal);
        Assert.Empty(with.Resolved);
    }

    [Fact]
    public async Task Get_NameThatAnswersOtherwiseTheSecondTime_IsResolvedOnceAConnectionAndLookedAtEachTime()
    {
        await using Origin origin = Origin.Answering(_ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        await using EgressFixture fixture = await EgressFixture.CreateAsync([EgressFixture.Local(Host, origin.Port, "GET"), new EgressGrant(Host) { Ports = [origin.Port], Methods = ["PUT"] }]);
        fixture.Name(Host, "127.0.0.1").Name(Host, "127.0.0.1").Name(Host, "10.9.8.7");

        // The grant of GET allows this machine, that of PUT does not: PUT must not ride on a connection that GET opened.
        Assert.StartsWith("HTTP/1.1 200", await fixture.GetAsync($"http://{Host}:{origin.Port}/"), StringComparison.Ordinal);
        Assert.Equal([Host], fixture.Resolved);
        Assert.Contains("address-refused", await fixture.SendAsync(
            $"PUT http://{Host}:{origin.Port}/ HTTP/1.1\r\nHost: {Host}:{origin.Port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(2, fixture.Resolved.Count);
    }
}
