using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a verifier concluded about a token and what came with it. Immutable.</summary>
public sealed class JwtVerification
{
    private readonly string _scheme;

    private JwtVerification(JwtCredential? credential, string? refusalCode, string message, string scheme)
    {
        _scheme = scheme;
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
        JwtRefusalCodes.TokenMissing => ChallengeOf(null),
        JwtRefusalCodes.InsufficientScope => ChallengeOf("insufficient_scope"),
        JwtRefusalCodes.ProofNonceMissing or JwtRefusalCodes.ProofNonceWrong => ChallengeOf("use_dpop_nonce"),
        JwtRefusalCodes.SeveralProofs => ChallengeOf("invalid_dpop_proof"),
        _ when RefusalCode.StartsWith("proof-", StringComparison.Ordinal) => ChallengeOf("invalid_dpop_proof"),
        _ => ChallengeOf("invalid_token"),
    };

    /// <summary>Code and message, for logs.</summary>
    public override string ToString() => IsValid ? $"valid: {Credential}" : $"{RefusalCode}: {Message}";

    internal static JwtVerification Valid(JwtCredential credential) => new(credential, null, "The token is good.", "");

    /// <summary>Refuses. Who showed a bearer token is asked for one, unless only a bound one will do.</summary>
    internal static JwtVerification Refused(Refusal refusal, TokenPresentation shown) => new(
        null,
        refusal.Code,
        refusal.Message,
        shown.IsBearer && refusal.Code is not (JwtRefusalCodes.BoundTokenAsBearer or JwtRefusalCodes.SenderConstraintRequired)
            ? JwtFormat.BearerScheme
            : DpopFormat.Scheme);

    private string ChallengeOf(string? error)
    {
        string algorithms = _scheme == DpopFormat.Scheme ? $"algs=\"{JwtFormat.Algorithm}\"" : "";
        string text = error is null ? "" : $"error=\"{error}\"";
        return $"{_scheme} {text}{(text.Length > 0 && algorithms.Length > 0 ? ", " : "")}{algorithms}".TrimEnd();
    }
}
