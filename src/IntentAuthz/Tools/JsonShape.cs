using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// What a tool's JSON Schema says about how argument values become Cedar values: which names there are and what type each is.
/// Read once, when the descriptor is built. Constructs that do not decide a type (<c>oneOf</c>, <c>$ref</c>, …) leave the value untyped.
/// </summary>
internal sealed class JsonShape
{
    internal const int MaxDepth = 32;

    private readonly FrozenDictionary<string, JsonShape>? _properties;
    private readonly string[] _required;

    private JsonShape(
        JsonKind kind, FrozenDictionary<string, JsonShape>? properties, bool closed, JsonShape? items, string[]? required = null)
    {
        _required = required ?? [];
        Kind = kind;
        _properties = properties;
        IsClosed = closed;
        Items = items;
    }

    internal static JsonShape Untyped { get; } = new(JsonKind.Any, null, closed: false, null);

    internal JsonKind Kind { get; }

    /// <summary>Whether names that are not properties are refused: a schema with properties, unless it says <c>additionalProperties: true</c>.</summary>
    internal bool IsClosed { get; }

    internal JsonShape? Items { get; }

    internal IEnumerable<string> Names => _properties is null ? [] : _properties.Keys;

    internal bool Knows(string name) => _properties is not null && _properties.ContainsKey(name);

    /// <summary>Whether an unknown name differs from a known one only by case: a tool that binds without regard to case would take it for that one.</summary>
    internal bool Resembles(string name)
    {
        foreach (string known in _properties is null ? [] : _properties.Keys)
        {
            if (string.Equals(known, name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    internal JsonShape Property(string name) =>
        _properties is not null && _properties.TryGetValue(name, out JsonShape? shape) ? shape : Untyped;

    internal static JsonShape From(JsonElement? schema) => schema is { } element ? Read(element, 0) : Untyped;

    /// <summary>Whether a value has the types, the members and, where the schema closes them, only the members that it should.</summary>
    internal bool Fits(JsonElement value)
    {
        switch (Kind)
        {
            case JsonKind.String: return value.ValueKind == JsonValueKind.String;
            case JsonKind.Boolean: return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
            case JsonKind.Number: return value.ValueKind == JsonValueKind.Number;
            case JsonKind.Integer:
                return value.ValueKind == JsonValueKind.Number
                    && JsonNumber.TryRead(JsonMarshal.GetRawUtf8Value(value), out JsonNumber number) && number.TryScale(0, out _);
            case JsonKind.Array:
                return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(Items!.Fits);
            case JsonKind.Object:
                return value.ValueKind == JsonValueKind.Object
                    && _required.All(r => value.TryGetProperty(r, out _))
                    && value.EnumerateObject().All(m => Knows(m.Name) ? Property(m.Name).Fits(m.Value) : !IsClosed);
            default: return true;
        }
    }

    private static JsonShape Read(JsonElement schema, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
        {
            return Untyped;
        }

        switch (TypeOf(schema))
        {
            case "string": return new JsonShape(JsonKind.String, null, false, null);
            case "integer": return new JsonShape(JsonKind.Integer, null, false, null);
            case "number": return new JsonShape(JsonKind.Number, null, false, null);
            case "boolean": return new JsonShape(JsonKind.Boolean, null, false, null);
            case "array":
                JsonShape items = schema.TryGetProperty("items", out JsonElement item) ? Read(item, depth + 1) : Untyped;
                return new JsonShape(JsonKind.Array, null, false, items);
            case "object":
                return ReadObject(schema, depth);
            default:
                return Untyped;
        }
    }

    private static JsonShape ReadObject(JsonElement schema, int depth)
    {
        Dictionary<string, JsonShape> properties = new(StringComparer.Ordinal);
        bool named = schema.TryGetProperty("properties", out JsonElement declared) && declared.ValueKind == JsonValueKind.Object;
        if (named)
        {
            foreach (JsonProperty property in declared.EnumerateObject())
            {
                properties[property.Name] = Read(property.Value, depth + 1);
            }
        }

        bool open = schema.TryGetProperty("additionalProperties", out JsonElement additional)
            && additional.ValueKind != JsonValueKind.False;
        return new JsonShape(JsonKind.Object, properties.ToFrozenDictionary(StringComparer.Ordinal), named && !open, null, Required(schema));
    }

    private static string[] Required(JsonElement schema) =>
        schema.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array
            ? [.. required.EnumerateArray().Where(static r => r.ValueKind == JsonValueKind.String).Select(static r => r.GetString()!)]
            : [];

    /// <summary>The one type a schema names. <c>["string", "null"]</c> counts as string, since nulls are removed before anything is typed.</summary>
    private static string? TypeOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out JsonElement type))
        {
            return schema.TryGetProperty("properties", out _) ? "object" : null;
        }

        if (type.ValueKind == JsonValueKind.String)
        {
            return type.GetString();
        }

        if (type.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        string? only = null;
        foreach (JsonElement candidate in type.EnumerateArray())
        {
            string? name = candidate.ValueKind == JsonValueKind.String ? candidate.GetString() : null;
            if (name == "null")
            {
                continue;
            }

            if (only is not null)
            {
                return null;
            }

            only = name;
        }

        return only;
    }
}
