using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

using IntentAuthz.Credentials.Jwt;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Quickstart.Payments;

/// <summary>
/// A payment service on a free loopback port. It trusts nobody who calls: each request needs a token that is signed, alive, not revoked, made
/// for this service and good for writing payments.
/// </summary>
internal sealed class PaymentApi : IAsyncDisposable
{
    internal const string Audience = "https://payments.acme.example";
    internal const string WriteScope = "payments:write";
    private const int MaxBodyBytes = 16 * 1024;

    private readonly WebApplication _app;

    private PaymentApi(WebApplication app, PaymentLedger ledger, Uri address)
    {
        _app = app;
        Ledger = ledger;
        Address = address;
    }

    internal PaymentLedger Ledger { get; }

    internal Uri Address { get; }

    internal static async Task<PaymentApi> StartAsync(JwtCredentialVerifier verifier, CancellationToken cancellationToken)
    {
        PaymentLedger ledger = new();

        // The empty builder reads no settings from the directory or the environment it happens to be started in.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port: 0);
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        app.MapPost("/payments", context => PayAsync(context, verifier, ledger));
        await app.StartAsync(cancellationToken);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new PaymentApi(app, ledger, new Uri(address));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task PayAsync(HttpContext context, JwtCredentialVerifier verifier, PaymentLedger ledger)
    {
        CancellationToken aborted = context.RequestAborted;
        JwtVerification token = await verifier.VerifyAsync(BearerOf(context.Request), Audience, [WriteScope], aborted);
        if (!token.IsValid)
        {
            // The caller learns what RFC 6750 provides; the reason stays here.
            ledger.Refuse(token.RefusalCode);
            bool lacksScope = token.RefusalCode == JwtRefusalCodes.InsufficientScope;
            context.Response.StatusCode = lacksScope ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = lacksScope ? "Bearer error=\"insufficient_scope\"" : "Bearer error=\"invalid_token\"";
            return;
        }

        PaymentOrder? order;
        try
        {
            order = await context.Request.ReadFromJsonAsync<PaymentOrder>(aborted);
        }
        catch (JsonException)
        {
            order = null;
        }

        if (order is not { Account.Length: > 0, Amount: > 0, Reference.Length: > 0 })
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        ledger.Accept(new AcceptedPayment(order, token.Credential));
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static string? BearerOf(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out AuthenticationHeaderValue? header)
        && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            ? header.Parameter
            : null;
}
