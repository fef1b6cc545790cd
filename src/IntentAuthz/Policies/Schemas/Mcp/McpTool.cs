using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>One tool of an MCP tool list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Input">What it takes.</param>
/// <param name="Output">What it gives, as far as it says.</param>
/// <param name="Definitions">The types that both may refer to.</param>
internal sealed record McpTool(string Name, McpParameters Input, McpParameters Output, ImmutableArray<McpProperty> Definitions);
