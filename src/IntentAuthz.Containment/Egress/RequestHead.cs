namespace IntentAuthz.Containment;

/// <summary>
/// The head of a request to the proxy, read strictly (RFC 9112): what two readers could read in two ways is refused, never mended. Immutable.
/// </summary>
internal sealed class RequestHead
{
    private static readonly System.Buffers.SearchValues<char> s_token = System.Buffers.SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private readonly List<KeyValuePair<string, string>> _fields = [];

    private RequestHead()
    {
    }

    internal string Method { get; private set; } = "";

    /// <summary>As the client wrote it: <c>http</c> or <c>https</c>.</summary>
    internal string Scheme { get; private set; } = "";

    internal string Host { get; private set; } = "";

    internal int? Port { get; private set; }

    internal string Path { get; private set; } = "";

    internal string Query { get; private set; } = "";

    /// <summary>The body's length when it is announced; zero for none. Null when it comes in chunks.</summary>
    internal long? BodyLength { get; private set; } = 0;

    internal bool KeepsAlive { get; private set; }

    internal bool IsHttp10 { get; private set; }

    internal bool ExpectsContinue { get; private set; }

    internal bool CarriesCredential { get; private set; }

    internal string? ProxyAuthorization { get; private set; }

    /// <summary>What is sent on.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    internal bool IsTunnel => Method == EgressRequest.TunnelMethod;

    /// <summary>Reads a head whose every line ends in CR LF, with the empty line at its end.</summary>
    internal static RequestHead? Parse(ReadOnlySpan<char> text, int maxFields, out EgressRefusal? refusal)
    {
        RequestHead head = new();
        refusal = head.Read(text, maxFields);
        return refusal is null ? head : null;
    }

