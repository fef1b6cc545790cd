using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The workload that acts, with the owner who answers for it. In policy it is the principal, of type <c>IntentAuthz::Agent</c>,
/// with the attributes <c>owner</c>, <c>tenant</c>, <c>attested</c>, <c>spiffe</c> where it is verified, and those the host adds; its groups are
/// parents of type <c>IntentAuthz::AgentGroup</c>. Immutable and safe for use by many threads.
/// </summary>
public sealed class AgentIdentity
{
    /// <summary>The attribute that only a verified identity has, whatever the host's entities say.</summary>
    internal const string SpiffeAttribute = "spiffe";

    private static readonly string[] s_reserved = ["owner", "tenant", "attested", SpiffeAttribute];

    private AgentIdentity(
        AgentId id, TenantId tenant, string owner, VerifiedWorkload? workload, IEnumerable<string>? groups, CedarRecord? attributes)
    {
        Id = new AgentId(id.Value);
        Tenant = new TenantId(tenant.Value);
        Owner = Identifier.Validate(owner, "owner");
        Workload = workload;
        Groups = [.. (groups ?? []).Select(static g => Identifier.Validate(g, "agent group")).Distinct(StringComparer.Ordinal)];
        Attributes = attributes ?? CedarRecord.Empty;
        Entity = MakeEntity();
    }

    /// <summary>The agent's name, unique in its tenant.</summary>
    public AgentId Id { get; }

    /// <summary>The tenant the agent works for.</summary>
    public TenantId Tenant { get; }

    /// <summary>Who answers for what the agent does: a person or a team, never empty.</summary>
    public string Owner { get; }

    /// <summary>Whether the identity was proved or only asserted by the host.</summary>
    public Attestation Attestation => Workload is null ? Attestation.HostAsserted : Attestation.Verified;

    /// <summary>What a verifier concluded about the workload; null when the host only asserts it.</summary>
    public VerifiedWorkload? Workload { get; }

    /// <summary>The groups the agent is in.</summary>
    public ImmutableArray<string> Groups { get; }

    /// <summary>What the host adds for policies to read as attributes of <c>principal</c>.</summary>
    public CedarRecord Attributes { get; }

    internal Entity Entity { get; }

    /// <summary>An identity that the host vouches for without proof; <c>principal.attested</c> is false.</summary>
    /// <param name="id">The agent's name.</param>
    /// <param name="tenant">Its tenant.</param>
    /// <param name="owner">Who answers for it.</param>
    /// <param name="groups">Groups it is in.</param>
    /// <param name="attributes">Further attributes for policies; the names <c>owner</c>, <c>tenant</c>, <c>attested</c> and <c>spiffe</c> are taken.</param>
    /// <exception cref="ArgumentException">A name is not valid or an attribute uses a name that is taken.</exception>
    public static AgentIdentity HostAsserted(
        AgentId id, TenantId tenant, string owner, IEnumerable<string>? groups = null, CedarRecord? attributes = null) =>
        new(id, tenant, owner, null, groups, attributes);

    /// <summary>
    /// An identity that a verifier proved: <c>principal.attested</c> is true and <c>principal.spiffe</c> is the SPIFFE ID. Which agent, tenant and
    /// owner a SPIFFE ID stands for is the host's to say, from its own records and never from the document's path unread.
    /// </summary>
    /// <param name="workload">What the verifier concluded. Once its document has expired, no task is opened with this identity.</param>
    /// <param name="id">The agent's name.</param>
    /// <param name="tenant">Its tenant.</param>
    /// <param name="owner">Who answers for it.</param>
    /// <param name="groups">Groups it is in.</param>
    /// <param name="attributes">Further attributes for policies; the names <c>owner</c>, <c>tenant</c>, <c>attested</c> and <c>spiffe</c> are taken.</param>
    /// <exception cref="ArgumentException">A name is not valid or an attribute uses a name that is taken.</exception>
    public static AgentIdentity Verified(
        VerifiedWorkload workload, AgentId id, TenantId tenant, string owner, IEnumerable<string>? groups = null, CedarRecord? attributes = null)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return new(id, tenant, owner, workload, groups, attributes);
    }

    /// <summary>Name, tenant and owner, for logs.</summary>
    public override string ToString() => $"agent {Id} of {Tenant}, owned by {Owner}";

    private Entity MakeEntity()
    {
        CedarRecord.Builder record = new();
        record.Add("owner", Owner);
        record.Add("tenant", Tenant.Value);
        record.Add("attested", Attestation == Attestation.Verified);
        if (Workload is { } workload)
        {
            record.Add(SpiffeAttribute, workload.Id.ToString());
        }

        foreach (string name in Attributes.Keys)
        {
            if (Array.IndexOf(s_reserved, name) >= 0)
            {
                throw new ArgumentException(
                    $"The agent attribute '{name}' is set by the library; give the host's attribute another name.", nameof(Attributes));
            }

            _ = Attributes.TryGetValue(name, out CedarValue? value);
            record.Add(name, value!);
        }

        return new Entity(
            new EntityUid(EntityTypes.Agent, Id.Value),
            record.Build(),
            Groups.Select(static g => new EntityUid(EntityTypes.AgentGroup, g)));
    }
}
