using System.Net;
using System.Net.Sockets;
using System.Text;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar;

/// <summary>
/// A Cedar IP address or range: an IPv4 or IPv6 address and a prefix length. IPv4 and IPv6 never mix: an IPv4-mapped IPv6
/// address is an IPv6 address. Two values are equal when address and prefix are equal, so <c>10.0.0.1/8</c> is not <c>10.0.0.0/8</c>.
/// </summary>
public sealed class CedarIpAddress : CedarValue
{
    internal CedarIpAddress(bool isIpv4, UInt128 address, int prefixLength)
    {
        IsIpv4 = isIpv4;
        Bits = address;
        PrefixLength = prefixLength;
    }

    /// <summary>Whether this is IPv4.</summary>
    public bool IsIpv4 { get; }

    /// <summary>Whether this is IPv6.</summary>
    public bool IsIpv6 => !IsIpv4;

    /// <summary>Number of leading bits that the range fixes: 0 to 32 for IPv4, 0 to 128 for IPv6. The greatest for a single address.</summary>
    public int PrefixLength { get; }

    /// <summary>Whether every address of the range is a loopback address: within 127.0.0.0/8, or ::1.</summary>
    public bool IsLoopback => IsIpv4 ? (uint)Bits >> 24 == 127 && PrefixLength >= 8 : Bits == UInt128.One && PrefixLength == 128;

    /// <summary>Whether every address of the range is a multicast address: within 224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast => IsIpv4 ? (uint)Bits >> 28 == 0xE && PrefixLength >= 4 : Bits >> 120 == 0xFF && PrefixLength >= 8;

    // The address as a number; for IPv4 in the low 32 bits.
    internal UInt128 Bits { get; }

    internal override string TypeName => "ipaddr";

    private int Width => IsIpv4 ? 32 : 128;

    /// <summary>Converts a single address.</summary>
    /// <param name="address">An IPv4 or IPv6 address. A scope id has no Cedar form and is refused.</param>
    /// <exception cref="ArgumentException">The address is of another family or carries a scope id.</exception>
    public static CedarIpAddress FromIPAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var isIpv4 = address.AddressFamily == AddressFamily.InterNetwork;
        if (!isIpv4 && (address.AddressFamily != AddressFamily.InterNetworkV6 || address.ScopeId != 0))
        {
            throw new ArgumentException("Only IPv4 and IPv6 addresses without a scope id have a Cedar form.", nameof(address));
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        var bits = UInt128.Zero;
        foreach (var b in bytes[..length])
        {
            bits = (bits << 8) | b;
        }

        return new(isIpv4, bits, isIpv4 ? 32 : 128);
    }

    /// <summary>Parses what Cedar's <c>ip</c> function accepts: an address, or an address and a prefix length such as <c>10.0.0.0/8</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="result">The address, or null.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CedarIpAddress? result) =>
        IpFormat.Parse(text, out result) is null && result is not null;

    /// <summary>Whether every address of this range lies in another, as Cedar's <c>isInRange</c>. False across IPv4 and IPv6.</summary>
    /// <param name="range">The other range.</param>
    public bool IsInRange(CedarIpAddress range)
    {
        ArgumentNullException.ThrowIfNull(range);
        return IsIpv4 == range.IsIpv4 && range.First <= First && Last <= range.Last;
    }

    private UInt128 First => Bits & ~HostMask;

    private UInt128 Last => Bits | HostMask;

    // Shifting a 128-bit number by 128 is a shift by 0 in .NET, hence the special case.
    private UInt128 HostMask => Width == PrefixLength ? UInt128.Zero : UInt128.MaxValue >> (128 - (Width - PrefixLength));

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) =>
        other is CedarIpAddress that && IsIpv4 == that.IsIpv4 && Bits == that.Bits && PrefixLength == that.PrefixLength;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsIpv4, Bits, PrefixLength);

    internal override void AppendTo(StringBuilder builder) =>
        builder.Append("ip(\"").Append(IpFormat.Format(this)).Append("\")");
}
