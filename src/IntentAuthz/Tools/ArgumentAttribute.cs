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

    /// <summary>Whether policy sees the JSON text of the value.</summary>
    public bool MapToString { get; set; }
}
