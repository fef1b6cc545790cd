using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz;

/// <summary>A credential, or why there is none.</summary>
public sealed record IssueResult
{
    private IssueResult(Secret? secret, DateTimeOffset expiresAt, string? error)
    {
        Secret = secret;
        ExpiresAt = expiresAt;
        Error = error;
    }

    /// <summary>Whether there is a credential.</summary>
    [MemberNotNullWhen(true, nameof(Secret))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>The credential. The broker owns it from here on and clears it when the lease ends.</summary>
    public Secret? Secret { get; }

    /// <summary>When the back end stops honouring it, in wall-clock time.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>What the issuer needs to unmake it besides the lease id, when it turned out to be another than <see cref="ICredentialIssuer.GetHandle"/> said. No secret.</summary>
    public string? Handle { get; init; }

    /// <summary>The name that goes with the secret, such as a database role's; null when there is none.</summary>
    public string? UserName { get; init; }

    /// <summary>How it is shown to its target service over HTTP.</summary>
    public CredentialPresentation Presentation { get; init; } = CredentialPresentation.Bearer;

    /// <summary>Why there is none: for operators, without secrets.</summary>
    public string? Error { get; }

    /// <summary>A credential was made.</summary>
    /// <param name="secret">The credential.</param>
    /// <param name="expiresAt">When the back end stops honouring it.</param>
    public static IssueResult Issued(Secret secret, DateTimeOffset expiresAt)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return new IssueResult(secret, expiresAt, null);
    }

    /// <summary>No credential was made, and the back end holds none.</summary>
    /// <param name="error">Why, for operators, without secrets.</param>
    public static IssueResult Refused(string error)
    {
        ArgumentException.ThrowIfNullOrEmpty(error);
        return new IssueResult(null, default, error);
    }
}
