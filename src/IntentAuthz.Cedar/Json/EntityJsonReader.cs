using System.Text.Json;

namespace IntentAuthz.Cedar.Json;

/// <summary>Reads an array of entities: <c>{"uid": …, "attrs": {…}, "parents": […], "tags": {…}}</c>.</summary>
internal static class EntityJsonReader
{
    public static EntityStore Read(JsonSource source, JsonElement element)
    {
        var entities = source.Items(element, "an array of entities", ReadEntity);
        if (EntityStore.TryCreate(entities, out var error) is { } store)
        {
            return store;
        }

        throw source.Error(error!);
    }

    private static Entity ReadEntity(JsonSource source, JsonElement element)
    {
        EntityUid? uid = null;
        CedarRecord? attributes = null;
        EntityUid[]? parents = null;
        CedarRecord? tags = null;
        foreach (var (name, value) in source.Properties(element, "an entity"))
        {
            switch (name)
            {
                case "uid":
                    uid = source.At(name, value, ReadUid);
                    break;
                case "attrs":
                    attributes = source.At(name, value, ValueJsonReader.ReadRecord);
                    break;
                case "parents":
                    parents = source.At(name, value, static (s, e) => s.Items(e, "an array of entity references", ReadUid));
                    break;
                case "tags":
                    tags = source.At(name, value, ValueJsonReader.ReadRecord);
                    break;
                default:
                    throw source.Error($"`{CedarText.Shorten(name)}` is not part of an entity; expected `uid`, `attrs`, `parents` or `tags`");
            }
        }

        if (uid is null || attributes is null || parents is null)
        {
            throw source.Error("an entity needs `uid`, `attrs` and `parents`");
        }

        return new(uid.Value, attributes, parents, tags);
    }

    // A reference may be escaped or plain: what it is follows from the place.
    private static EntityUid ReadUid(JsonSource source, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("__entity", out var inner))
        {
            if (source.Properties(element, "an entity reference").Count > 1)
            {
                throw source.Error("`__entity` must stand alone in its object");
            }

            return source.At("__entity", inner, ValueJsonReader.ReadTypeAndId);
        }

        return ValueJsonReader.ReadTypeAndId(source, element);
    }
}
