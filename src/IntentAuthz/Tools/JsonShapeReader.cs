using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// Reads the shape of a JSON Schema. Schemas come from tool servers too, so everything is bounded: nesting, the number of parts that
/// references unfold into, and references to themselves. What cannot be read as one type is left untyped, with a note of where and why.
/// </summary>
internal sealed class JsonShapeReader
{
    internal const int MaxDepth = 32;
    internal const int MaxParts = 10_000;
    internal const int MaxAlternatives = 100;
    internal const int MaxPointerLength = 4096; // so that names of any length in one another are not spelled out for every part below them

    private static readonly string[] s_unions = ["anyOf", "oneOf"];

    private readonly JsonElement _root;
    private readonly HashSet<string> _open = new(StringComparer.Ordinal); // references being unfolded
    private int _parts;

    private JsonShapeReader(JsonElement root) => _root = root;

    internal static JsonShape Read(JsonElement schema) => new JsonShapeReader(schema).Read(schema, "", 0);

    private JsonShape Read(JsonElement schema, string pointer, int depth)
    {
        if (depth > MaxDepth || ++_parts > MaxParts)
        {
            return Lost(PolicySchemaNoteCodes.TooLarge, pointer, $"is described deeper than {MaxDepth} levels or in more than {MaxParts} parts");
        }

        if (pointer.Length > MaxPointerLength)
        {
            return Lost(PolicySchemaNoteCodes.TooLarge, pointer[..MaxPointerLength], $"has names here that are longer than {MaxPointerLength} characters together");
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return Lost(PolicySchemaNoteCodes.Untyped, pointer, "may be anything here");
        }

        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            return ReadReference(reference, pointer, depth);
        }

        if (schema.TryGetProperty("type", out JsonElement type))
        {
            return ReadTypes(schema, type, pointer, depth);
        }

        if (schema.TryGetProperty("properties", out _))
        {
            return ReadObject(schema, pointer, depth);
        }

