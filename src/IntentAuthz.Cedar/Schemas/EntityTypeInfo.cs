using System.Collections.Frozen;
using System.Collections.Immutable;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Schemas;

/// <summary>What a schema says of one entity type, every name resolved. Immutable.</summary>
internal sealed class EntityTypeInfo(
    string name,
    RecordType attributes,
    CedarType? tags,
    ImmutableArray<string> enumIds,
    IReadOnlySet<string> ancestors,
    IReadOnlySet<string> descendants)
{
    private readonly FrozenSet<string>? _enumIds = enumIds.IsDefault ? null : enumIds.ToFrozenSet(StringComparer.Ordinal);

    public string Name { get; } = name;

    public RecordType Attributes { get; } = attributes;

    /// <summary>The type of every tag, or null where the type has no tags.</summary>
    public CedarType? Tags { get; } = tags;

    public bool IsEnum => _enumIds is not null;

    /// <summary>The ids of an enumeration in the order of the schema, else <c>default</c>.</summary>
    public ImmutableArray<string> EnumIds { get; } = enumIds;

    /// <summary>The types an entity of this type may be below. Holds the type itself only where the schema says so.</summary>
    public IReadOnlySet<string> Ancestors { get; } = ancestors;

    /// <summary>The types whose entities may be below one of this type.</summary>
    public IReadOnlySet<string> Descendants { get; } = descendants;

    public bool Allows(string id) => _enumIds is null || _enumIds.Contains(id);
}
