using IntentAuthz.Cedar.Json;

namespace IntentAuthz.Cedar.Schemas;

/// <summary>Reads entities by a schema: it tells how values are written, what entities must look like, and which actions there are.</summary>
internal static class SchemaEntityReader
{
    public static EntityStore Read(string json, Schema schema)
    {
        var shapes = new TypeShapes();
        var known = new Dictionary<string, EntityShape?>(StringComparer.Ordinal);
        var store = EntityStore.ParseJson(json, ShapeOf);
        if (schema.ValidateEntities(store) is { Count: > 0 } findings)
        {
            throw new CedarJsonException("$", string.Join("; ", findings.Take(10)));
        }

        // An action in the document was found equal to that of the schema.
        var entities = store.Entities.Where(entity => !SchemaNames.IsActionType(entity.Uid.Type)).Concat(schema.ActionEntities());
        return EntityStore.TryCreate(entities, out var error) ?? throw new CedarJsonException("$", error!);

        EntityShape? ShapeOf(string type)
        {
            if (!known.TryGetValue(type, out var shape))
            {
                shape = schema.Content.EntityTypes.TryGetValue(type, out var info) ? shapes.Of(info) : null;
                known.Add(type, shape);
            }

            return shape;
        }
    }
}