    private EgressRefusal? Read(ReadOnlySpan<char> text, int maxFields)
    {
        int end = text.IndexOf("\r\n");
        if (end <= 0 || ReadRequestLine(text[..end], out ReadOnlySpan<char> target) is not null)
        {
            return Bad();
        }

        string? host = null;
        string? length = null;
        string? encoding = null;
        string? connection = null;
        string? expectation = null;
        int count = 0;
        for (text = text[(end + 2)..]; !text.StartsWith("\r\n"); text = text[(end + 2)..])
        {
            end = text.IndexOf("\r\n");
            if (end < 0)
            {
                return Bad();
            }

            if (++count > maxFields)
            {
                return new EgressRefusal(431, EgressCodes.HeadTooLarge);
            }

            // A line that begins with a blank continues the one before (obs-fold); there is no name then, and none with a blank behind it either.
            ReadOnlySpan<char> line = text[..end];
            int colon = line.IndexOf(':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(s_token) || !EgressFields.IsValue(line[(colon + 1)..]))
            {
                return Bad();
            }

            string name = line[..colon].ToString();
            if (EgressFields.WhyRefused(name) is { } refused)
            {
                return refused;
            }

            string value = line[(colon + 1)..].Trim(" \t").ToString();
            bool isTwice = name.ToUpperInvariant() switch
            {
                "HOST" => !TrySet(ref host, value),
                "CONTENT-LENGTH" => !TrySet(ref length, value),
                "TRANSFER-ENCODING" => !TrySet(ref encoding, value),
                "EXPECT" => !TrySet(ref expectation, value),
                "CONNECTION" => !TrySet(ref connection, connection is null ? value : null),
                "PROXY-AUTHORIZATION" => ProxyAuthorization is not null || (ProxyAuthorization = value) is null,
                _ => false,
            };
            if (isTwice)
            {
                return new EgressRefusal(400, length is not null || encoding is not null ? EgressCodes.AmbiguousLength : EgressCodes.Malformed);
            }

            CarriesCredential |= EgressFields.IsCredential(name);
            if (EgressFields.IsSentOn(name))
            {
                _fields.Add(new KeyValuePair<string, string>(name, value));
            }
        }

        if (text.Length != 2)
        {
            return Bad();
        }

        return ReadTarget(target, host) ?? ReadLength(length, encoding) ?? ReadConnection(connection) ?? ReadExpectation(expectation);
    }

    private EgressRefusal? ReadRequestLine(ReadOnlySpan<char> line, out ReadOnlySpan<char> target)
    {
        target = default;
        int first = line.IndexOf(' ');
        int last = line.LastIndexOf(' ');
        if (first <= 0 || last <= first + 1 || first > 32 || line[..first].ContainsAnyExcept(s_token) || line[(first + 1)..last].ContainsAnyExceptInRange('!', '~'))
        {
            return Bad();
        }

        Method = line[..first].ToString();
        target = line[(first + 1)..last];
        IsHttp10 = line[(last + 1)..] is "HTTP/1.0";
        return IsHttp10 || line[(last + 1)..] is "HTTP/1.1" ? null : Bad();
    }

    private EgressRefusal? ReadTarget(ReadOnlySpan<char> target, string? hostField)
    {
        if (!EgressMethod.IsForwarded(Method) && !IsTunnel)
        {
            return new EgressRefusal(405, EgressCodes.MethodRefused);
        }

        ReadOnlySpan<char> authority = target;
        if (!IsTunnel)
        {
            Scheme = target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http" : target.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https" : "";
            if (Scheme.Length == 0)
            {
                return new EgressRefusal(400, EgressCodes.NotForProxy);
            }

            authority = target[(Scheme.Length + 3)..];
            int slash = authority.IndexOfAny('/', '?');
            ReadOnlySpan<char> rest = slash < 0 ? "" : authority[slash..];
            authority = slash < 0 ? authority : authority[..slash];
            if (!RequestPath.TryParse(rest, out string path, out string query))
            {
                return new EgressRefusal(400, EgressCodes.BadPath);
            }

            (Path, Query) = (path, query);
        }

        if (!EgressHost.TryParseAuthority(authority, out string host, out int? port) || (IsTunnel && port is null))
        {
            return new EgressRefusal(400, EgressCodes.BadHost);
        }

        // RFC 9112, section 3.2: exactly one Host field; and it has to name what the target names, so that nobody can read the other one.
        if (hostField is null ? !IsHttp10 : !EgressHost.TryParseAuthority(hostField, out string named, out int? namedPort) || named != host || (namedPort ?? Default()) != (port ?? Default()))
        {
            return new EgressRefusal(400, EgressCodes.BadHost);
        }

        (Host, Port) = (host, port);
        return null;
    }

    private int Default() => Scheme == "https" || IsTunnel ? 443 : 80;

    private EgressRefusal? ReadLength(string? length, string? encoding)
    {
        if (encoding is not null)
        {
            if (length is not null || IsHttp10 || IsTunnel || !encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
            {
                return new EgressRefusal(400, EgressCodes.AmbiguousLength);
            }

            BodyLength = null;
            return null;
        }

        if (length is null)
        {
            return null;
        }

        if (length.Length is 0 or > 18 || length.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return new EgressRefusal(400, EgressCodes.AmbiguousLength);
        }

        BodyLength = long.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
        return IsTunnel && BodyLength > 0 ? new EgressRefusal(400, EgressCodes.AmbiguousLength) : null;
    }

    /// <summary>A field named here is not sent on (RFC 9110, section 7.6.1). Some clients name fields that are needed, to have a proxy lose them.</summary>
    private EgressRefusal? ReadConnection(string? connection)
    {
        KeepsAlive = !IsHttp10;
        foreach (string option in connection?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (option.Equals("close", StringComparison.OrdinalIgnoreCase))
            {
                KeepsAlive = false;
            }
            else if (EgressFields.IsSentOn(option) || option.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) || option.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
                || option.Equals("Host", StringComparison.OrdinalIgnoreCase) || option.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                return Bad();
            }
        }

        return null;
    }

    private EgressRefusal? ReadExpectation(string? expectation)
    {
        ExpectsContinue = expectation is not null && !IsHttp10;
        return expectation is null || expectation.Equals("100-continue", StringComparison.OrdinalIgnoreCase) ? null : new EgressRefusal(417, EgressCodes.UnknownExpectation);
    }

    private static bool TrySet(ref string? field, string? value)
    {
        bool isFirst = field is null && value is not null;
        field ??= value;
        return isFirst;
    }

    private static EgressRefusal Bad() => new(400, EgressCodes.Malformed);
}
