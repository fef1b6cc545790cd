using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>One connection of a child to its proxy: requests one after the other, or one tunnel. Every request is decided anew.</summary>
internal sealed partial class ProxyConnection : IDisposable
{
    private readonly EgressGate _gate;
    private readonly EgressOptions _options;
    private readonly ClientStream _client;
    private readonly byte[]? _token;

    internal ProxyConnection(EgressGate gate, Socket socket, byte[]? token, CancellationToken closing)
    {
        _gate = gate;
        _options = gate.Options;
        _token = token;
        _client = new ClientStream(socket, _options, closing);
    }

    internal async Task RunAsync(CancellationToken closing)
    {
        TimeSpan untilFirstByte = _options.HeadTimeout;
        while (!closing.IsCancellationRequested)
        {
            (string? text, EgressRefusal? refusal) = await _client.ReadHeadAsync(untilFirstByte, closing).ConfigureAwait(false);
            if (text is null && refusal is null)
            {
                return;
            }

            RequestHead? head = text is null ? null : RequestHead.Parse(text, _options.MaxFields, out refusal);
            bool goesOn = head is null || refusal is not null
                ? await RefuseUnaskedAsync(refusal!, null, closing).ConfigureAwait(false)
                : await HandleAsync(head, closing).ConfigureAwait(false);
            if (!goesOn)
            {
                await _client.EndAsync().ConfigureAwait(false);
                return;
            }

            _client.Touch();
            untilFirstByte = _options.IdleTimeout;
        }
    }

    /// <summary>Handles one request; false when the connection cannot carry another.</summary>
    private async ValueTask<bool> HandleAsync(RequestHead head, CancellationToken closing)
    {
        if (!IsAuthentic(head))
        {
            // Whose request it is nobody knows, so it is not put down to the task: a stranger could fill its audit, or have it suspended.
            return await RefuseAsync(new EgressRefusal(407, EgressCodes.ProxyAuthentication), mayGoOn: false, closing).ConfigureAwait(false);
        }

        if (head.CarriesCredential && !_options.AllowsOwnCredentials && !head.IsTunnel)
        {
            return await RefuseUnaskedAsync(new EgressRefusal(403, EgressCodes.OwnCredential), Asked(head, head.BodyLength ?? 0), closing).ConfigureAwait(false);
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(closing);
        limit.CancelAfter(head.IsTunnel ? _options.TunnelTimeout : _options.RequestTimeout);
        try
        {
            return head.IsTunnel ? await TunnelAsync(head, limit.Token).ConfigureAwait(false) : await ForwardAsync(head, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The time is up, or the guard stopped the call: whoever waits on the other side learns it from the reset.
            _client.Abort();
            return false;
        }
    }

    private bool IsAuthentic(RequestHead head)
    {
        if (_token is null)
        {
            return true;
        }

        const string Scheme = "Basic ";
        if (head.ProxyAuthorization is not { Length: < 512 } shown || !shown.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> decoded = stackalloc byte[512];
        if (!Convert.TryFromBase64String(shown[Scheme.Length..].Trim(), decoded, out int length))
        {
            return false;
        }

        // The password alone counts: clients differ in what user they need.
        ReadOnlySpan<byte> both = decoded[..length];
        int colon = both.IndexOf((byte)':');
        return colon >= 0 && CryptographicOperations.FixedTimeEquals(both[(colon + 1)..], _token);
    }

    /// <summary>What a head asks for, in the form that is decided.</summary>
    private EgressRequest Asked(RequestHead head, long bodyBytes)
    {
        (string scheme, int port) = EgressRequest.Effective(head.Scheme, head.Host, head.Port, head.Method, _gate.Grants, _options);
        return new EgressRequest(head.Method, scheme, head.Host, port, head.Path, head.Query, bodyBytes, head.CarriesCredential);
    }

    /// <summary>Refuses what the guard was not asked about, which the audit shows all the same. The connection ends, so that each costs one.</summary>
    private ValueTask<bool> RefuseUnaskedAsync(EgressRefusal refusal, EgressRequest? request, CancellationToken cancellationToken)
    {
        _gate.Record(refusal.Code, request);
        return RefuseAsync(refusal, mayGoOn: false, cancellationToken);
    }

    /// <summary>Answers with a code and no details.</summary>
    private async ValueTask<bool> RefuseAsync(EgressRefusal refusal, bool mayGoOn, CancellationToken cancellationToken)
    {
        string approval = refusal.Approval is null ? "" : $",\"approval\":\"{JsonEncodedText.Encode(refusal.Approval)}\"";
        string body = $"{{\"error\":\"refused\",\"reason\":\"{JsonEncodedText.Encode(refusal.Code)}\"{approval}}}\n";
        StringBuilder answer = new();
        answer.Append("HTTP/1.1 ").Append(refusal.Status).Append(' ').Append(ReasonPhrase.Of(refusal.Status)).Append("\r\n")
            .Append("Content-Type: application/json\r\nContent-Length: ").Append(Encoding.UTF8.GetByteCount(body)).Append("\r\n")
            .Append("IntentAuthz-Reason: ").Append(refusal.Code).Append("\r\n");
        if (refusal.Approval is { } id)
        {
            answer.Append("IntentAuthz-Approval: ").Append(id).Append("\r\n");
        }

        if (refusal.Status == 407)
        {
            answer.Append("Proxy-Authenticate: Basic realm=\"task\"\r\n");
        }

        answer.Append(mayGoOn ? "\r\n" : "Connection: close\r\n\r\n").Append(body);
        await _client.WriteAsync(answer.ToString(), cancellationToken).ConfigureAwait(false);
        return mayGoOn;
    }

    public void Dispose() => _client.Dispose();
}
