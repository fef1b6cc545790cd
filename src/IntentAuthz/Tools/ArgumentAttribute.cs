namespace IntentAuthz;

/// <summary>Declares the role of a tool method's parameter.</summary>
/// <param name="role">What a wrong value would change.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ArgumentAttribute(ArgumentRole role) : Attribute
{
    /// <summary>The role.</summary>
    public ArgumentRole Role { get; } = role;

    /// <summary>The Cedar entity type, when this argument's value is the id of the resource that the call touches.</summary>
    public string? ResourceType { get; set; }

    /// <summary>The most characters of the value that audit records show, 1 to 4,096; 0 for none, as it is without this.</summary>
    public int ShowInAudit { get; set; }

    /// <summary>Whether policy sees the JSON text of the value.</summary>
    public bool MapToString { get; set; }
}
