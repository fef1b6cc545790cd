using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a verifier concluded about a token. Immutable.</summary>
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

    /// <summary>Code and message, for logs.</summary>
    public override string ToString() => IsValid ? $"valid: {Credential}" : $"{RefusalCode}: {Message}";

    internal static JwtVerification Valid(JwtCredential credential) => new(credential, null, "The token is good.");

    internal static JwtVerification Refused(Refusal refusal) => new(null, refusal.Code, refusal.Message);
}
