using System.Net;

namespace IntentAuthz.Cedar.Tests.Extensions;

/// <summary>IP addresses and ranges: what is accepted, and what the tests answer.</summary>
public sealed class IpAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("10.0.0.1/8", "10.0.0.1/8")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("1.2.3.4/32", "1.2.3.4")]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("1::", "1::")]
    [InlineData("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    [InlineData("1:0:0:4:0:0:0:8", "1:0:0:4::8")]
    [InlineData("ABCD::0001/64", "abcd::1/64")]
    [InlineData("::ffff:102:304", "::ffff:102:304")] // Written without dots, so that it can be read back.
    [InlineData("ffee::/128", "ffee::")]
    public void Addresses_and_ranges_are_read(string text, string expected) =>
        Assert.Equal($"ip(\"{expected}\")", Expressions.Value($"ip(\"{text}\")"));

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("256.0.0.1")]
    [InlineData("01.2.3.4")] // Not octal, but refused.
    [InlineData("1.2.3.04")]
    [InlineData("1.2.3.4/33")]
    [InlineData("1.2.3.4/032")]
    [InlineData("1.2.3.4/01")]
    [InlineData("1.2.3.4/")]
    [InlineData("1.2.3.4/a")]
    [InlineData("1.2.3.4/-1")]
    [InlineData("1.2.3.4/1/2")]
    [InlineData("/8")]
    [InlineData("::1/129")]
    [InlineData("::1/0128")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:8::")]
    [InlineData("12345::")]
    [InlineData("g::")]
    [InlineData("::ffff:1.2.3.4")] // IPv4 inside IPv6 is refused on purpose.
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.4 ")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("2130706433")]
    public void Anything_else_is_an_error(string text) =>
        Assert.StartsWith("error while evaluating `ipaddr` extension function: ", Expressions.Error($"ip(\"{text}\")").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("ip(\"127.0.0.1\").isIpv4()", "true")]
    [InlineData("ip(\"::1\").isIpv4()", "false")]
    [InlineData("ip(\"::1\").isIpv6()", "true")]
    [InlineData("ip(\"::ffff:102:304\").isIpv6()", "true")] // A mapped address is IPv6.
    [InlineData("ip(\"127.0.0.1\").isLoopback()", "true")]
    [InlineData("ip(\"127.1.2.3/8\").isLoopback()", "true")]
    [InlineData("ip(\"127.0.0.0/7\").isLoopback()", "false")] // The range reaches beyond.
    [InlineData("ip(\"::1\").isLoopback()", "true")]
    [InlineData("ip(\"::1/127\").isLoopback()", "false")]
    [InlineData("ip(\"::ffff:7f00:1\").isLoopback()", "false")]
    [InlineData("ip(\"224.0.0.1\").isMulticast()", "true")]
    [InlineData("ip(\"224.0.0.0/3\").isMulticast()", "false")]
    [InlineData("ip(\"ff02::1\").isMulticast()", "true")]
    [InlineData("ip(\"ff00::/7\").isMulticast()", "false")]
    [InlineData("ip(\"10.1.2.3\").isInRange(ip(\"10.0.0.0/8\"))", "true")]
    [InlineData("ip(\"10.0.0.0/8\").isInRange(ip(\"10.0.0.0/8\"))", "true")]
    [InlineData("ip(\"10.0.0.0/7\").isInRange(ip(\"10.0.0.0/8\"))", "false")]
    [InlineData("ip(\"11.0.0.0\").isInRange(ip(\"10.0.0.0/8\"))", "false")]
    [InlineData("ip(\"1.2.3.4\").isInRange(ip(\"0.0.0.0/0\"))", "true")]
    [InlineData("ip(\"1.2.3.4\").isInRange(ip(\"::/0\"))", "false")] // IPv4 and IPv6 never mix.
    [InlineData("ip(\"ffee::1\").isInRange(ip(\"ffee::/16\"))", "true")]
    [InlineData("ip(\"::\").isInRange(ip(\"::/0\"))", "true")]
    public void Methods_test_addresses_and_ranges(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("ip(1)", "type error: expected string, got long")]
    [InlineData("1.isIpv4()", "type error: expected ipaddr, got long")]
    [InlineData("ip(\"::1\").isInRange(\"::1\")", "type error: expected ipaddr, got string")]
    [InlineData("ip(\"::1\").isInRange(ip(\"::1\"), ip(\"::1\"))", "wrong number of arguments provided to extension function `isInRange`: expected 2, got 3")]
    public void Wrong_arguments_are_errors_of_the_evaluation(string expression, string expected) => Assert.Equal(expected, Expressions.Error(expression).Message);

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("2001:db8::1")]
    public void FromIPAddress_gives_what_the_text_gives(string text)
    {
        Assert.True(CedarIpAddress.TryParse(text, out var parsed));
        Assert.Equal<CedarValue>(parsed, CedarIpAddress.FromIPAddress(IPAddress.Parse(text)));
    }

    [Fact]
    public void FromIPAddress_refuses_a_scope_id() =>
        Assert.Throws<ArgumentException>(() => CedarIpAddress.FromIPAddress(new IPAddress(IPAddress.IPv6Loopback.GetAddressBytes(), 3)));
}
