using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// What a tool's JSON Schema says about how argument values become Cedar values: which names there are and what type each is. The one
/// source for both sides of that: arguments are converted by it, and the types that policies are checked against are made of it. Immutable.
/// </summary>
internal sealed class JsonShape
{
    private const int MaxLosses = 32; // of one part; a schema of thousands of alternatives is not noted down in full

    private static readonly FrozenDictionary<string, JsonShape> s_none = FrozenDictionary<string, JsonShape>.Empty;

    private readonly FrozenDictionary<string, JsonShape> _properties;
    private readonly ImmutableHashSet<string> _required;

    private JsonShape(
        JsonKind kind,
        FrozenDictionary<string, JsonShape>? properties = null,
        ImmutableHashSet<string>? required = null,
        bool isClosed = false,
        JsonShape? items = null,
        bool isNullable = false,
        ImmutableArray<JsonShapeLoss> losses = default)
    {
        Kind = kind;
        _properties = properties ?? s_none;
        _required = required ?? [];
        IsClosed = isClosed;
        Items = items;
        IsNullable = isNullable || kind is JsonKind.Any or JsonKind.Null;
        Losses = losses.IsDefault ? [] : losses;
        Required = [.. _required.Where(Requires).Order(StringComparer.Ordinal)];
    }

    /// <summary>Of this nothing is known.</summary>
    internal static JsonShape Untyped { get; } = new(JsonKind.Any);

    internal JsonKind Kind { get; }

    /// <summary>Whether null may stand for the value. Nulls are removed before policy sees anything, so such a member may be missing.</summary>
    internal bool IsNullable { get; }

    /// <summary>Whether names that are not properties are refused: a schema with properties, unless it says <c>additionalProperties: true</c>.</summary>
    internal bool IsClosed { get; }

    /// <summary>What a list holds; null for what is no list.</summary>
    internal JsonShape? Items { get; }

    /// <summary>What the schema says and the shape does not.</summary>
    internal ImmutableArray<JsonShapeLoss> Losses { get; }

    internal IEnumerable<string> Names => _properties.Keys;

    /// <summary>The names that must be there, those aside that may be null.</summary>
    internal ImmutableArray<string> Required { get; }

    internal static JsonShape Of(JsonKind kind) => new(kind);

    internal static JsonShape ListOf(JsonShape items) => new(JsonKind.Array, items: items);

    internal static JsonShape ObjectOf(IEnumerable<KeyValuePair<string, JsonShape>> properties, IEnumerable<string> required, bool isClosed) =>
        new(JsonKind.Object, properties.ToFrozenDictionary(StringComparer.Ordinal), [.. required], isClosed);

    internal static JsonShape From(JsonElement? schema) => schema is { } element ? JsonShapeReader.Read(element) : Untyped;

    internal bool Knows(string name) => _properties.ContainsKey(name);

    /// <summary>Whether a member must be there, and not null.</summary>
    internal bool Requires(string name) => _required.Contains(name) && !Property(name).IsNullable;

    /// <summary>Whether an unknown name differs from a known one only by case: a tool that binds without regard to case would take it for that one.</summary>
    internal bool Resembles(string name)
    {
        foreach (string known in _properties.Keys)
        {
            if (string.Equals(known, name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    internal JsonShape Property(string name) => _properties.TryGetValue(name, out JsonShape? shape) ? shape : Untyped;

    internal JsonShape With(JsonShapeLoss loss) =>
        Losses.Length >= MaxLosses ? this : new(Kind, _properties, _required, IsClosed, Items, IsNullable, Losses.Add(loss));

    internal JsonShape OrNull() => IsNullable ? this : new(Kind, _properties, _required, IsClosed, Items, isNullable: true, Losses);

    internal JsonShape WithoutNull() =>
        !IsNullable || Kind is JsonKind.Any or JsonKind.Null ? this : new(Kind, _properties, _required, IsClosed, Items, isNullable: false, Losses);

    /// <summary>Whether a value has the types, the members and, where the schema closes them, only the members that it should.</summary>
    internal bool Fits(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return IsNullable;
        }

        switch (Kind)
        {
            case JsonKind.Any: return true;
            case JsonKind.Null: return false;
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
            default: return value.ValueKind == JsonValueKind.String;
        }
    }

    /// <summary>
    /// The narrowest shape that holds what either holds. Where there is none but "anything", the answer says so at the given place. Of one
    /// schema, an integer is converted as the number that may stand there too; of two tools, each converts by its own schema.
    /// </summary>
    internal static JsonShape Join(JsonShape a, JsonShape b, string pointer, bool ofTwoTools = false)
    {
        if (a.Kind == JsonKind.Null)
        {
            return b.OrNull();
        }

        if (b.Kind == JsonKind.Null)
        {
            return a.OrNull();
        }

        bool nullable = a.IsNullable || b.IsNullable;
        ImmutableArray<JsonShapeLoss> losses = [.. a.Losses.Union(b.Losses).Take(MaxLosses)];
        if (a.Kind == b.Kind)
        {
            return a.Kind switch
            {
                JsonKind.Array => new JsonShape(a.Kind, items: Join(a.Items!, b.Items!, pointer, ofTwoTools), isNullable: nullable, losses: losses),
                JsonKind.Object => JoinObjects(a, b, nullable, losses, pointer, ofTwoTools),
                _ => new JsonShape(a.Kind, isNullable: nullable, losses: losses),
            };
        }

        JsonKind kind = ofTwoTools ? JsonKind.Any
            : IsNumber(a.Kind) && IsNumber(b.Kind) ? JsonKind.Number
            : IsText(a.Kind) && IsText(b.Kind) ? JsonKind.String
            : JsonKind.Any;
        return kind != JsonKind.Any || a.Kind == JsonKind.Any || b.Kind == JsonKind.Any
            ? new JsonShape(kind, isNullable: nullable, losses: losses)
            : Untyped.With(new JsonShapeLoss(PolicySchemaNoteCodes.SeveralTypes, pointer, "may have several types here"));
    }

    private static JsonShape JoinObjects(JsonShape a, JsonShape b, bool nullable, ImmutableArray<JsonShapeLoss> losses, string pointer, bool ofTwoTools)
    {
        Dictionary<string, JsonShape> properties = new(StringComparer.Ordinal);
        foreach (string name in a.Names.Union(b.Names, StringComparer.Ordinal))
        {
            // Where one side does not have the name, it either refuses it, so that the other's type holds, or lets anything through.
            JsonShape? left = a.Knows(name) ? a.Property(name) : a.IsClosed ? null : Untyped;
            JsonShape? right = b.Knows(name) ? b.Property(name) : b.IsClosed ? null : Untyped;
            properties.Add(name, left is null ? right! : right is null ? left : Join(left, right, $"{pointer}/properties/{JsonPointer.Escape(name)}", ofTwoTools));
        }

        return new JsonShape(
            JsonKind.Object, properties.ToFrozenDictionary(StringComparer.Ordinal), a._required.Intersect(b._required), a.IsClosed && b.IsClosed,
            isNullable: nullable, losses: losses);
    }

    private static bool IsNumber(JsonKind kind) => kind is JsonKind.Integer or JsonKind.Number;

    private static bool IsText(JsonKind kind) =>
        kind is JsonKind.String or JsonKind.DateTime or JsonKind.Duration or JsonKind.IpAddress or JsonKind.DecimalText;
}
