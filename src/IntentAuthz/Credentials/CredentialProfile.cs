using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// What the host declares of a credential that policies name by <c>@credential("…")</c>: who makes it, for which one target service,
/// with which scopes, and for how long at most. Immutable.
/// </summary>
public sealed class CredentialProfile
{
    /// <summary>The longest life a profile may give: one hour.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(1);

    /// <summary>The longest a credential may live with all its renewals: one day.</summary>
    public static readonly TimeSpan MaxRenewal = TimeSpan.FromDays(1);

    /// <summary>Declares a profile.</summary>
    /// <param name="name">The name policies use, such as <c>payments:write</c>.</param>
    /// <param name="issuer">The <see cref="ICredentialIssuer.Name"/> of who makes it.</param>
    /// <param name="audience">The one target service it is good for.</param>
    /// <param name="scopes">The least scopes that do the job; at least one.</param>
    /// <param name="lifetime">How long it lives at most, one second to <see cref="MaxLifetime"/>; a task that ends sooner ends it sooner.</param>
    /// <exception cref="ArgumentException">A name is not valid, no scope is given, or the lifetime is out of range.</exception>
    public CredentialProfile(string name, string issuer, string audience, IEnumerable<string> scopes, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        Name = Identifier.Validate(name, "credential profile");
        Issuer = Identifier.Validate(issuer, "issuer name");
        Audience = Identifier.Validate(audience, "audience");
        Scopes = [.. scopes.Select(static s => Identifier.Validate(s, "scope")).Distinct(StringComparer.Ordinal)];
        if (Scopes.IsEmpty)
        {
            throw new ArgumentException($"The credential profile '{name}' names no scope; give it the least that does the job.", nameof(scopes));
        }

        if (lifetime < TimeSpan.FromSeconds(1) || lifetime > MaxLifetime)
        {
            throw new ArgumentException($"The credential profile '{name}' must live between one second and {MaxLifetime}.", nameof(lifetime));
        }

        Lifetime = lifetime;
    }

    /// <summary>The name policies use.</summary>
    public string Name { get; }

    /// <summary>Who makes it.</summary>
    public string Issuer { get; }

    /// <summary>The one target service.</summary>
    public string Audience { get; }

    /// <summary>The scopes.</summary>
    public ImmutableArray<string> Scopes { get; }

    /// <summary>How long it lives at most, unless it is renewed.</summary>
    public TimeSpan Lifetime { get; }

    /// <summary>
    /// Whether every call gets a lease of its own, which ends with the call. False to let the calls of one task share one as long as it lives
    /// and nothing is revoked; a call that a person approved always has its own.
    /// </summary>
    public bool IsPerCall { get; init; }

    /// <summary>
    /// How long it may live in all when it is renewed while calls use it, at most <see cref="MaxRenewal"/>; null to never renew it. Each renewal
    /// is for <see cref="Lifetime"/>, and an <see cref="IRenewingIssuer"/> makes it; other issuers make another credential instead.
    /// </summary>
    /// <exception cref="ArgumentException">The value is shorter than <see cref="Lifetime"/> or too long.</exception>
    public TimeSpan? RenewableFor
    {
        get;
        init => field = value is null || (value >= Lifetime && value <= MaxRenewal)
            ? value
            : throw new ArgumentException($"The credential profile '{Name}' is renewable for between its lifetime and {MaxRenewal}.", nameof(value));
    }

    /// <summary>
    /// Where the target service is reached over HTTP: scheme, host and port, which are all that counts of it. Handlers put the credential on
    /// requests to exactly that origin. Null when it is not used over HTTP.
    /// </summary>
    /// <exception cref="ArgumentException">The address is not absolute, is plain HTTP to another machine, or names a user.</exception>
    public Uri? Endpoint
    {
        get;
        init => field = value is null || (value.IsAbsoluteUri && value.UserInfo.Length == 0
                && (value.Scheme == Uri.UriSchemeHttps || (value.Scheme == Uri.UriSchemeHttp && value.IsLoopback)))
            ? value
            : throw new ArgumentException($"The endpoint of the credential profile '{Name}' must be an absolute https address without a user; plain http is for loopback only.", nameof(value));
    }
}
