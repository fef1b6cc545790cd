// A service that agents call. It trusts nobody who calls: each request needs a token that was made for it, for a live task, and a proof by the
// key that the token is bound to. It knows the issuer's name and address, and shares no secret with it.
//
//   dotnet run --project samples/ProtectedService -- --urls http://127.0.0.1:5080 --issuer https://agents.bank.example \
//       --keys https://agents.bank.example/jwks --leases https://agents.bank.example/leases --audience payments
using IntentAuthz.Credentials.Jwt;

using ProtectedService;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = 16 * 1024);
Settings settings = Settings.Read(builder.Configuration);

using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5), MaxResponseContentBufferSize = VerificationKeySet.MaxDocumentBytes };
using JwksKeySource keys = new(async cancellationToken => await http.GetByteArrayAsync(settings.Keys, cancellationToken));
DpopNonces? nonces = settings.DemandsNonce ? new DpopNonces() : null;
JwtCredentialVerifier verifier = new(new JwtVerifierOptions
{
    Issuer = settings.Issuer,
    Keys = keys,
    Revocation = new AskTheIssuer(http, settings.Leases),
    RequireSenderConstraint = true,
    Nonces = nonces,
});

await using WebApplication app = builder.Build();
ILogger<TokenFilter> log = app.Services.GetRequiredService<ILogger<TokenFilter>>();
app.MapPost("/v1/orders", static (HttpContext context) =>
{
    JwtCredential caller = TokenFilter.CallerOf(context);
    return TypedResults.Text($"{caller.Agent} ordered for {caller.Subject} in {caller.Task}");
}).AddEndpointFilter(new TokenFilter(verifier, new TokenExpectation(settings.Audience, "payments:write"), settings.Origin, nonces, log));

await app.RunAsync();
