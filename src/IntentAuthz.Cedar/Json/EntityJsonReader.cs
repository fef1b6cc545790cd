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
        JsonElement? uidElement = null;
        JsonElement? attributes = null;
        JsonElement? parents = null;
        JsonElement? tags = null;
        foreach (var (name, value) in source.Properties(element, "an entity"))
        {
            switch (name)
            {
                case "uid":
                    uidElement = value;
                    break;
                case "attrs":
                    attributes = value;
                    break;
                case "parents":
                    parents = value;
                    break;
                case "tags":
                    tags = value;
                    break;
                default:
                    throw source.Error($"`{CedarText.Shorten(name)}` is not part of an entity; expected `uid`, `attrs`, `parents` or `tags`");
            }
        }

        if (uidElement is null || attributes is null || parents is null)
        {
            throw source.Error("an entity needs `uid`, `attrs` and `parents`");
        }

        // The shapes of the rest follow from the type, wherever in the object the uid stands.
        var uid = source.At("uid", uidElement.Value, ValueJsonReader.ReadReference);
        var shape = shapeOf(uid.Type);
        return new(
            uid,
            source.At("attrs", attributes.Value, (s, e) => ValueJsonReader.ReadRecord(s, e, shape?.Attributes)),
            source.At("parents", parents.Value, static (s, e) => s.Items(e, "an array of entity references", ValueJsonReader.ReadReference)),
            tags is { } present ? source.At("tags", present, (s, e) => ValueJsonReader.ReadTags(s, e, shape?.Tag)) : null);
    }
}
