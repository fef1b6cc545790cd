namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>What the database knows of a lease, and a row filter can compare a column to.</summary>
public enum LeaseValue
{
    /// <summary>The tenant's id.</summary>
    Tenant,

    /// <summary>The id of the person at the root of the delegation. A lease without one is refused.</summary>
    User,

    /// <summary>The id of the agent that acts.</summary>
    Agent,

    /// <summary>The task's id.</summary>
    Task,
}
