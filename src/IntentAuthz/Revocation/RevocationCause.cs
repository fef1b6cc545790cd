namespace IntentAuthz;

/// <summary>What brought a revocation about.</summary>
public enum RevocationCause
{
    /// <summary>A person or service whom policy authorised.</summary>
    Person,

    /// <summary>The holder of the operator key.</summary>
    OperatorKey,

    /// <summary>A signal that a detector raised.</summary>
    Signal,

    /// <summary>New policies would not have opened the task.</summary>
    PolicyChange,
}
