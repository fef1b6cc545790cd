using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What an MCP tool takes, or gives.</summary>
/// <param name="Properties">The parameters.</param>
/// <param name="Definitions">The types they may refer to.</param>
internal sealed record McpParameters(ImmutableArray<McpProperty> Properties, ImmutableArray<McpProperty> Definitions)
{
    internal static McpParameters None { get; } = new([], []);
}
