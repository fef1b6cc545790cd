using System.Net.Http.Headers;
using System.Text;

namespace IntentAuthz.Containment;

/// <summary>Makes the response that code in this process gets of the one that a host gave: read whole, its secrets masked, its trailers left out.</summary>
internal static class CallersResponse
{
    internal static async ValueTask<HttpResponseMessage> ReadAsync(
        HttpResponseMessage response, HttpRequestMessage request, EgressGate gate, LeasedCredential? credential, ToolInvocation invocation, CancellationToken cancellationToken)
    {
        bool isHead = request.Method == HttpMethod.Head;
        long most = Math.Min(gate.Options.MaxBufferedBytes, gate.Options.MaxResponseBytes);
        long? announced = EgressGate.CheckAnswer(response, credential, isHead ? long.MaxValue : most);
        byte[] body = await ReadBodyAsync(response, most, gate, invocation.CreateStreamScrubber(), cancellationToken).ConfigureAwait(false);
        if (!isHead && (int)response.StatusCode is not (204 or 304) && announced is { } length && body.Length != length)
        {
            throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.HostUnreachable));
        }

        HttpResponseMessage made = new(response.StatusCode)
        {
            Version = response.Version,
            ReasonPhrase = ReasonPhrase.Of((int)response.StatusCode),
            RequestMessage = request,
            Content = new ByteArrayContent(body),
        };
        Copy(response.Headers, made.Headers, invocation);
        Copy(response.Content.Headers, made.Content.Headers, invocation);
        if (isHead && announced is { } known)
        {
            made.Content.Headers.ContentLength = known;
        }

        return made;
    }

    private static async ValueTask<byte[]> ReadBodyAsync(HttpResponseMessage response, long most, EgressGate gate, StreamScrubber scrubber, CancellationToken cancellationToken)
    {
        using MemoryStream whole = new();
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[64 * 1024];
        for (long total = 0; await gate.ReadAsync(body, buffer, cancellationToken).ConfigureAwait(false) is > 0 and int read;)
        {
            if ((total += read) > most)
            {
                throw new EgressRefusedException(new EgressRefusal(502, EgressCodes.ResponseTooLarge));
            }

            whole.Write(scrubber.Push(buffer.AsSpan(0, read)).Span);
        }

        whole.Write(scrubber.Complete().Span);
        return whole.ToArray();
    }

    private static void Copy(HttpHeaders from, HttpHeaders to, ToolInvocation invocation)
    {
        foreach ((string name, HeaderStringValues values) in from.NonValidated)
        {
            if (!EgressFields.IsHandedBack(name))
            {
                continue;
            }

            foreach (string value in values)
            {
                if (EgressFields.IsValue(value))
                {
                    to.TryAddWithoutValidation(Masked(name, invocation), Masked(value, invocation));
                }
            }
        }
    }

    private static string Masked(string text, ToolInvocation invocation)
    {
        StreamScrubber scrubber = invocation.CreateStreamScrubber();
        return Encoding.Latin1.GetString([.. scrubber.Push(Encoding.Latin1.GetBytes(text)).Span, .. scrubber.Complete().Span]);
    }
}