        return ReadCombination(schema, pointer, depth) ?? ReadValues(schema, pointer)
            ?? Lost(PolicySchemaNoteCodes.Untyped, pointer, "has no type here");
    }

    private JsonShape ReadReference(JsonElement reference, string pointer, int depth)
    {
        if (reference.ValueKind != JsonValueKind.String || !JsonPointer.TryResolve(_root, reference.GetString()!, out JsonElement target))
        {
            return Lost(PolicySchemaNoteCodes.UnresolvedReference, pointer, "refers to something that is not in this schema");
        }

        string name = reference.GetString()!;
        if (!_open.Add(name))
        {
            return Lost(PolicySchemaNoteCodes.RecursiveReference, pointer, $"contains itself through '{name}', which no Cedar type can");
        }

        JsonShape shape = Read(target, name[1..], depth + 1);
        _open.Remove(name);
        return shape;
    }

    private JsonShape ReadTypes(JsonElement schema, JsonElement type, string pointer, int depth)
    {
        if (type.ValueKind != JsonValueKind.Array)
        {
            return ReadType(schema, type, pointer, depth);
        }

        JsonShape? joined = null;
        HashSet<string> read = new(StringComparer.Ordinal); // each once: an object that is listed a thousand times is one object
        foreach (JsonElement one in type.EnumerateArray())
        {
            if (read.Count == MaxAlternatives)
            {
                return Lost(PolicySchemaNoteCodes.TooLarge, pointer, $"has more than {MaxAlternatives} types here");
            }

            if (read.Add(one.GetRawText()))
            {
                JsonShape shape = ReadType(schema, one, pointer, depth);
                joined = joined is null ? shape : JsonShape.Join(joined, shape, pointer);
            }
        }

        return joined ?? Lost(PolicySchemaNoteCodes.Untyped, pointer, "has no type here");
    }

    private JsonShape ReadType(JsonElement schema, JsonElement type, string pointer, int depth)
    {
        switch (type.ValueKind == JsonValueKind.String ? type.GetString() : null)
        {
            case "null": return JsonShape.Of(JsonKind.Null);
            case "boolean": return JsonShape.Of(JsonKind.Boolean);
            case "integer": return WithEnum(schema, JsonShape.Of(JsonKind.Integer), pointer);
            case "number": return WithEnum(schema, JsonShape.Of(JsonKind.Number), pointer);
            case "string": return WithEnum(schema, JsonShape.Of(FormatOf(schema)), pointer);
            case "array": return ReadList(schema, pointer, depth);
            case "object":
                return schema.TryGetProperty("properties", out _) ? ReadObject(schema, pointer, depth)
                    : ReadCombination(schema, pointer, depth) is { Kind: JsonKind.Object } combined ? combined
                    : ReadObject(schema, pointer, depth);
            default: return Lost(PolicySchemaNoteCodes.Untyped, pointer, "has a type here that JSON Schema does not know");
        }
    }

    private static JsonKind FormatOf(JsonElement schema) =>
        !schema.TryGetProperty("format", out JsonElement format) || format.ValueKind != JsonValueKind.String
            ? JsonKind.String
            : format.GetString() switch
            {
                "date-time" or "date" => JsonKind.DateTime,
                "duration" => JsonKind.Duration,
                "ipv4" or "ipv6" => JsonKind.IpAddress,
                "decimal" => JsonKind.DecimalText,
                _ => JsonKind.String,
            };

    private JsonShape ReadList(JsonElement schema, string pointer, int depth)
    {
        JsonShape? items = null;
        if (schema.TryGetProperty("items", out JsonElement declared) && declared.ValueKind != JsonValueKind.False)
        {
            items = Read(declared, pointer + "/items", depth + 1);
        }

        if (!schema.TryGetProperty("prefixItems", out JsonElement prefix) || prefix.ValueKind != JsonValueKind.Array)
        {
            return JsonShape.ListOf(items ?? Lost(PolicySchemaNoteCodes.Untyped, pointer, "has lists of anything here"));
        }

        // A list becomes a set, so its places cannot be told apart: one type must hold them all.
        bool isOpen = declared.ValueKind is JsonValueKind.Undefined or JsonValueKind.True;
        items = isOpen ? JsonShape.Untyped : items;
        int place = 0;
        foreach (JsonElement element in prefix.EnumerateArray())
        {
            JsonShape shape = Read(element, $"{pointer}/prefixItems/{place++}", depth + 1);
            items = items is null ? shape : JsonShape.Join(items, shape, pointer);
        }

        return JsonShape.ListOf(items ?? JsonShape.Untyped)
            .With(new JsonShapeLoss(PolicySchemaNoteCodes.PlacesLost, pointer, "has a list here whose places mean different things"));
    }

    private JsonShape ReadObject(JsonElement schema, string pointer, int depth)
    {
        Dictionary<string, JsonShape> properties = new(StringComparer.Ordinal);
        bool named = schema.TryGetProperty("properties", out JsonElement declared) && declared.ValueKind == JsonValueKind.Object;
        if (named)
        {
            foreach (JsonProperty property in declared.EnumerateObject())
            {
                properties[property.Name] = Read(property.Value, $"{pointer}/properties/{JsonPointer.Escape(property.Name)}", depth + 1);
            }
        }

        bool says = schema.TryGetProperty("additionalProperties", out JsonElement additional);
        bool isClosed = says ? additional.ValueKind == JsonValueKind.False : named;
        JsonShape shape = JsonShape.ObjectOf(properties, Required(schema), isClosed);
        return isClosed
            ? shape
            : shape.With(new JsonShapeLoss(PolicySchemaNoteCodes.OpenObject, pointer, "takes members here that the schema does not name"));
    }

    private static IEnumerable<string> Required(JsonElement schema) =>
        schema.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array
            ? required.EnumerateArray().Where(static r => r.ValueKind == JsonValueKind.String).Select(static r => r.GetString()!)
            : [];

    /// <summary>What <c>anyOf</c>, <c>oneOf</c> or <c>allOf</c> come down to, or null where there is none.</summary>
    private JsonShape? ReadCombination(JsonElement schema, string pointer, int depth)
    {
        foreach (string keyword in s_unions)
        {
            if (schema.TryGetProperty(keyword, out JsonElement choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0)
            {
                if (choices.GetArrayLength() > MaxAlternatives)
                {
                    return Lost(PolicySchemaNoteCodes.TooLarge, $"{pointer}/{keyword}", $"has more than {MaxAlternatives} alternatives here");
                }

                return Alternatives(choices, $"{pointer}/{keyword}", depth)
                    .Aggregate((joined, shape) => JsonShape.Join(joined, shape, $"{pointer}/{keyword}"));
            }
        }

        if (!schema.TryGetProperty("allOf", out JsonElement all) || all.ValueKind != JsonValueKind.Array || all.GetArrayLength() == 0)
        {
            return null;
        }

        if (all.GetArrayLength() > MaxAlternatives)
        {
            return Lost(PolicySchemaNoteCodes.TooLarge, $"{pointer}/allOf", $"is described in more than {MaxAlternatives} parts here");
        }

        JsonShape[] parts = [.. Alternatives(all, $"{pointer}/allOf", depth)];
        return parts.Length == 1 ? parts[0]
            : Array.TrueForAll(parts, static p => p.Kind == JsonKind.Object) ? Union(parts)
            : Lost(PolicySchemaNoteCodes.Untyped, $"{pointer}/allOf", "is described in parts here that are not all objects");
    }

    private IEnumerable<JsonShape> Alternatives(JsonElement choices, string pointer, int depth)
    {
        int place = 0;
        foreach (JsonElement choice in choices.EnumerateArray())
        {
            yield return Read(choice, $"{pointer}/{place++}", depth + 1);
        }
    }

    /// <summary>An object that is all of several: it has the names of all.</summary>
    private static JsonShape Union(JsonShape[] parts)
    {
        Dictionary<string, JsonShape> properties = new(StringComparer.Ordinal);
        foreach (JsonShape part in parts)
        {
            foreach (string name in part.Names)
            {
                // Where two parts describe the same name, the value is both; what either says of it holds.
                properties.TryAdd(name, part.Property(name));
            }
        }

        JsonShape union = JsonShape.ObjectOf(properties, parts.SelectMany(static p => p.Required), Array.Exists(parts, static p => p.IsClosed));
        return parts.SelectMany(static p => p.Losses).Aggregate(union, static (shape, loss) => shape.With(loss));
    }

    /// <summary>The type that the values listed by <c>enum</c> or <c>const</c> have, or null where none are listed.</summary>
    private static JsonShape? ReadValues(JsonElement schema, string pointer)
    {
        IEnumerable<JsonElement>? values =
            schema.TryGetProperty("enum", out JsonElement listed) && listed.ValueKind == JsonValueKind.Array && listed.GetArrayLength() > 0 ? listed.EnumerateArray()
            : schema.TryGetProperty("const", out JsonElement only) ? [only]
            : null;
        return values is null
            ? null
            : WithEnum(schema, values.Select(value => ShapeOf(value, pointer)).Aggregate((joined, shape) => JsonShape.Join(joined, shape, pointer)), pointer);
    }

    private static JsonShape ShapeOf(JsonElement value, string pointer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null: return JsonShape.Of(JsonKind.Null);
            case JsonValueKind.String: return JsonShape.Of(JsonKind.String);
            case JsonValueKind.True or JsonValueKind.False: return JsonShape.Of(JsonKind.Boolean);
            case JsonValueKind.Number: return JsonShape.Of(JsonShape.Of(JsonKind.Integer).Fits(value) ? JsonKind.Integer : JsonKind.Number);
            default: return Lost(PolicySchemaNoteCodes.Untyped, pointer, "has no type here, only examples of whole objects or lists");
        }
    }

    private static JsonShape WithEnum(JsonElement schema, JsonShape shape, string pointer) =>
        schema.TryGetProperty("enum", out JsonElement values) && values.ValueKind == JsonValueKind.Array
            ? shape.With(new JsonShapeLoss(PolicySchemaNoteCodes.ValuesNotChecked, pointer, "takes only some values here, which the type cannot say"))
            : shape;

    private static JsonShape Lost(string code, string pointer, string what) => JsonShape.Untyped.With(new JsonShapeLoss(code, pointer, what));
}
