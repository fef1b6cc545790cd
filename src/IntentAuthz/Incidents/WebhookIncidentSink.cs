using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz;

/// <summary>
/// Posts each notice as JSON, signed as the Standard Webhooks specification has it: <c>webhook-id</c> (the same in each attempt),
/// <c>webhook-timestamp</c> (seconds since 1970, of the attempt) and <c>webhook-signature</c>, <c>v1,</c> and the base64 of HMAC-SHA256 over
/// <c>id.timestamp.body</c>. A receiver checks the signature, refuses a timestamp that is more than five minutes off and an id it has seen. No
/// redirect is followed: an answer does not choose whom to tell next. Safe for use by many threads.
/// </summary>
public sealed class WebhookIncidentSink : IIncidentSink, IDisposable
{
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMinutes(5);

    private readonly WebhookOptions _options;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;
    private readonly bool _ownsHttp;

    /// <summary>Makes a sink with a connection of its own: it follows no redirect, keeps no cookie and sends no credentials.</summary>
    /// <param name="options">Where to.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public WebhookIncidentSink(WebhookOptions options, TimeProvider? time = null)
        : this(options, CreateInvoker(), time) => _ownsHttp = true;

    /// <summary>Makes a sink over the host's own handlers, such as for a proxy or a client certificate. They must not follow redirects: an answer that came from elsewhere counts as a failure.</summary>
    /// <param name="options">Where to.</param>
    /// <param name="http">What sends; it is not disposed.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public WebhookIncidentSink(WebhookOptions options, HttpMessageInvoker http, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(http);
        _options = options;
        _http = http;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">Every attempt failed, or the receiver refused the message. The exception names neither address nor body.</exception>
    public async ValueTask NotifyAsync(IncidentNotice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        byte[] body = notice.ToJson();
        TimeSpan delay = _options.FirstDelay;
        for (int attempt = 1; ; attempt++)
        {
            (bool isTaken, bool isWorthAnother, string what) = await TryAsync(notice.Id, body, cancellationToken).ConfigureAwait(false);
            if (isTaken)
            {
                return;
            }

            if (!isWorthAnother || attempt == _options.MaxAttempts)
            {
                throw new HttpRequestException($"The webhook did not take the message after {attempt} attempts: {what}.");
            }

            await Task.Delay(delay * (1 - (Random.Shared.NextDouble() / 2)), _time, cancellationToken).ConfigureAwait(false);
            delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay;
        }
    }

    /// <summary>Closes the connection, if it is the sink's own.</summary>
    public void Dispose()
    {
        if (_ownsHttp)
        {
            _http.Dispose();
        }
    }

    private async ValueTask<(bool IsTaken, bool IsWorthAnother, string What)> TryAsync(string id, byte[] body, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(_options.Timeout, _time);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using HttpRequestMessage request = Sign(id, body);
            using HttpResponseMessage response = await _http.SendAsync(request, ending.Token).ConfigureAwait(false); // its body is not read
            if (response.RequestMessage?.RequestUri is { } answered && answered != _options.Address)
            {
                return (false, false, "the handlers followed a redirect; turn AllowAutoRedirect off");
            }

            int status = (int)response.StatusCode;
            return (status is >= 200 and < 300, response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || status >= 500, $"it answered {status}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or IOException)
        {
            return (false, true, late.IsCancellationRequested ? "it did not answer in time" : "it could not be reached");
        }
    }

    private HttpRequestMessage Sign(string id, byte[] body)
    {
        string timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] head = Encoding.ASCII.GetBytes($"{id}.{timestamp}.");
        byte[] mac = HMACSHA256.HashData(_options.Key, (byte[])[.. head, .. body]);
        HttpRequestMessage request = new(HttpMethod.Post, _options.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(mac)}");
        return request;
    }

    private static HttpMessageInvoker CreateInvoker() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Credentials = null,
        PreAuthenticate = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a changed name is looked up again
        MaxResponseHeadersLength = 16,
    });
}
