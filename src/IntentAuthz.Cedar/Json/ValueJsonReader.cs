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
        if (HasEscape(properties))
        {
            if (properties is not [var (name, value)])
            {
                throw source.Error("`__entity`, `__extn` and `__expr` stand alone in their object");
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

    /// <summary>Whether an object is, or looks like, an escape.</summary>
    public static bool HasEscape(List<KeyValuePair<string, JsonElement>> properties)
    {
        foreach (var (name, _) in properties)
        {
            if (name is "__entity" or "__extn" or "__expr")
            {
                return true;
            }
        }

        return false;
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
        var fields = source.Fields(element, "an entity reference", ["type", "id"], required: 2);
        var type = source.At("type", fields[0]!.Value, static (s, e) => s.String(e, "a string"));
        var id = source.At("id", fields[1]!.Value, static (s, e) => s.String(e, "a string"));
        return Syntax.CedarIdentifier.IsPath(type)
            ? EntityUid.FromChecked(type, id)
            : throw source.Error($"`{CedarText.Shorten(type)}` is not an entity type");
    }

    private static CedarValue ReadExtension(JsonSource source, JsonElement element)
    {
        var (function, arguments) = ReadCall(source, element, Read);
        return Call(source, function, arguments);
    }

    /// <summary>Reads <c>{"fn": …, "arg": …}</c> or <c>{"fn": …, "args": […]}</c>.</summary>
    public static (ExtensionFunction Function, T[] Arguments) ReadCall<T>(JsonSource source, JsonElement element, Func<JsonSource, JsonElement, T> readArgument)
    {
        var fields = source.Fields(element, "a call", ["fn", "arg", "args"], required: 1);
        var name = source.At("fn", fields[0]!.Value, static (s, e) => s.String(e, "a string"));
        if (ExtensionCatalog.Find(name) is not { } entry)
        {
            throw source.Error($"there is no extension function `{CedarText.Shorten(name)}`");
        }

        return (fields[1], fields[2]) switch
        {
            ({ } argument, null) => (entry.Function, [source.At("arg", argument, readArgument)]),
            (null, { } arguments) => (entry.Function, source.At("args", arguments, (s, e) => s.Items(e, "an array", readArgument))),
            _ => throw source.Error("a call needs `arg` or `args`, and not both"),
        };
    }

    private static CedarValue Call(JsonSource source, ExtensionFunction function, CedarValue[] arguments) =>
        ExtensionCalls.Invoke(function, arguments, out var error) ?? throw source.Error(error!.Message);

    private static CedarJsonException TooDeep(JsonSource source) =>
        source.Error($"values may nest {CedarLimits.MaxValueDepth} deep");
}
