using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Quickstart.Payments;

/// <summary>Somebody on the wire between the tool and the payment API: keeps a copy of the first token that passes by, and tries it later.</summary>
internal sealed class Eavesdropper() : DelegatingHandler(new SocketsHttpHandler())
{
    internal string? StolenToken { get; private set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        StolenToken ??= request.Headers.Authorization?.Parameter;
        return base.SendAsync(request, cancellationToken);
    }

    /// <summary>Sends a payment of the thief's own by the stolen token, and answers what the API said.</summary>
    internal static async Task<HttpStatusCode> ReplayAsync(Uri api, string token, PaymentOrder order, CancellationToken cancellationToken)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(api, "payments")) { Content = JsonContent.Create(order) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }
}
