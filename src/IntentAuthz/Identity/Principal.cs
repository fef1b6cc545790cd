using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// A named principal that opens, approves, revokes or reloads: the one whom policy authorises for it and whom the audit names.
/// The host has authenticated it before it is made. Immutable and safe for use by many threads.
/// </summary>
public sealed class Principal : IEquatable<Principal>
{
    private Principal(PrincipalKind kind, string id, TenantId tenant, IEnumerable<string> roles, bool isAsserted = false)
    {
        IsAsserted = isAsserted;
        Kind = kind;
        Id = Identifier.Validate(id, "principal id");
        Tenant = new TenantId(tenant.Value);
        Roles = [.. roles.Select(static r => Identifier.Validate(r, "role")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether this is a person, a service or an agent.</summary>
    public PrincipalKind Kind { get; }

    /// <summary>The principal's name, unique within its tenant and kind.</summary>
    public string Id { get; }

    /// <summary>The tenant the principal belongs to. It can do nothing in another one.</summary>
    public TenantId Tenant { get; }

    /// <summary>The roles the host vouches for, sorted. In policy they are parents of type <c>IntentAuthz::Role</c>.</summary>
    public ImmutableArray<string> Roles { get; }

    /// <summary>A human being whom the host has authenticated.</summary>
    /// <param name="id">The person's name in the host's directory.</param>
    /// <param name="tenant">The person's tenant.</param>
    /// <param name="roles">The roles the host vouches for.</param>
    public static Principal Person(string id, TenantId tenant, params ReadOnlySpan<string> roles) =>
        new(PrincipalKind.Person, id, tenant, roles.ToArray());

    /// <summary>A service of the host, such as a scheduler that opens tasks.</summary>
    /// <param name="id">The service's name.</param>
    /// <param name="tenant">The service's tenant.</param>
    /// <param name="roles">The roles the host vouches for.</param>
    public static Principal Service(string id, TenantId tenant, params ReadOnlySpan<string> roles) =>
        new(PrincipalKind.Service, id, tenant, roles.ToArray());

    /// <summary>Takes what a store has written down of a principal. It authenticates nobody: for records of who did something.</summary>
    /// <param name="kind">What kind.</param>
    /// <param name="id">Its name.</param>
    /// <param name="tenant">Its tenant.</param>
    /// <param name="roles">The roles it had.</param>
    /// <exception cref="ArgumentException">The members do not make a principal.</exception>
    public static Principal FromStore(PrincipalKind kind, string id, TenantId tenant, params ReadOnlySpan<string> roles) =>
        Enum.IsDefined(kind) ? new(kind, id, tenant, roles.ToArray()) : throw new ArgumentException($"{kind} is no kind of principal.", nameof(kind));

    /// <summary>A person who is only named, with roles that are only named, by somebody who holds the operator key: nobody has authenticated them.</summary>
    internal static Principal AssertedPerson(string id, TenantId tenant, IEnumerable<string> roles) => new(PrincipalKind.Person, id, tenant, roles, isAsserted: true);

    internal static Principal OfAgent(AgentIdentity agent) => new(PrincipalKind.Agent, agent.Id.Value, agent.Tenant, []);

    /// <summary>Whether name and roles are what somebody has typed. Policy sees it where it decides whether to reopen an incident, and the audit says it.</summary>
    internal bool IsAsserted { get; }

    internal EntityUid Uid => new(Kind switch
    {
        PrincipalKind.Person => EntityTypes.Person,
        PrincipalKind.Service => EntityTypes.Service,
        _ => EntityTypes.Agent,
    }, Id);

    /// <inheritdoc/>
    public bool Equals(Principal? other) =>
        other is not null && Kind == other.Kind && Tenant == other.Tenant && string.Equals(Id, other.Id, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Principal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Tenant, Id);

    /// <summary>Kind and name, such as <c>person alice</c>; of one who is only named, <c>person alice (asserted)</c>.</summary>
    public override string ToString() => Kind switch
    {
        PrincipalKind.Person when IsAsserted => $"person {Id} (asserted)",
        PrincipalKind.Person => $"person {Id}",
        PrincipalKind.Service => $"service {Id}",
        _ => $"agent {Id}",
    };
}
