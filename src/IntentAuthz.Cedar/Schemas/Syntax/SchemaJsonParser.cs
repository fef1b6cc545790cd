using System.Collections.Immutable;
using System.Text.Json;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>Reads the JSON form of a schema. Unknown fields are errors, so that a typo cannot drop a part of the schema.</summary>
internal sealed partial class SchemaJsonParser
{
    private readonly DiagnosticBag _errors;

    private SchemaJsonParser(DiagnosticBag errors) => _errors = errors;

    /// <summary>The namespaces in order. Of use only if the bag of errors has stayed empty.</summary>
    public static ImmutableArray<NamespaceNode> Parse(SourceText source, DiagnosticBag errors)
    {
        if (LocatedJsonReader.Read(source, errors) is not { } root)
        {
            return [];
        }

        var parser = new SchemaJsonParser(errors);
        return [.. parser.Properties(root, "an object of namespaces").Select(parser.ReadNamespace)];
    }

    private NamespaceNode ReadNamespace(LocatedJson.Property property)
    {
        var name = property.Name;
        if (name.Length > 0)
        {
            CheckName(name, property.NameRange, "namespace", SchemaNames.IsPath(name));
        }

        var fields = Fields(property.Value, "a namespace", ["commonTypes", "entityTypes", "actions", "annotations"], ["entityTypes", "actions"]);
        var annotations = ReadAnnotations(fields);
        if (name.Length == 0 && !annotations.IsEmpty)
        {
            _errors.Add(SchemaCodes.UnknownField, fields["annotations"].Range, "the empty namespace cannot have annotations");
        }

        return new(
            name,
            annotations,
            ReadAll(fields, "commonTypes", ReadCommonType),
            ReadAll(fields, "entityTypes", ReadEntityType),
            ReadAll(fields, "actions", ReadAction),
            property.NameRange);
    }

    private ImmutableArray<T> ReadAll<T>(Dictionary<string, LocatedJson> fields, string field, Func<LocatedJson.Property, T> read) =>
        fields.TryGetValue(field, out var value) ? [.. Properties(value, "an object of declarations").Select(read)] : [];

    private CommonTypeNode ReadCommonType(LocatedJson.Property property)
    {
        CheckName(property.Name, property.NameRange, "common type", SchemaNames.IsIdentifier(property.Name));
        if (SchemaNames.IsReservedTypeName(property.Name))
        {
            _errors.Add(SchemaCodes.ReservedTypeName, property.NameRange, $"`{property.Name}` is reserved and cannot be the name of a common type");
        }

        var fields = Fields(property.Value, "a common type", [.. TypeFields, "annotations"], ["type"]);
        return new(property.Name, ReadTypeFields(property.Value, fields, depth: 1), ReadAnnotations(fields), property.NameRange);
    }

    private EntityTypeNode ReadEntityType(LocatedJson.Property property)
    {
        CheckName(property.Name, property.NameRange, "entity type", SchemaNames.IsIdentifier(property.Name));
        var fields = Fields(property.Value, "an entity type", ["memberOfTypes", "shape", "tags", "enum", "annotations"], []);
        ImmutableArray<string>? ids = null;
        if (fields.TryGetValue("enum", out var choices))
        {
            ids = [.. Items(choices, "an array of ids").Select(item => Text(item, "the id of an entity"))];
            if (ids.Value.IsEmpty)
            {
                _errors.Add(SchemaCodes.MissingField, choices.Range, "an enumeration needs at least one id");
            }

            foreach (var field in new[] { "memberOfTypes", "shape", "tags" })
            {
                if (fields.TryGetValue(field, out var unexpected))
                {
                    _errors.Add(SchemaCodes.UnknownField, unexpected.Range, $"an enumerated entity type cannot have `{field}`");
                }
            }
        }

        return new(
            property.Name,
            fields.TryGetValue("memberOfTypes", out var parents) ? ReadEntityNames(parents) : [],
            fields.TryGetValue("shape", out var shape) ? ReadType(shape, depth: 1) : null,
            fields.TryGetValue("tags", out var tags) ? ReadType(tags, depth: 1) : null,
            ids,
            ReadAnnotations(fields),
            property.NameRange);
    }

    private ActionNode ReadAction(LocatedJson.Property property)
    {
        var fields = Fields(property.Value, "an action", ["attributes", "appliesTo", "memberOf", "annotations"], []);
        if (Present(fields, "attributes") is { } attributes)
        {
            _errors.Add(SchemaCodes.UnsupportedFeature, attributes.Range, $"the action `{CedarText.Shorten(property.Name)}` has attributes, which Cedar does not support");
        }

        return new(
            property.Name,
            Present(fields, "memberOf") is { } groups ? [.. Items(groups, "an array of actions").Select(ReadActionReference)] : [],
            Present(fields, "appliesTo") is { } appliesTo ? ReadAppliesTo(appliesTo) : null,
            ReadAnnotations(fields),
            property.NameRange);
    }

    private ActionReferenceNode ReadActionReference(LocatedJson value)
    {
        var fields = Fields(value, "an action", ["id", "type"], ["id"]);
        var type = Present(fields, "type") is { } named ? Name(named, "action type") : null;
        return new(type, fields.TryGetValue("id", out var id) ? Text(id, "the id of an action") : "", value.Range);
    }

    private AppliesToNode ReadAppliesTo(LocatedJson value)
    {
        var fields = Fields(value, "an `appliesTo`", ["principalTypes", "resourceTypes", "context"], ["principalTypes", "resourceTypes"]);
        return new(
            fields.TryGetValue("principalTypes", out var principals) ? ReadEntityNames(principals) : [],
            fields.TryGetValue("resourceTypes", out var resources) ? ReadEntityNames(resources) : [],
            fields.TryGetValue("context", out var context) ? ReadType(context, depth: 1) : null);
    }

    private ImmutableArray<NameTypeNode> ReadEntityNames(LocatedJson value) =>
        [.. Items(value, "an array of entity types").Select(item => new NameTypeNode(Name(item, "entity type"), NameKind.Entity, item.Range))];

    private ImmutableArray<PolicyAnnotation> ReadAnnotations(Dictionary<string, LocatedJson> fields)
    {
        if (!fields.TryGetValue("annotations", out var value))
        {
            return [];
        }

        var annotations = ImmutableArray.CreateBuilder<PolicyAnnotation>();
        foreach (var (name, range, text) in Properties(value, "an object of annotations"))
        {
            if (!CedarIdentifier.IsWord(name))
            {
                _errors.Add(SchemaCodes.InvalidName, range, $"`{CedarText.Shorten(name)}` cannot be the name of an annotation");
            }

            var hasValue = text.Kind != JsonValueKind.Null;
            annotations.Add(new(name, hasValue ? Text(text, "the text of an annotation") : "", hasValue, _errors.Source.GetSpan(range)));
        }

        return annotations.ToImmutable();
    }
}
