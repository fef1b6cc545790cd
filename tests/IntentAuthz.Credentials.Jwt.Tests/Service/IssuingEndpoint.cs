using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>What an issuing process publishes: its public keys, and whether a lease still lives.</summary>
internal sealed class IssuingEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;

    private IssuingEndpoint(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    internal Uri Address { get; }

    internal static async Task<IssuingEndpoint> StartAsync(IssuingHost host)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        builder.Services.AddRoutingCore();
        WebApplication app = builder.Build();
        app.MapGet("/jwks", context => context.Response.WriteAsync(host.Keys.GetJwks()));
        app.MapPost("/leases", async context =>
        {
            IFormCollection form = await context.Request.ReadFormAsync();
            DateTimeOffset issuedAt = DateTimeOffset.FromUnixTimeSeconds(long.Parse(form["issued_at"]!, CultureInfo.InvariantCulture));
            context.Response.StatusCode = host.Revocations.GetStanding(new LeaseId(form["lease"]!), issuedAt) switch
            {
                TokenStanding.Live => StatusCodes.Status204NoContent,
                TokenStanding.Revoked => StatusCodes.Status410Gone,
                _ => StatusCodes.Status404NotFound,
            };
        });
        await app.StartAsync();
        return new IssuingEndpoint(app, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
