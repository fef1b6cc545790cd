using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>The type of a property of an MCP tool.</summary>
/// <param name="Kind">Which kind it is.</param>
internal sealed record McpType(McpKind Kind)
{
    /// <summary>The strings of an enumeration.</summary>
    internal ImmutableArray<string> Variants { get; init; } = [];

    /// <summary>The element of an array; the places of a tuple; the alternatives of a union.</summary>
    internal ImmutableArray<McpType> Parts { get; init; } = [];

    /// <summary>The members of an object.</summary>
    internal ImmutableArray<McpProperty> Properties { get; init; } = [];

    /// <summary>What an object's further members are, or null where it has none.</summary>
    internal McpType? Additional { get; init; }

    /// <summary>The name of the definition that is referred to.</summary>
    internal string Name { get; init; } = "";

    /// <summary>Whether both say the same; records compare their lists by reference.</summary>
    internal bool IsSameAs(McpType other) =>
        Kind == other.Kind && Name == other.Name && Variants.AsSpan().SequenceEqual(other.Variants.AsSpan())
        && Parts.Length == other.Parts.Length && Parts.Zip(other.Parts).All(static p => p.First.IsSameAs(p.Second))
        && Properties.Length == other.Properties.Length
        && Properties.Zip(other.Properties).All(static p => p.First.Name == p.Second.Name && p.First.IsRequired == p.Second.IsRequired && p.First.Type.IsSameAs(p.Second.Type))
        && (Additional is null ? other.Additional is null : other.Additional is not null && Additional.IsSameAs(other.Additional));
}
