using System.Globalization;
using System.Text.Json;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>Types, and the checks that every object goes through.</summary>
internal sealed partial class SchemaJsonParser
{
    private static readonly string[] TypeFields = ["type", "element", "attributes", "additionalAttributes", "name"];

    private TypeNode ReadType(LocatedJson value, int depth) => ReadTypeFields(value, Fields(value, "a type", TypeFields, ["type"]), depth);

    // After an error any node will do: the schema is refused.
    private TypeNode ReadTypeFields(LocatedJson value, Dictionary<string, LocatedJson> fields, int depth)
    {
        if (depth > CedarLimits.MaxTypeDepth)
        {
            _errors.Add(DiagnosticCodes.TooDeep, value.Range, string.Create(CultureInfo.InvariantCulture, $"types may nest {CedarLimits.MaxTypeDepth} deep"));
            return new BuiltInTypeNode(BuiltInType.Bool, value.Range);
        }

        var range = fields.TryGetValue("type", out var type) ? type.Range : value.Range;
        var kind = type is null ? "" : Text(type, "the name of a type");
        switch (kind)
        {
            case "String":
                Only(kind, fields);
                return new BuiltInTypeNode(BuiltInType.String, range);
            case "Long":
                Only(kind, fields);
                return new BuiltInTypeNode(BuiltInType.Long, range);
            case "Boolean":
                Only(kind, fields);
                return new BuiltInTypeNode(BuiltInType.Bool, range);
            case "Set":
                Only(kind, fields, "element");
                return Required(fields, "element", value) is { } element ? new SetTypeNode(ReadType(element, depth + 1), range) : new BuiltInTypeNode(BuiltInType.Bool, range);
            case "Record":
                Only(kind, fields, "attributes", "additionalAttributes");
                return ReadRecord(value, fields, range, depth);
            case "Entity":
                Only(kind, fields, "name");
                return new NameTypeNode(Required(fields, "name", value) is { } entity ? Name(entity, "entity type") : "", NameKind.Entity, range);
            case "EntityOrCommon":
                Only(kind, fields, "name");
                return new NameTypeNode(Required(fields, "name", value) is { } either ? Name(either, "type") : "", NameKind.EntityOrCommon, range);
            case "Extension":
                Only(kind, fields, "name");
                return new ExtensionTypeNode(Required(fields, "name", value) is { } extension ? Text(extension, "the name of an extension type") : "", range);
            default:
                Only(kind, fields);
                return new NameTypeNode(type is null ? "" : Name(type, "common type"), NameKind.Common, range);
        }
    }

    private RecordTypeNode ReadRecord(LocatedJson value, Dictionary<string, LocatedJson> fields, TextRange range, int depth)
    {
        if (fields.TryGetValue("additionalAttributes", out var additional) && !IsFalse(additional))
        {
            _errors.Add(SchemaCodes.UnsupportedFeature, additional.Range, "records with additional attributes are not supported", "declare every attribute, or use tags for open names");
        }

        return Required(fields, "attributes", value) is { } attributes
            ? new([.. Properties(attributes, "an object of attributes").Select(property => ReadAttribute(property, depth))], range)
            : new([], range);
    }

    private AttributeNode ReadAttribute(LocatedJson.Property property, int depth)
    {
        var fields = Fields(property.Value, "an attribute", [.. TypeFields, "required", "annotations"], ["type"]);
        var isRequired = !fields.TryGetValue("required", out var required) || !IsFalse(required);
        return new(property.Name, ReadTypeFields(property.Value, fields, depth + 1), isRequired, ReadAnnotations(fields), property.NameRange);
    }

    private bool IsFalse(LocatedJson value)
    {
        if (value.Kind is not (JsonValueKind.True or JsonValueKind.False))
        {
            _errors.Add(SchemaCodes.InvalidJson, value.Range, $"expected true or false, found {value.Describe()}");
        }

        return value.Kind == JsonValueKind.False;
    }

    // A type may have the fields of its kind only; `required` and `annotations` belong to the attribute around it.
    private void Only(string kind, Dictionary<string, LocatedJson> fields, params ReadOnlySpan<string> allowed)
    {
        foreach (var (name, value) in fields)
        {
            if (name is not ("type" or "required" or "annotations") && !allowed.Contains(name))
            {
                _errors.Add(SchemaCodes.UnknownField, value.Range, $"the type `{CedarText.Shorten(kind)}` has no field `{name}`");
            }
        }
    }

    private LocatedJson? Required(Dictionary<string, LocatedJson> fields, string name, LocatedJson owner)
    {
        if (fields.TryGetValue(name, out var value))
        {
            return value;
        }

        _errors.Add(SchemaCodes.MissingField, owner.Range, $"the field `{name}` is missing");
        return null;
    }

    private Dictionary<string, LocatedJson> Fields(LocatedJson value, string what, string[] allowed, string[] required)
    {
        var fields = new Dictionary<string, LocatedJson>(StringComparer.Ordinal);
        foreach (var (name, range, field) in Properties(value, what))
        {
            if (!allowed.Contains(name))
            {
                _errors.Add(SchemaCodes.UnknownField, range, $"`{CedarText.Shorten(name)}` is not part of {what}", Spelling.Suggest(name, allowed));
            }

            fields[name] = field;
        }

        if (value.Kind == JsonValueKind.Object)
        {
            foreach (var name in required)
            {
                Required(fields, name, value);
            }
        }

        return fields;
    }

    // Optional fields of an action may also be null.
    private static LocatedJson? Present(Dictionary<string, LocatedJson> fields, string name) =>
        fields.TryGetValue(name, out var value) && value.Kind != JsonValueKind.Null ? value : null;

    private List<LocatedJson.Property> Properties(LocatedJson value, string what)
    {
        Expect(value, JsonValueKind.Object, what);
        return value.Properties;
    }

    private List<LocatedJson> Items(LocatedJson value, string what)
    {
        Expect(value, JsonValueKind.Array, what);
        return value.Items;
    }

    private string Text(LocatedJson value, string what)
    {
        Expect(value, JsonValueKind.String, what);
        return value.Text ?? "";
    }

    private string Name(LocatedJson value, string what)
    {
        var name = Text(value, what);
        if (value.Kind == JsonValueKind.String && !SchemaNames.IsPath(name))
        {
            _errors.Add(SchemaCodes.InvalidName, value.Range, $"`{CedarText.Shorten(name)}` is not the name of a type", "a name is identifiers joined by `::`, without spaces");
        }

        return name;
    }

    private void CheckName(string name, TextRange range, string what, bool isName)
    {
        if (!isName)
        {
            _errors.Add(SchemaCodes.InvalidName, range, $"`{CedarText.Shorten(name)}` cannot be the name of a {what}");
        }
        else if (SchemaNames.IsReservedPath(name))
        {
            _errors.Add(SchemaCodes.ReservedName, range, $"`{CedarText.Shorten(name)}` uses the reserved name `__cedar`", "no declaration may use `__cedar`; choose another name");
        }
    }

    private void Expect(LocatedJson value, JsonValueKind kind, string what)
    {
        if (value.Kind != kind)
        {
            _errors.Add(SchemaCodes.InvalidJson, value.Range, $"expected {what}, found {value.Describe()}");
        }
    }
}
