using System.Collections.Immutable;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a service demands of a token at one operation. Immutable; make one an operation and keep it.</summary>
public sealed class TokenExpectation
{
    /// <summary>Says where a token must be good, and for what.</summary>
    /// <param name="audience">This service's name, as credential profiles have it. From configuration, never from the request.</param>
    /// <param name="requiredScopes">The scopes that the operation needs, all of them; none when any token for this service will do.</param>
    /// <exception cref="ArgumentException">The audience is empty, or a required scope is no scope.</exception>
    public TokenExpectation(string audience, params IEnumerable<string> requiredScopes)
    {
        ArgumentException.ThrowIfNullOrEmpty(audience);
        ArgumentNullException.ThrowIfNull(requiredScopes);
        Audience = audience;
        RequiredScopes = [.. requiredScopes];
        foreach (string scope in RequiredScopes)
        {
            if (!JwtFormat.IsScope(scope))
            {
                throw new ArgumentException("A required scope is one word of visible ASCII; give several as several.", nameof(requiredScopes));
            }
        }
    }

    /// <summary>This service.</summary>
    public string Audience { get; }

    /// <summary>The scopes that are needed.</summary>
    public ImmutableArray<string> RequiredScopes { get; }

    /// <summary>The one tenant served here; null for any.</summary>
    public TenantId? Tenant { get; init; }

    /// <summary>The one agent that may act here; null for any. Agents are unique within a tenant only: name that too.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>The one task that what is asked for belongs to; null for any.</summary>
    public TaskId? Task { get; init; }

    /// <summary>Whether a token is good for one request only. The guard's host gives each approved call a token of its own, and each task's calls a shared one.</summary>
    public bool OneTime { get; init; }
}
