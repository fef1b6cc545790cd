using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// On whose behalf a task runs: the chain user → agent → sub-agent (RFC 8693, section 4.1, <c>act</c>). Each link can only narrow:
/// the chain grants nothing, and revoking one link stops every task below it. Immutable and safe for use by many threads.
/// </summary>
public sealed class Delegation
{
    private Delegation(Principal? user, DateTimeOffset? until, ImmutableArray<DelegationLink> links)
    {
        User = user;
        Until = until;
        Links = links;
    }

    /// <summary>The chain of an agent that acts on nobody's behalf but its owner's, such as a scheduled job.</summary>
    public static Delegation None { get; } = new(null, null, []);

    /// <summary>Whom the chain begins with, or null when it begins with an agent.</summary>
    public Principal? User { get; }

    /// <summary>When the delegation ends, in wall-clock time; null when it ends with its tasks. No task under it lives longer.</summary>
    public DateTimeOffset? Until { get; }

    /// <summary>The links from the user's to the newest, oldest first.</summary>
    public ImmutableArray<DelegationLink> Links { get; }

    /// <summary>A chain that begins with a user, whom the host has authenticated.</summary>
    /// <param name="user">A person or service.</param>
    /// <param name="until">When it ends, such as the end of the user's session; null when nothing but its tasks ends it.</param>
    /// <exception cref="ArgumentException">The principal is an agent: agents are added by opening tasks.</exception>
    public static Delegation OnBehalfOf(Principal user, DateTimeOffset? until = null)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.Kind == PrincipalKind.Agent)
        {
            throw new ArgumentException("A delegation begins with a person or a service; an agent joins it when a task is opened for it.", nameof(user));
        }

        return new Delegation(user, until?.ToUniversalTime(), []);
    }

    /// <summary>Whether a principal is anywhere in the chain.</summary>
    /// <param name="principal">The principal to look for.</param>
    public bool Includes(Principal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (principal.Equals(User))
        {
            return true;
        }

        return principal.Kind == PrincipalKind.Agent
            && Links.Any(l => l.Agent.Value == principal.Id);
    }

    internal Delegation Then(AgentIdentity agent) => Then(agent, DelegationLinkId.New());

    /// <summary>With a link that has been there before.</summary>
    internal Delegation Then(AgentIdentity agent, DelegationLinkId link) => new(User, Until, Links.Add(new DelegationLink(link, agent.Id)));
}
