using System.Collections.Immutable;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// What a verified token says: who acts, for whom, in which task, and what it is good for. It does not hold the token. Immutable and safe
/// for use by many threads.
/// </summary>
public sealed class JwtCredential
{
    internal JwtCredential()
    {
    }

    /// <summary>The lease, <c>jti</c>: what is revoked, and what the issuer's audit knows the token by.</summary>
    public required LeaseId Lease { get; init; }

    /// <summary>The issuer, <c>iss</c>.</summary>
    public required string Issuer { get; init; }

    /// <summary>The one service the token is good for, <c>aud</c>.</summary>
    public required string Audience { get; init; }

    /// <summary>
    /// For whom, <c>sub</c>: the user or service at the root of the delegation, or the agent the chain begins with when there is none. Names of
    /// people, services and agents can coincide: read it together with <see cref="SubjectKind"/>.
    /// </summary>
    public required string Subject { get; init; }

    /// <summary>Whether <see cref="Subject"/> is a person, a service or an agent; <c>sub_type</c>.</summary>
    public required PrincipalKind SubjectKind { get; init; }

    /// <summary>The agent that acts, <c>client_id</c>.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Whose all this is, <c>tenant</c>. Agents and subjects are unique within it only.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>The task, from <c>authorization_details</c> (RFC 9396).</summary>
    public required TaskId Task { get; init; }

    /// <summary>What the task is for, from <c>authorization_details</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>
    /// The agents between the subject and what it does, newest first, from <c>act</c> (RFC 8693, section 4.1). The first acts now; the others
    /// entrusted it and are for the record. Empty when the subject itself is the agent that acts.
    /// </summary>
    public required ImmutableArray<AgentId> Actors { get; init; }

    /// <summary>
    /// The thumbprint (RFC 7638) of the key the token is bound to, <c>cnf.jkt</c>: the request was proved to come from who holds that key. Null when
    /// it is a bearer token.
    /// </summary>
    public required string? KeyThumbprint { get; init; }

    /// <summary>What the token may be used for, <c>scope</c>.</summary>
    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>When it was made, <c>iat</c>.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>From when on it is good, <c>nbf</c>.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>When it ends, <c>exp</c>.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The key it was signed by, <c>kid</c>.</summary>
    public required string KeyId { get; init; }

    /// <summary>Whether the token has a scope, compared character by character.</summary>
    /// <param name="scope">The scope.</param>
    public bool HasScope(string scope) => Scopes.Contains(scope, StringComparer.Ordinal);

    /// <summary>Lease, agent, task and audience, for logs.</summary>
    public override string ToString() => $"{Lease}: agent {Agent} of {Tenant} in {Task} at {Audience}";
}
