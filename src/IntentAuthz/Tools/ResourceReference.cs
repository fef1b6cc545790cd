using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>One resource that a call touches, as the host's own entity. Immutable.</summary>
public sealed class ResourceReference
{
    /// <summary>Names the resource and, where policies need them, its attributes and the folders it lies in.</summary>
    /// <param name="uid">The resource, such as <c>Invoice::"2041"</c>.</param>
    /// <param name="attributes">What policies may read as attributes of <c>resource</c>.</param>
    /// <param name="parents">What the resource is in.</param>
    public ResourceReference(EntityUid uid, CedarRecord? attributes = null, IEnumerable<EntityUid>? parents = null)
    {
        Uid = uid;
        Attributes = attributes ?? CedarRecord.Empty;
        Parents = parents is null ? [] : [.. parents];
    }

    /// <summary>Type and id of the resource.</summary>
    public EntityUid Uid { get; }

    /// <summary>Attributes of the resource.</summary>
    public CedarRecord Attributes { get; }

    /// <summary>Direct parents of the resource.</summary>
    public ImmutableArray<EntityUid> Parents { get; }
}
