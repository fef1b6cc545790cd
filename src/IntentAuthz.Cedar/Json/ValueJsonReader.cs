using System.Text.Json;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Json;

/// <summary>
/// Reads values: bools, integers, strings, arrays as sets, objects as records, <c>{"__entity": {"type": …, "id": …}}</c> as an
/// entity and <c>{"__extn": {"fn": …, "arg": …}}</c> as a call. The escapes stand alone in their object; anything else beside
/// one is refused, so that a typo cannot turn an entity into a record.
/// </summary>
internal static class ValueJsonReader
{
    public static CedarValue Read(JsonSource source, JsonElement element) => Read(source, element, null);

    public static CedarValue Read(JsonSource source, JsonElement element, ValueShape? shape)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.True:
            case JsonValueKind.False:
                return CedarBool.Of(element.ValueKind == JsonValueKind.True);
            case JsonValueKind.Number:
                return new CedarLong(source.Long(element));
            case JsonValueKind.String:
                var text = new CedarString(source.String(element, "a string"));
                return shape is ValueShape.ExtensionShape extension ? Call(source, extension.Constructor, [text]) : text;
            case JsonValueKind.Array:
                var elementShape = (shape as ValueShape.SetShape)?.Element;
                var items = source.Items(element, "an array", (s, e) => Read(s, e, elementShape));
                return CedarSet.TryCreate(items) ?? throw TooDeep(source);
            case JsonValueKind.Object:
                return ReadObject(source, element, shape);
            default:
                throw source.Error("Cedar has no null; leave the attribute out");
        }
    }

    /// <summary>Reads a record without a shape, such as a context.</summary>
    public static CedarRecord ReadRecord(JsonSource source, JsonElement element) => ReadRecord(source, element, null);

    /// <summary>Reads a record: the attributes of an entity, or a context.</summary>
    public static CedarRecord ReadRecord(JsonSource source, JsonElement element, ValueShape? shape)
    {
        source.Expect(element, JsonValueKind.Object, "an object");
        return ReadObject(source, element, shape) as CedarRecord ?? throw source.Error("expected a record, found an escape");
    }

    /// <summary>Reads tags: a record whose values all have one shape.</summary>
    public static CedarRecord ReadTags(JsonSource source, JsonElement element, ValueShape? shape) =>
        BuildRecord(source, source.Properties(element, "an object"), _ => shape);

    private static CedarValue ReadObject(JsonSource source, JsonElement element, ValueShape? shape)
    {
        var properties = source.Properties(element, "an object");
        foreach (var (name, value) in properties)
        {
            if (name is not ("__entity" or "__extn" or "__expr"))
            {
                continue;
            }

            if (properties.Count > 1)
            {
                throw source.Error($"`{name}` must stand alone in its object");
            }

            return name switch
            {
                "__entity" => new CedarEntity(source.At(name, value, ReadTypeAndId)),
                "__extn" => source.At(name, value, ReadExtension),
                _ => throw source.Error("`__expr` is not supported; use `__entity` or `__extn`"),
            };
        }

        return shape switch
        {
            ValueShape.EntityShape => new CedarEntity(ReadTypeAndId(source, element)),
            ValueShape.ExtensionShape => ReadExtension(source, element),
            ValueShape.RecordShape record => BuildRecord(source, properties, record.Of),
            _ => BuildRecord(source, properties, static _ => null),
        };
    }

    private static CedarRecord BuildRecord(JsonSource source, List<KeyValuePair<string, JsonElement>> properties, Func<string, ValueShape?> shapeOf)
    {
        var (names, values) = (new string[properties.Count], new CedarValue[properties.Count]);
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = properties[i].Key;
            var shape = shapeOf(names[i]);
            values[i] = source.At(names[i], properties[i].Value, (s, e) => Read(s, e, shape));
        }

        return CedarRecord.TryCreate(names, values, out _) ?? throw TooDeep(source);
    }

    /// <summary>Reads an entity reference where nothing else can stand: plain or escaped.</summary>
    public static EntityUid ReadReference(JsonSource source, JsonElement element)
    {
        var properties = source.Properties(element, "an entity reference");
        return properties is [{ Key: "__entity" } escape]
            ? source.At("__entity", escape.Value, ReadTypeAndId)
            : ReadTypeAndId(source, element);
    }

    private static EntityUid ReadTypeAndId(JsonSource source, JsonElement element)
    {
        string? type = null;
        string? id = null;
        foreach (var (name, value) in source.Properties(element, "an object with `type` and `id`"))
        {
            switch (name)
            {
                case "type":
                    type = source.At(name, value, static (s, e) => s.String(e, "a string"));
                    break;
                case "id":
                    id = source.At(name, value, static (s, e) => s.String(e, "a string"));
                    break;
                default:
                    throw source.Error($"`{CedarText.Shorten(name)}` is not part of an entity reference; expected `type` and `id`");
            }
        }

        if (type is null || id is null)
        {
            throw source.Error("an entity reference needs `type` and `id`");
        }

        return Syntax.CedarIdentifier.IsPath(type)
            ? EntityUid.FromChecked(type, id)
            : throw source.Error($"`{CedarText.Shorten(type)}` is not an entity type");
    }

    private static CedarValue ReadExtension(JsonSource source, JsonElement element)
    {
        string? name = null;
        CedarValue[]? arguments = null;
        foreach (var (key, value) in source.Properties(element, "an object with `fn` and `arg`"))
        {
            switch (key)
            {
                case "fn":
                    name = source.At(key, value, static (s, e) => s.String(e, "a string"));
                    break;
                case "arg" when arguments is null:
                    arguments = [source.At(key, value, Read)];
                    break;
                case "args" when arguments is null:
                    arguments = source.At(key, value, static (s, e) => s.Items(e, "an array", Read));
                    break;
                default:
                    throw source.Error($"`{CedarText.Shorten(key)}` is not part of a call; expected `fn`, and `arg` or `args`");
            }
        }

        if (name is null || arguments is null)
        {
            throw source.Error("a call needs `fn`, and `arg` or `args`");
        }

        return ExtensionCatalog.Find(name) is { } entry
            ? Call(source, entry.Function, arguments)
            : throw source.Error($"there is no extension function `{CedarText.Shorten(name)}`");
    }

    private static CedarValue Call(JsonSource source, ExtensionFunction function, CedarValue[] arguments) =>
        ExtensionCalls.Invoke(function, arguments, out var error) ?? throw source.Error(error!.Message);

    private static CedarJsonException TooDeep(JsonSource source) =>
        source.Error($"values may nest {CedarLimits.MaxValueDepth} deep");
}
