using System.Collections.Immutable;
using System.Net;

namespace IntentAuthz;

/// <summary>One host, or the hosts below one name, that may be contacted: at which ports, with which HTTP methods. Immutable.</summary>
public sealed record EgressGrant
{
    private static readonly ImmutableArray<string> s_reading = ["GET", "HEAD"];

    /// <summary>Grants reading (<c>GET</c>, <c>HEAD</c>) at port 443.</summary>
    /// <param name="host">A host name or an IP address, or <c>*.example.com</c> for every name below <c>example.com</c>, which itself is not among them.</param>
    /// <exception cref="ArgumentException">The text names no host.</exception>
    public EgressGrant(string host)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        Host = Normalise(host);
    }

    /// <summary>The host in lower case: a name, an address in its usual spelling, or <c>*.</c> before a name.</summary>
    public string Host { get; }

    /// <summary>The ports, in order.</summary>
    /// <exception cref="ArgumentException">None is given, or one is not from 1 to 65535.</exception>
    public ImmutableArray<int> Ports
    {
        get;
        init => field = !value.IsDefaultOrEmpty && value.All(static p => p is >= 1 and <= 65535)
            ? [.. value.Distinct().Order()]
            : throw new ArgumentException("A grant names at least one port from 1 to 65535.", nameof(value));
    } = [443];

    /// <summary>
    /// The HTTP methods, in upper case and in order; empty for all, which is also what a tunnel (<c>CONNECT</c>) needs, since nobody sees what is
    /// sent through it.
    /// </summary>
    /// <exception cref="ArgumentException">One is not a token.</exception>
    public ImmutableArray<string> Methods
    {
        get;
        init => field = value.IsDefault ? [] : [.. value.Select(Method).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    } = s_reading;

    /// <summary>Whether the host may have an address that is not a public one: loopback, private, link-local, a cloud's metadata service.</summary>
    public bool AllowsPrivateAddresses { get; init; }

    /// <summary>Whether every method is granted.</summary>
    public bool IsAnyMethod => Methods.IsEmpty;

    /// <summary>Whether a request is within the grant, its address aside.</summary>
    /// <param name="host">The host as it is named in the request.</param>
    /// <param name="port">The port.</param>
    /// <param name="method">The HTTP method; null or <c>CONNECT</c> for what is not seen.</param>
    public bool Covers(string host, int port, string? method)
    {
        ArgumentNullException.ThrowIfNull(host);
        return Ports.Contains(port)
            && (IsAnyMethod || (method is not null and not "CONNECT" && Methods.Contains(method)))
            && TryNormalise(host, out string named) && CoversHost(Host, named);
    }

    /// <summary>What both grant, or null for nothing.</summary>
    /// <param name="other">The other.</param>
    public EgressGrant? Intersect(EgressGrant other)
    {
        ArgumentNullException.ThrowIfNull(other);
        string? host = CoversHost(Host, other.Host) ? other.Host : CoversHost(other.Host, Host) ? Host : null;
        ImmutableArray<int> ports = [.. Ports.Intersect(other.Ports)];
        ImmutableArray<string> methods = IsAnyMethod ? other.Methods : other.IsAnyMethod ? Methods : [.. Methods.Intersect(other.Methods, StringComparer.Ordinal)];
        bool hasMethods = !methods.IsEmpty || (IsAnyMethod && other.IsAnyMethod);
        return host is null || ports.IsEmpty || !hasMethods
            ? null
            : new EgressGrant(host) { Ports = ports, Methods = methods, AllowsPrivateAddresses = AllowsPrivateAddresses && other.AllowsPrivateAddresses };
    }

    /// <inheritdoc/>
    public bool Equals(EgressGrant? other) =>
        other is not null && Host == other.Host && Ports.SequenceEqual(other.Ports) && Methods.SequenceEqual(other.Methods)
        && AllowsPrivateAddresses == other.AllowsPrivateAddresses;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Host, Ports.Length, Methods.Length, AllowsPrivateAddresses);

    /// <summary>The grant in words.</summary>
    public override string ToString() =>
        $"{(IsAnyMethod ? "any method" : string.Join("/", Methods))} {Host}:{string.Join(",", Ports)}{(AllowsPrivateAddresses ? " (private addresses too)" : "")}";

    private static bool CoversHost(string grant, string host) =>
        grant == host || (grant.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(grant[1..], StringComparison.Ordinal) && host.Length > grant.Length - 1);

    private static string Normalise(string host) => TryNormalise(host, out string normalised)
        ? normalised
        : throw new ArgumentException($"'{host}' names no host: give a name, an IP address, or '*.' before a name.", nameof(host));

    /// <summary>Names in lower case without the dot at their end, in ASCII; addresses as <see cref="IPAddress"/> spells them, so that one has one spelling.</summary>
    private static bool TryNormalise(string host, out string normalised)
    {
        normalised = "";
        ReadOnlySpan<char> name = host;
        bool isWild = name.StartsWith("*.");
        name = isWild ? name[2..] : name;
        if (name.Length > 2 && name[0] == '[' && name[^1] == ']')
        {
            name = name[1..^1];
        }

        if (IPAddress.TryParse(name, out IPAddress? address))
        {
            // IPv4 has other spellings (decimal, octal, hexadecimal, short); only the usual one is an address here.
            string usual = address.ToString();
            normalised = usual.ToLowerInvariant();
            return !isWild && (usual.Contains(':', StringComparison.Ordinal) || name.SequenceEqual(usual));
        }

        name = name.Length > 1 && name[^1] == '.' ? name[..^1] : name;
        if (name.IsEmpty || name.Length > 253)
        {
            return false;
        }

        bool hasLetter = false;
        foreach (Range part in name.Split('.'))
        {
            ReadOnlySpan<char> label = name[part];
            if (label.IsEmpty || label.Length > 63 || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            hasLetter = false; // the last label decides: one of digits alone would be read as an address
            foreach (char c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                {
                    return false;
                }

                hasLetter |= !char.IsAsciiDigit(c);
            }

            if (label.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && label[2..].IndexOfAnyExcept(s_hexadecimal) < 0)
            {
                hasLetter = false;
            }
        }

        normalised = string.Concat(isWild ? "*." : "", name).ToLowerInvariant();
        return hasLetter;
    }

    private static readonly System.Buffers.SearchValues<char> s_hexadecimal = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    private static string Method(string method) =>
        !string.IsNullOrEmpty(method) && method.Length <= 32 && method.All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
            ? method.ToUpperInvariant()
            : throw new ArgumentException($"'{method}' is no HTTP method.", nameof(method));
}
