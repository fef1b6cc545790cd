using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Shows a bound token (RFC 9449): <c>Authorization: DPoP</c> with the token, and a proof made for this one request, signed by the key that the
/// token names. A proof is good once, so a request that is sent again needs another. Safe for use by many threads.
/// </summary>
internal sealed class DpopPresentation(DpopKey key, TimeProvider time) : CredentialPresentation
{
    private const int IdBytes = 16;

    private readonly DpopKey _key = key;
    private readonly TimeProvider _time = time;
    private volatile Nonce? _nonce; // the newest one; a token is good at one service, so one is enough

    public override void Attach(HttpRequestMessage request, LeasedCredential credential)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(credential);
        if (request.RequestUri is not { IsAbsoluteUri: true } uri)
        {
            throw new InvalidOperationException("The request has no absolute address, which its proof must name; set RequestUri before the credential is attached.");
        }

        string token = credential.Secret.Reveal();
        string proof = _key.Sign(Claims(request.Method.Method, uri, token));
        request.Headers.Authorization = new AuthenticationHeaderValue(DpopFormat.Scheme, token);
        request.Headers.Remove(DpopFormat.ProofHeader);
        request.Headers.Add(DpopFormat.ProofHeader, proof);
    }

    public override bool Observe(HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (response.RequestMessage?.RequestUri is not { IsAbsoluteUri: true } uri
            || !response.Headers.TryGetValues(DpopFormat.NonceHeader, out IEnumerable<string>? values)
            || values.Take(2).ToArray() is not [string nonce]
            || !DpopFormat.IsNonce(nonce))
        {
            return false;
        }

        string origin = OriginOf(uri);
        bool isNew = _nonce is not { } known || known.Origin != origin || known.Value != nonce;
        _nonce = new Nonce(origin, nonce);
        return isNew
            && response.StatusCode == HttpStatusCode.Unauthorized
            && response.Headers.WwwAuthenticate.Any(static c =>
                string.Equals(c.Scheme, DpopFormat.Scheme, StringComparison.OrdinalIgnoreCase)
                && c.Parameter is { } parameter && parameter.Contains("\"use_dpop_nonce\"", StringComparison.Ordinal));
    }

    /// <summary>Names the key, for logs.</summary>
    public override string ToString() => $"DPoP by {_key}";

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _key.Dispose();
        }

        base.Dispose(disposing);
    }

    private byte[] Claims(string method, Uri uri, string token)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using Utf8JsonWriter json = new(buffer);
        json.WriteStartObject();
        json.WriteString("jti"u8, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes)));
        json.WriteString("htm"u8, method);
        json.WriteString("htu"u8, OriginOf(uri) + uri.AbsolutePath); // the parts of a path that is sent as it is written cannot be asked for together
        json.WriteNumber("iat"u8, _time.GetUtcNow().ToUnixTimeSeconds());
        json.WriteString("ath"u8, DpopFormat.TokenHash(Encoding.ASCII.GetBytes(token)));
        if (_nonce is { } nonce && nonce.Origin == OriginOf(uri))
        {
            json.WriteString("nonce"u8, nonce.Value);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static string OriginOf(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private sealed record Nonce(string Origin, string Value);
}
