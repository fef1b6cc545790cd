using IntentAuthz.Cedar.Schemas;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Checks that an entity is as the schema says: type, id, attributes, tags and what it is below.</summary>
internal static class EntityCheck
{
    /// <summary>Checks one entity.</summary>
    /// <param name="entity">The entity.</param>
    /// <param name="ancestors">What it is below, over any number of parents, as far as that is known.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Check(Entity entity, IEnumerable<EntityUid> ancestors, SchemaContent schema, List<ValidationFinding> findings)
    {
        var name = $"`{CedarText.Shorten(entity.Uid.ToString())}`";
        if (SchemaNames.IsActionType(entity.Uid.Type))
        {
            CheckAction(entity, ancestors, schema, findings, name);
            return;
        }

        if (!schema.EntityTypes.TryGetValue(entity.Uid.Type, out var type))
        {
            findings.Add(new(FindingCodes.UnknownEntityType, $"{name} is of a type that is not declared", Help: Spelling.Suggest(entity.Uid.Type, schema.EntityTypes.Keys.Take(5_000))));
            return;
        }

        var values = new ValueCheck(schema, findings);
        values.CheckEntity(entity.Uid, name);
        values.Check(entity.Attributes, type.Attributes, name);
        foreach (var ancestor in ancestors)
        {
            values.CheckEntity(ancestor, $"a parent of {name}");
            if (!type.Ancestors.Contains(ancestor.Type))
            {
                findings.Add(new(FindingCodes.InvalidAncestor, $"{name} is below `{CedarText.Shorten(ancestor.ToString())}`, which its type does not allow",
                    Help: type.Ancestors.Count == 0 ? $"`{type.Name}` has no parents" : $"it can be below {string.Join(", ", type.Ancestors.Order(StringComparer.Ordinal).Take(10).Select(allowed => $"`{allowed}`"))}"));
            }
        }

        foreach (var (tag, value) in entity.Tags)
        {
            if (type.Tags is null)
            {
                findings.Add(new(FindingCodes.UnexpectedTag, $"{name} has the tag `{CedarText.Shorten(tag)}`, but its type has no tags"));
            }
            else
            {
                values.Check(value, type.Tags, $"the tag `{CedarText.Shorten(tag)}` of {name}");
            }
        }
    }

    // The schema alone says what an action is; an entity may repeat that, not change it. Which of its groups are direct
    // parents does not matter, only what it is in.
    private static void CheckAction(Entity entity, IEnumerable<EntityUid> ancestors, SchemaContent schema, List<ValidationFinding> findings, string name)
    {
        if (!schema.Actions.TryGetValue(entity.Uid, out var action))
        {
            findings.Add(new(FindingCodes.UnknownAction, $"the action {name} is not declared"));
            return;
        }

        if (entity.Attributes.Count > 0 || entity.Tags.Count > 0 || !action.Ancestors.SetEquals(ancestors))
        {
            findings.Add(new(FindingCodes.ActionMismatch, $"the action {name} is not as the schema declares it", Help: "leave it out: the schema adds its actions itself"));
        }
    }
}
