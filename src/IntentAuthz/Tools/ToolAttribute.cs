namespace IntentAuthz;

/// <summary>Declares a method to be a tool; <see cref="ToolDescriptor.FromMethod(Delegate)"/> reads it. The same as the fluent form.</summary>
/// <param name="name">The tool's name in the catalogue. Under Semantic Kernel it is <c>plugin.function</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolAttribute(string name) : Attribute
{
    /// <summary>The tool's name.</summary>
    public string Name { get; } = name;

    /// <summary>The Cedar action; the tool's name when not set.</summary>
    public string? Action { get; set; }

    /// <summary>The action groups the action is in.</summary>
    public string[] ActionGroups { get; set; } = [];

    /// <summary>The risk class.</summary>
    public RiskClass Risk { get; set; } = RiskClass.Medium;

    /// <summary>How far results may be trusted.</summary>
    public Integrity ResultIntegrity { get; set; } = Integrity.Untrusted;

    /// <summary>How widely results may be shown.</summary>
    public Confidentiality ResultConfidentiality { get; set; } = Confidentiality.Restricted;

    /// <summary>The credential profile a call needs, or null.</summary>
    public string? Credential { get; set; }

    /// <summary>The containment profile a call needs, or null.</summary>
    public string? Containment { get; set; }

    /// <summary>Whether calling twice with the same arguments does no more than calling once.</summary>
    public bool Idempotent { get; set; }
}
