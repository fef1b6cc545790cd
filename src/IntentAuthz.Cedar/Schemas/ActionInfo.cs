using System.Collections.Immutable;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Schemas;

/// <summary>What a schema says of one action, every name resolved. Immutable.</summary>
internal sealed class ActionInfo(
    EntityUid uid,
    ImmutableArray<string> principals,
    ImmutableArray<string> resources,
    RecordType context,
    ImmutableArray<EntityUid> groups,
    IReadOnlySet<EntityUid> ancestors,
    IReadOnlySet<EntityUid> descendants)
{
    public EntityUid Uid { get; } = uid;

    /// <summary>The principal types it applies to, each once, in the order of the schema.</summary>
    public ImmutableArray<string> Principals { get; } = principals;

    /// <summary>The resource types it applies to, each once, in the order of the schema.</summary>
    public ImmutableArray<string> Resources { get; } = resources;

    public RecordType Context { get; } = context;

    /// <summary>The action groups it is directly in.</summary>
    public ImmutableArray<EntityUid> Groups { get; } = groups;

    public IReadOnlySet<EntityUid> Ancestors { get; } = ancestors;

    public IReadOnlySet<EntityUid> Descendants { get; } = descendants;
}
