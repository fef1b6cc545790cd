namespace IntentAuthz;

/// <summary>How bad an incident is. Ordered.</summary>
public enum IncidentSeverity
{
    /// <summary>To be looked at some time.</summary>
    Low,

    /// <summary>To be looked at today.</summary>
    Medium,

    /// <summary>To be looked at now.</summary>
    High,

    /// <summary>Somebody is woken up.</summary>
    Critical,
}
