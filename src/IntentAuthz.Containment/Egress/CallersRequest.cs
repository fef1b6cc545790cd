namespace IntentAuthz.Containment;

/// <summary>A request of code in this process, read once: what is decided, and of what the request that is sent is made. Immutable.</summary>
internal sealed class CallersRequest
{
    private readonly List<KeyValuePair<string, string>> _fields = [];
    private byte[]? _body;

    private CallersRequest()
    {
    }

    /// <summary>What is decided; null where it could not be read.</summary>
    internal EgressRequest? Asked { get; private set; }

    /// <summary>Why it is refused before the guard is asked; null where it is not.</summary>
    internal EgressRefusal? Refusal { get; private set; }

    internal static async ValueTask<CallersRequest> ReadAsync(HttpRequestMessage request, EgressGate gate, CancellationToken cancellationToken)
    {
        CallersRequest read = new();
        read.Refusal = read.ReadHead(request, gate);
        if (read.Refusal is null && request.Content is { } content)
        {
            read.Refusal = await read.ReadBodyAsync(content, gate.Options, cancellationToken).ConfigureAwait(false);
        }

        return read;
    }

    internal HttpRequestMessage ToMessage() => Asked!.ToMessage(_fields, _body is null ? null : new ByteArrayContent(_body));

    private EgressRefusal? ReadHead(HttpRequestMessage request, EgressGate gate)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true, UserInfo.Length: 0 } uri || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || !EgressHost.TryNormalise(uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost, out string host)
            || request.Headers.NonValidated.Contains("Host"))
        {
            return new EgressRefusal(400, EgressCodes.BadHost);
        }

        if (!RequestPath.TryParse(uri.PathAndQuery, out string path, out string query))
        {
            return new EgressRefusal(400, EgressCodes.BadPath);
        }

        string method = request.Method.Method;
        if (!EgressMethod.IsForwarded(method))
        {
            return new EgressRefusal(405, EgressCodes.MethodRefused);
        }

        bool hasOwn = false;
        EgressRefusal? refusal = ReadFields(request.Headers, gate.Options, ref hasOwn) ?? (request.Content is { } content ? ReadFields(content.Headers, gate.Options, ref hasOwn) : null);
        int? port = uri.IsDefaultPort ? null : uri.Port;
        (string scheme, int effective) = EgressRequest.Effective(uri.Scheme, host, port, method, gate.Grants, gate.Options);
        Asked = new EgressRequest(method, scheme, host, effective, path, query, 0, hasOwn);
        return refusal ?? (hasOwn && !gate.Options.AllowsOwnCredentials ? new EgressRefusal(403, EgressCodes.OwnCredential) : null);
    }

    /// <summary>What the caller set, as it will be written: the platform's own checks are of what it parses, which is not all that it writes.</summary>
    private EgressRefusal? ReadFields(System.Net.Http.Headers.HttpHeaders headers, EgressOptions options, ref bool hasOwn)
    {
        long length = 0;
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in headers.NonValidated)
        {
            if (EgressFields.WhyRefused(name) is { } refused)
            {
                return refused;
            }

            hasOwn |= EgressFields.IsCredential(name);
            if (!EgressFields.IsSentOn(name))
            {
                continue;
            }

            foreach (string value in values)
            {
                length += name.Length + value.Length;
                if (!EgressFields.IsValue(value))
                {
                    return new EgressRefusal(400, EgressCodes.Malformed);
                }

                if (length > options.MaxHeadBytes || _fields.Count == options.MaxFields)
                {
                    return new EgressRefusal(431, EgressCodes.HeadTooLarge);
                }

                _fields.Add(new KeyValuePair<string, string>(name, value));
            }
        }

        return null;
    }

    private async ValueTask<EgressRefusal?> ReadBodyAsync(HttpContent content, EgressOptions options, CancellationToken cancellationToken)
    {
        long most = Math.Min(options.MaxRequestBytes, Array.MaxLength);
        try
        {
            await content.LoadIntoBufferAsync(most, cancellationToken).ConfigureAwait(false);
            _body = await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return new EgressRefusal(413, EgressCodes.BodyTooLarge);
        }

        Asked = Asked! with { BodyBytes = _body.Length };
        return _body.Length > most ? new EgressRefusal(413, EgressCodes.BodyTooLarge) : null; // it was in a buffer already
    }
}
