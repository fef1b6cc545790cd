namespace IntentAuthz;

/// <summary>One step of a delegation: the agent that was entrusted. It can be revoked by its <see cref="Id"/>.</summary>
/// <param name="Id">The link's own identifier.</param>
/// <param name="Agent">The agent that acts from this link on.</param>
public readonly record struct DelegationLink(DelegationLinkId Id, AgentId Agent);
