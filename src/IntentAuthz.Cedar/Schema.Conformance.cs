using IntentAuthz.Cedar.Json;
using IntentAuthz.Cedar.Schemas;
using IntentAuthz.Cedar.Validation;

namespace IntentAuthz.Cedar;

/// <summary>Whether requests and entities are as the schema says.</summary>
public sealed partial class Schema
{
    private TypeHierarchy? _hierarchy;

    // Made by the first use; a second one made at the same time is equal, and one of them is kept.
    internal TypeHierarchy Hierarchy => _hierarchy ??= new(Content);

    /// <summary>Checks a request: whether the action is declared and applies to the types of principal and resource, and whether the context is what the action takes.</summary>
    /// <param name="request">The request.</param>
    /// <returns>What is wrong; empty for a request that conforms.</returns>
    public IReadOnlyList<ValidationFinding> ValidateRequest(CedarRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RequestCheck.Check(request, Content);
    }

    /// <summary>
    /// Checks one entity by itself: type, id, attributes, tags, and the types of its direct parents. What it is below through them
    /// is seen by <see cref="ValidateEntities"/> only.
    /// </summary>
    /// <param name="entity">The entity.</param>
    /// <returns>What is wrong; empty for an entity that conforms.</returns>
    public IReadOnlyList<ValidationFinding> ValidateEntity(Entity entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        var findings = new List<ValidationFinding>();
        EntityCheck.Check(entity, Content.Actions.ContainsKey(entity.Uid) ? WithGroups(entity.Parents) : entity.Parents, Content, findings);
        return findings;

        // What an action is in through its groups is known without their entities.
        IEnumerable<EntityUid> WithGroups(IEnumerable<EntityUid> groups) =>
            groups.Concat(groups.SelectMany(group => Content.Actions.TryGetValue(group, out var info) ? info.Ancestors : Enumerable.Empty<EntityUid>()));
    }

    /// <summary>Checks all entities of a store, with everything they are below.</summary>
    /// <param name="entities">The entities.</param>
    /// <returns>What is wrong, at most <see cref="CedarLimits.MaxDiagnostics"/> and those of one entity more; empty if all conform.</returns>
    public IReadOnlyList<ValidationFinding> ValidateEntities(EntityStore entities)
    {
        ArgumentNullException.ThrowIfNull(entities);
        var findings = new List<ValidationFinding>();
        foreach (var entity in entities.Entities)
        {
            EntityCheck.Check(entity, entities.AncestorsOf(entity.Uid), Content, findings);
            if (findings.Count >= CedarLimits.MaxDiagnostics)
            {
                break;
            }
        }

        return findings;
    }

    /// <summary>
    /// Reads the context of an action from JSON. What the schema says of it need not be repeated: an entity is
    /// <c>{"type": …, "id": …}</c>, an extension value its text.
    /// </summary>
    /// <param name="json">The document: one object.</param>
    /// <param name="action">The action; for one that is not declared, nothing is known of its context.</param>
    /// <exception cref="CedarJsonException">The document cannot be read. Whether it conforms is said by <see cref="ValidateRequest"/>.</exception>
    public CedarRecord ParseContextJson(string json, EntityUid action)
    {
        ArgumentNullException.ThrowIfNull(json);
        var shape = Content.Actions.TryGetValue(action, out var info) ? TypeShapes.Of(info.Context) : null;
        return JsonSource.Read(json, (source, element) => ValueJsonReader.ReadRecord(source, element, shape));
    }
}
