using IntentAuthz.Cedar.Json;
using IntentAuthz.Cedar.Schemas;

namespace IntentAuthz.Cedar;

/// <summary>
/// An immutable set of entities with their hierarchy computed in advance, so that <c>in</c> costs one look-up. Safe to share.
/// </summary>
public sealed class EntityStore : IEntityProvider
{
    private static readonly HashSet<EntityUid> NoAncestors = [];

    private readonly Dictionary<EntityUid, Node> _nodes;

    private EntityStore(Dictionary<EntityUid, Node> nodes) => _nodes = nodes;

    /// <summary>The store without entities.</summary>
    public static EntityStore Empty { get; } = new([]);

    /// <summary>Number of entities.</summary>
    public int Count => _nodes.Count;

    /// <summary>The entities, in no particular order.</summary>
    public IEnumerable<Entity> Entities => _nodes.Values.Select(node => node.Entity);

    private sealed class Node(Entity entity)
    {
        public Entity Entity { get; } = entity;

        public HashSet<EntityUid>? Ancestors { get; set; }
    }

    /// <summary>Creates a store.</summary>
    /// <param name="entities">The entities; each identity once.</param>
    /// <exception cref="ArgumentException">An identity occurs twice, the hierarchy has a cycle, or it has more than
    /// <see cref="CedarLimits.MaxAncestorPairs"/> pairs of entity and ancestor.</exception>
    public static EntityStore Create(IEnumerable<Entity> entities)
    {
        ArgumentNullException.ThrowIfNull(entities);
        return TryCreate(entities, out var error) ?? throw new ArgumentException(error, nameof(entities));
    }

    /// <summary>Creates a store, or says why not.</summary>
    internal static EntityStore? TryCreate(IEnumerable<Entity> entities, out string? error)
    {
        var nodes = new Dictionary<EntityUid, Node>();
        foreach (var entity in entities)
        {
            if (!nodes.TryAdd(entity.Uid, new(entity)))
            {
                error = $"The entity {CedarText.Shorten(entity.Uid.ToString())} occurs twice. Merge its attributes and parents into one.";
                return null;
            }
        }

        error = ComputeAncestors(nodes);
        return error is null ? new(nodes) : null;
    }

    /// <summary>Reads a store from JSON: an array of objects with <c>uid</c>, <c>attrs</c>, <c>parents</c> and, optionally, <c>tags</c>.</summary>
    /// <param name="json">The document.</param>
    /// <exception cref="CedarJsonException">The document is not well-formed, an entity is not, an identity occurs twice, the
    /// hierarchy has a cycle, or a limit of <see cref="CedarLimits"/> is exceeded.</exception>
    public static EntityStore ParseJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return JsonSource.Read(json, EntityJsonReader.ReadUntyped);
    }

    /// <inheritdoc cref="ParseJson(string)"/>
    /// <param name="utf8Json">The document in UTF-8.</param>
    public static EntityStore ParseJson(ReadOnlySpan<byte> utf8Json) => JsonSource.Read(utf8Json, EntityJsonReader.ReadUntyped);

    /// <summary>
    /// Reads a store from JSON, checks it against a schema and adds the schema's actions. What the schema says need not be
    /// repeated: an entity is <c>{"type": …, "id": …}</c>, an extension value its text.
    /// </summary>
    /// <param name="json">The document.</param>
    /// <param name="schema">The schema.</param>
    /// <exception cref="CedarJsonException">As for <see cref="ParseJson(string)"/>, or an entity does not conform to the schema.</exception>
    public static EntityStore ParseJson(string json, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(schema);
        return SchemaEntityReader.Read(json, schema);
    }

    /// <summary>The store as JSON that <see cref="ParseJson(string)"/> reads, ordered by identity: equal stores give equal text.</summary>
    /// <exception cref="InvalidOperationException">A record has an attribute named <c>__entity</c>, <c>__extn</c> or <c>__expr</c>,
    /// which the JSON form reserves.</exception>
    public string ToJson() => JsonOutput.Write(writer => EntityJsonWriter.Write(writer, Entities));

    /// <summary>Reads a store from JSON in which types that are known need no escapes.</summary>
    internal static EntityStore ParseJson(string json, Func<string, EntityShape?> shapeOf) =>
        JsonSource.Read(json, new EntityJsonReader(shapeOf).Read);

    /// <inheritdoc/>
    public Entity? Find(EntityUid uid) => _nodes.TryGetValue(uid, out var node) ? node.Entity : null;

    /// <summary>
    /// Whether an entity is below another in the hierarchy, over any number of parents. The relation is not reflexive here: the
    /// evaluation itself knows that every entity is <c>in</c> itself.
    /// </summary>
    /// <param name="descendant">The entity below. One that does not exist is below nothing.</param>
    /// <param name="ancestor">The entity above; it need not exist.</param>
    public bool IsDescendantOf(EntityUid descendant, EntityUid ancestor) =>
        _nodes.TryGetValue(descendant, out var node) && node.Ancestors!.Contains(ancestor);

    /// <summary>Everything that an entity of this store is below.</summary>
    internal HashSet<EntityUid> AncestorsOf(EntityUid uid) => _nodes.TryGetValue(uid, out var node) ? node.Ancestors! : NoAncestors;

    // Depth first with a stack of its own: the depth of the hierarchy is the input's to choose.
    private static string? ComputeAncestors(Dictionary<EntityUid, Node> nodes)
    {
        var pairs = 0L;
        var path = new Stack<(Node Node, int NextParent)>();
        var onPath = new HashSet<EntityUid>();
        foreach (var root in nodes.Values)
        {
            if (root.Ancestors is not null)
            {
                continue;
            }

            path.Push((root, 0));
            onPath.Add(root.Entity.Uid);
            while (path.TryPop(out var top))
            {
                var parents = top.Node.Entity.ParentArray;
                if (top.NextParent < parents.Length)
                {
                    path.Push((top.Node, top.NextParent + 1));
                    if (nodes.TryGetValue(parents[top.NextParent], out var parent) && parent.Ancestors is null)
                    {
                        if (!onPath.Add(parent.Entity.Uid))
                        {
                            return $"The hierarchy has a cycle through {CedarText.Shorten(parent.Entity.Uid.ToString())}. An entity cannot be its own ancestor.";
                        }

                        path.Push((parent, 0));
                    }

                    continue;
                }

                onPath.Remove(top.Node.Entity.Uid);
                top.Node.Ancestors = Union(nodes, top.Node.Entity);
                pairs += top.Node.Ancestors.Count;
                if (pairs > CedarLimits.MaxAncestorPairs)
                {
                    return $"The hierarchy has more than {CedarLimits.MaxAncestorPairs} pairs of entity and ancestor. Give entities fewer or shallower groups.";
                }
            }
        }

        return null;
    }

    private static HashSet<EntityUid> Union(Dictionary<EntityUid, Node> nodes, Entity entity)
    {
        var parents = entity.ParentArray;
        if (parents.IsEmpty)
        {
            return NoAncestors;
        }

        var ancestors = new HashSet<EntityUid>(parents.Length);
        foreach (var parent in parents)
        {
            ancestors.Add(parent);
            if (nodes.TryGetValue(parent, out var node))
            {
                ancestors.UnionWith(node.Ancestors!);
            }
        }

        return ancestors;
    }
}
