using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// The cryptography, by Microsoft.IdentityModel.JsonWebTokens, told to accept one algorithm, one type, one key, one issuer and one audience.
/// What that library is lenient about was refused before; time it would take from the machine's clock, so that is judged afterwards.
/// </summary>
internal sealed class SignatureCheck
{
    private static readonly string[] s_algorithms = [SecurityAlgorithms.EcdsaSha256];
    private static readonly string[] s_types = [JwtFormat.Type];

    // Its MapInboundClaims and the like concern the claims principal, which is never asked for.
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = JwtCredentialVerifier.MaxTokenLength };

    internal async ValueTask<Refusal?> CheckAsync(string token, VerificationKey key, string issuer, string audience)
    {
        TokenValidationParameters parameters = new()
        {
            IssuerSigningKey = key.SecurityKey,
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,
            ValidAlgorithms = s_algorithms,
            ValidTypes = s_types,
            ValidIssuer = issuer,
            ValidAudience = audience,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            ValidateLifetime = false, // by JwtCredentialVerifier, on its TimeProvider
            LogValidationExceptions = false, // its messages can quote claims
        };
        TokenValidationResult result = await _handler.ValidateTokenAsync(token, parameters).ConfigureAwait(false);
        return result.IsValid ? null : RefusalOf(result.Exception);
    }

    private static Refusal RefusalOf(Exception? exception) => exception switch
    {
        SecurityTokenInvalidIssuerException =>
            new Refusal(JwtRefusalCodes.WrongIssuer, "The token's issuer is not the one that is trusted here."),
        SecurityTokenInvalidAudienceException =>
            new Refusal(JwtRefusalCodes.WrongAudience, "The token is for another service."),
        SecurityTokenInvalidAlgorithmException =>
            new Refusal(JwtRefusalCodes.AlgorithmNotAllowed, "The token is not signed by ES256, the only algorithm that is verified."),
        SecurityTokenInvalidTypeException =>
            new Refusal(JwtRefusalCodes.TypeNotAllowed, "The token's 'typ' is not 'at+jwt': it is no access token of this issuer."),
        _ => new Refusal(JwtRefusalCodes.BadSignature, "The token's signature does not verify with the key it names."),
    };
}
