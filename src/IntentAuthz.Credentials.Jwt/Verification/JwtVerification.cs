using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a verifier concluded about a token and what came with it. Immutable.</summary>
public sealed class JwtVerification
{
    private JwtVerification(JwtCredential? credential, string? refusalCode, string message)
    {
        Credential = credential;
        RefusalCode = refusalCode;
        Message = message;
    }

    /// <summary>Whether the token is good here and now.</summary>
    [MemberNotNullWhen(true, nameof(Credential))]
    [MemberNotNullWhen(false, nameof(RefusalCode))]
    public bool IsValid => Credential is not null;

    /// <summary>What the token says; null when it was refused.</summary>
    public JwtCredential? Credential { get; }

    /// <summary>One of <see cref="JwtRefusalCodes"/>; null when the token is good.</summary>
    public string? RefusalCode { get; }

    /// <summary>One sentence for operators. It quotes nothing of the token.</summary>
    public string Message { get; }

    /// <summary>
    /// What to answer in <c>WWW-Authenticate</c>, by RFC 6750 and RFC 9449: the code itself is not for the caller. Send it with status 403 when
    /// <see cref="RefusalCode"/> is <see cref="JwtRefusalCodes.InsufficientScope"/>, else 401; and where the verifier has
    /// <see cref="JwtVerifierOptions.Nonces"/>, send <see cref="DpopNonces.Current"/> in <c>DPoP-Nonce</c>. Empty when the token is good.
    /// </summary>
    public string Challenge => RefusalCode switch
    {
        null => "",
        JwtRefusalCodes.TokenMissing => "DPoP algs=\"ES256\"",
        JwtRefusalCodes.InsufficientScope => "DPoP error=\"insufficient_scope\", algs=\"ES256\"",
        JwtRefusalCodes.ProofNonceMissing or JwtRefusalCodes.ProofNonceWrong => "DPoP error=\"use_dpop_nonce\", algs=\"ES256\"",
        JwtRefusalCodes.SeveralProofs => "DPoP error=\"invalid_dpop_proof\", algs=\"ES256\"",
        _ when RefusalCode.StartsWith("proof-", StringComparison.Ordinal) => "DPoP error=\"invalid_dpop_proof\", algs=\"ES256\"",
        _ => "DPoP error=\"invalid_token\", algs=\"ES256\"",
    };

    /// <summary>Code and message, for logs.</summary>
    public override string ToString() => IsValid ? $"valid: {Credential}" : $"{RefusalCode}: {Message}";

    internal static JwtVerification Valid(JwtCredential credential) => new(credential, null, "The token is good.");

    internal static JwtVerification Refused(Refusal refusal) => new(null, refusal.Code, refusal.Message);
}
