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

    /// <summary>How long it lives at most.</summary>
    public TimeSpan Lifetime { get; }
}
