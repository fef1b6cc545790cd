using IntentAuthz.Credentials.Jwt;

using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;

namespace ProtectedService;

/// <summary>Lets a request through to its endpoint when what it shows verifies. The caller is told what the standards provide, the log why.</summary>
internal sealed partial class TokenFilter(
    JwtCredentialVerifier verifier, TokenExpectation expected, Uri? origin, DpopNonces? nonces, ILogger<TokenFilter> log) : IEndpointFilter
{
    private static readonly object s_caller = new();

    /// <summary>Who calls, once the filter has let the request through.</summary>
    internal static JwtCredential CallerOf(HttpContext context) =>
        context.Items[s_caller] as JwtCredential ?? throw new InvalidOperationException("The endpoint has no TokenFilter; add it with AddEndpointFilter(...).");

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        HttpRequest request = http.Request;
        JwtVerification caller = await verifier.VerifyAsync(
            TokenPresentation.FromHeaders(request.Headers.Authorization, request.Headers["DPoP"], request.Method, UrlOf(request)), expected, http.RequestAborted);
        if (nonces is not null)
        {
            http.Response.Headers["DPoP-Nonce"] = nonces.Current;
        }

        if (caller.IsValid)
        {
            http.Items[s_caller] = caller.Credential;
            return await next(context);
        }

        LogRefused(caller.RefusalCode, caller.Message);
        http.Response.Headers.WWWAuthenticate = caller.Challenge;
        return TypedResults.StatusCode(caller.RefusalCode == JwtRefusalCodes.InsufficientScope ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized);
    }

    /// <summary>
    /// The request's address as callers name this service. Its origin comes from the settings, or is what the server listens on; never from the
    /// Host header, which the caller writes: a proof made for another service could be sent here with that service's name in it.
    /// </summary>
    private Uri UrlOf(HttpRequest request)
    {
        Uri own = origin ?? new Uri(request.HttpContext.RequestServices.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        return new Uri(UriHelper.BuildAbsolute(own.Scheme, new HostString(own.Authority), request.PathBase, request.Path));
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "refused {Code}: {Why}")]
    private partial void LogRefused(string code, string why);
}
