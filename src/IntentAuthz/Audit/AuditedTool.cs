namespace IntentAuthz;

/// <summary>What was called, or done. Immutable; one instance a tool.</summary>
/// <param name="Name">The tool's name, or null.</param>
/// <param name="Action">The action, or null.</param>
internal sealed record AuditedTool(string? Name, string? Action)
{
    internal static AuditedTool None { get; } = new(null, null);
}
