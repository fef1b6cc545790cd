namespace IntentAuthz;

/// <summary>One parameter of an MCP tool, or one member of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsRequired">Whether it must be there.</param>
internal readonly record struct McpProperty(string Name, McpType Type, bool IsRequired);
