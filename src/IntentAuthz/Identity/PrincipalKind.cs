namespace IntentAuthz;

/// <summary>What kind of principal performs an administrative action such as opening a task or approving a call.</summary>
public enum PrincipalKind
{
    /// <summary>A human being, as <c>IntentAuthz::Person</c> in policy.</summary>
    Person,

    /// <summary>A service of the host, as <c>IntentAuthz::Service</c> in policy.</summary>
    Service,

    /// <summary>An agent, as <c>IntentAuthz::Agent</c> in policy. Agents may open sub-tasks only.</summary>
    Agent,
}
