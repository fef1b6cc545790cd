using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz;

/// <summary>A credential, or why there is none.</summary>
public sealed class IssueResult
{
    private IssueResult(Secret? secret, DateTimeOffset expiresAt, string? handle, string? error)
    {
        Secret = secret;
        ExpiresAt = expiresAt;
        Handle = handle;
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

    /// <summary>What the issuer needs to unmake it besides the lease id, or null. No secret.</summary>
    public string? Handle { get; }

    /// <summary>Why there is none: for operators, without secrets.</summary>
    public string? Error { get; }

    /// <summary>A credential was made.</summary>
    /// <param name="secret">The credential.</param>
    /// <param name="expiresAt">When the back end stops honouring it.</param>
    /// <param name="handle">What unmaking it needs besides the lease id.</param>
    public static IssueResult Issued(Secret secret, DateTimeOffset expiresAt, string? handle = null)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return new IssueResult(secret, expiresAt, handle, null);
    }

    /// <summary>No credential was made, and the back end holds none.</summary>
    /// <param name="error">Why, for operators, without secrets.</param>
    public static IssueResult Refused(string error)
    {
        ArgumentException.ThrowIfNullOrEmpty(error);
        return new IssueResult(null, default, null, error);
    }
}
