using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace IntentAuthz.Containment;

/// <summary>
/// Which addresses are those of public services: none that the IANA registries of special-purpose addresses (RFC 6890 and what updates it) call
/// private, local, shared or reserved, and no cloud's metadata service. IPv6 forms that carry an IPv4 address are judged by that.
/// </summary>
internal static class PublicAddress
{
    private static readonly (uint Network, int Bits)[] s_special4 =
    [
        (0x00000000, 8), // this network
        (0x0A000000, 8), // private
        (0x64400000, 10), // shared with carriers (RFC 6598), and a cloud's metadata at 100.100.100.200
        (0x7F000000, 8), // loopback
        (0xA83F8110, 32), // 168.63.129.16, the host agent of a cloud
        (0xA9FE0000, 16), // link-local, and most clouds' metadata at 169.254.169.254
        (0xAC100000, 12), // private
        (0xC0000000, 24), // protocol assignments, and a cloud's metadata at 192.0.0.192
        (0xC0000200, 24), // documentation
        (0xC0586300, 24), // 6to4 relays
        (0xC0A80000, 16), // private
        (0xC6120000, 15), // benchmarking
        (0xC6336400, 24), // documentation
        (0xCB007100, 24), // documentation
        (0xE0000000, 4), // multicast
        (0xF0000000, 4), // reserved, and broadcast
    ];

    internal static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return IsPublic4(address);
        }

        if (Embedded(address) is { } inner)
        {
            return IsPublic4(inner);
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        ushort first = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        ushort second = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return address.ScopeId == 0
            && (first & 0xE000) == 0x2000 // only 2000::/3 is given out for use between networks
            && first != 0x2002 // 6to4
            && !(first == 0x2001 && second < 0x0200) // protocol assignments, Teredo among them
            && !(first == 0x2001 && second == 0x0DB8) // documentation
            && !(first == 0x3FFF && second < 0x1000); // documentation
    }

    /// <summary>Whether nothing can be contacted there by a connection, whatever is granted.</summary>
    internal static bool IsNoHost(IPAddress address)
    {
        IPAddress inner = Embedded(address) ?? address;
        return inner.Equals(IPAddress.Any) || inner.Equals(IPAddress.IPv6Any) || inner.Equals(IPAddress.Broadcast) || inner.IsIPv6Multicast
            || (inner.AddressFamily == AddressFamily.InterNetwork && Number(inner) >> 28 == 0xE);
    }

    /// <summary>The IPv4 address that an IPv6 address stands for: mapped, compatible (but not <c>::</c> and <c>::1</c>), or behind a translator.</summary>
    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bool isMapped = !bytes[..10].ContainsAnyExcept((byte)0) && bytes[10] == 0xFF && bytes[11] == 0xFF;
        bool isTranslated = bytes[..12].SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]);
        return isMapped || isTranslated ? new IPAddress(bytes[12..]) : null; // compatible ones lie outside of 2000::/3 and are never public
    }

    private static bool IsPublic4(IPAddress address)
    {
        uint number = Number(address);
        foreach ((uint network, int bits) in s_special4)
        {
            if ((number ^ network) >> (32 - bits) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
