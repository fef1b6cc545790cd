using System.Text.Json;

namespace IntentAuthz.Cedar.Json;

/// <summary>Reads an array of entities: <c>{"uid": …, "attrs": {…}, "parents": […], "tags": {…}}</c>, the tags optional.</summary>
internal sealed class EntityJsonReader(Func<string, EntityShape?> shapeOf)
{
    /// <summary>Reads entities of which nothing is known: entity references and extension values in attributes need their escapes.</summary>
    public static EntityStore ReadUntyped(JsonSource source, JsonElement element) => new EntityJsonReader(static _ => null).Read(source, element);

    public EntityStore Read(JsonSource source, JsonElement element)
    {
        var entities = source.Items(element, "an array of entities", ReadEntity);
        return EntityStore.TryCreate(entities, out var error) ?? throw source.Error(error!);
    }

    private Entity ReadEntity(JsonSource source, JsonElement element)
    {
        var fields = source.Fields(element, "an entity", ["uid", "attrs", "parents", "tags"], required: 3);

        // The shapes of the rest follow from the type, wherever in the object the uid stands.
        var uid = source.At("uid", fields[0]!.Value, ValueJsonReader.ReadReference);
        var shape = shapeOf(uid.Type);
        return new(
            uid,
            source.At("attrs", fields[1]!.Value, (s, e) => ValueJsonReader.ReadRecord(s, e, shape?.Attributes)),
            source.At("parents", fields[2]!.Value, static (s, e) => s.Items(e, "an array of entity references", ValueJsonReader.ReadReference)),
            fields[3] is { } tags ? source.At("tags", tags, (s, e) => ValueJsonReader.ReadTags(s, e, shape?.Tag)) : null);
    }
}
