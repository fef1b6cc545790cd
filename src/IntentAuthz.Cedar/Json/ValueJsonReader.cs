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
    public static CedarValue Read(JsonSource source, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.True:
            case JsonValueKind.False:
                return CedarBool.Of(element.ValueKind == JsonValueKind.True);
            case JsonValueKind.Number:
                return new CedarLong(source.Long(element));
            case JsonValueKind.String:
                return new CedarString(source.String(element, "a string"));
            case JsonValueKind.Array:
                return CedarSet.TryCreate(source.Items(element, "an array", Read)) ?? throw TooDeep(source);
            case JsonValueKind.Object:
                return ReadObject(source, element);
            default:
                throw source.Error("Cedar has no null; leave the attribute out");
        }
    }

    /// <summary>Reads a record: the attributes or tags of an entity, or a context.</summary>
    public static CedarRecord ReadRecord(JsonSource source, JsonElement element)
    {
        source.Expect(element, JsonValueKind.Object, "an object");
        if (Read(source, element) is CedarRecord record)
        {
            return record;
        }

        throw source.Error("expected a record, found an escape");
    }

    private static CedarValue ReadObject(JsonSource source, JsonElement element)
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

            switch (name)
            {
                case "__entity":
                    return new CedarEntity(source.At(name, value, ReadTypeAndId));
                case "__extn":
                    return source.At(name, value, ReadExtension);
                default:
                    throw source.Error("`__expr` is not supported; use `__entity` or `__extn`");
            }
        }

        var (names, values) = (new string[properties.Count], new CedarValue[properties.Count]);
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = properties[i].Key;
            values[i] = source.At(names[i], properties[i].Value, Read);
        }

        return CedarRecord.TryCreate(names, values, out _) ?? throw TooDeep(source);
    }

    /// <summary>Reads <c>{"type": …, "id": …}</c>.</summary>
    public static EntityUid ReadTypeAndId(JsonSource source, JsonElement element)
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

        if (!Syntax.CedarIdentifier.IsPath(type))
        {
            throw source.Error($"`{CedarText.Shorten(type)}` is not an entity type");
        }

        return EntityUid.FromChecked(type, id);
    }

    private static CedarValue ReadExtension(JsonSource source, JsonElement element)
    {
        string? functionName = null;
        CedarValue[]? arguments = null;
        foreach (var (name, value) in source.Properties(element, "an object with `fn` and `arg`"))
        {
            switch (name)
            {
                case "fn":
                    functionName = source.At(name, value, static (s, e) => s.String(e, "a string"));
                    break;
                case "arg" when arguments is null:
                    arguments = [source.At(name, value, Read)];
                    break;
                case "args" when arguments is null:
                    arguments = source.At(name, value, static (s, e) => s.Items(e, "an array", Read));
                    break;
                default:
                    throw source.Error($"`{CedarText.Shorten(name)}` is not part of a call; expected `fn`, and `arg` or `args`");
            }
        }

        if (functionName is null || arguments is null)
        {
            throw source.Error("a call needs `fn`, and `arg` or `args`");
        }

        return Call(source, functionName, arguments);
    }

    private static CedarValue Call(JsonSource source, string functionName, CedarValue[] arguments)
    {
        if (ExtensionCatalog.Find(functionName) is not { } entry)
        {
            throw source.Error($"there is no extension function `{CedarText.Shorten(functionName)}`");
        }

        if (ExtensionCalls.Invoke(entry.Function, arguments, out var error) is { } value)
        {
            return value;
        }

        throw source.Error(error!.Message);
    }

    private static CedarJsonException TooDeep(JsonSource source) =>
        source.Error($"values may nest {CedarLimits.MaxValueDepth} deep");
}
