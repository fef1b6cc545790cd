using IntentAuthz.Cedar.Schemas;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Which entity types may be below which, actions included.</summary>
internal sealed class TypeHierarchy
{
    private readonly SchemaContent _schema;
    private readonly HashSet<(string Below, string Above)> _actionTypes = [];

    public TypeHierarchy(SchemaContent schema)
    {
        _schema = schema;
        // Groups of actions may lie in another namespace, and then are of another type.
        foreach (var action in schema.Actions.Values)
        {
            foreach (var ancestor in action.Ancestors)
            {
                _actionTypes.Add((action.Uid.Type, ancestor.Type));
            }
        }
    }

    /// <summary>Whether an entity of one type may be <c>in</c> one of the other; every entity is in itself.</summary>
    public bool MayBeBelow(string below, string above) =>
        below == above
        || (_schema.EntityTypes.TryGetValue(above, out var type) && type.Descendants.Contains(below))
        || _actionTypes.Contains((below, above));
}
