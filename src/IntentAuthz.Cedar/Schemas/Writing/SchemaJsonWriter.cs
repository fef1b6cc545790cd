using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using IntentAuthz.Cedar.Schemas.Syntax;

namespace IntentAuthz.Cedar.Schemas.Writing;

/// <summary>Writes the JSON form of a schema, indented. Reading it back gives the same declarations.</summary>
internal sealed class SchemaJsonWriter
{
    private readonly Utf8JsonWriter _writer;

    private SchemaJsonWriter(Utf8JsonWriter writer) => _writer = writer;

    public static string Write(ImmutableArray<NamespaceNode> namespaces)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n", MaxDepth = (2 * CedarLimits.MaxTypeDepth) + 16 }))
        {
            new SchemaJsonWriter(writer).WriteAll(namespaces);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private void WriteAll(ImmutableArray<NamespaceNode> namespaces)
    {
        _writer.WriteStartObject();
        foreach (var @namespace in namespaces)
        {
            _writer.WriteStartObject(@namespace.Name);
            WriteAnnotations(@namespace.Annotations);
            if (!@namespace.CommonTypes.IsEmpty)
            {
                _writer.WriteStartObject("commonTypes");
                foreach (var type in @namespace.CommonTypes)
                {
                    _writer.WriteStartObject(type.Name);
                    WriteTypeFields(type.Definition);
                    WriteAnnotations(type.Annotations);
                    _writer.WriteEndObject();
                }

                _writer.WriteEndObject();
            }

            _writer.WriteStartObject("entityTypes");
            foreach (var type in @namespace.EntityTypes)
            {
                WriteEntityType(type);
            }

            _writer.WriteEndObject();
            _writer.WriteStartObject("actions");
            foreach (var action in @namespace.Actions)
            {
                WriteAction(action);
            }

            _writer.WriteEndObject();
            _writer.WriteEndObject();
        }

        _writer.WriteEndObject();
    }

    private void WriteEntityType(EntityTypeNode type)
    {
        _writer.WriteStartObject(type.Name);
        if (type.EnumIds is { } ids)
        {
            _writer.WriteStartArray("enum");
            foreach (var id in ids)
            {
                _writer.WriteStringValue(id);
            }

            _writer.WriteEndArray();
        }

        if (!type.Parents.IsEmpty)
        {
            WriteNames("memberOfTypes", type.Parents);
        }

        WriteTypeProperty("shape", type.Shape);
        WriteTypeProperty("tags", type.Tags);
        WriteAnnotations(type.Annotations);
        _writer.WriteEndObject();
    }

    private void WriteAction(ActionNode action)
    {
        _writer.WriteStartObject(action.Id);
        if (!action.Groups.IsEmpty)
        {
            _writer.WriteStartArray("memberOf");
            foreach (var group in action.Groups)
            {
                _writer.WriteStartObject();
                if (group.Type is not null)
                {
                    _writer.WriteString("type", group.Type);
                }

                _writer.WriteString("id", group.Id);
                _writer.WriteEndObject();
            }

            _writer.WriteEndArray();
        }

        if (action.AppliesTo is { } appliesTo)
        {
            _writer.WriteStartObject("appliesTo");
            WriteNames("principalTypes", appliesTo.Principals);
            WriteNames("resourceTypes", appliesTo.Resources);
            WriteTypeProperty("context", appliesTo.Context);
            _writer.WriteEndObject();
        }

        WriteAnnotations(action.Annotations);
        _writer.WriteEndObject();
    }

    private void WriteNames(string property, ImmutableArray<NameTypeNode> names)
    {
        _writer.WriteStartArray(property);
        foreach (var name in names)
        {
            _writer.WriteStringValue(name.Name);
        }

        _writer.WriteEndArray();
    }

    private void WriteAnnotations(ImmutableArray<PolicyAnnotation> annotations)
    {
        if (annotations.IsEmpty)
        {
            return;
        }

        _writer.WriteStartObject("annotations");
        foreach (var annotation in annotations)
        {
            if (annotation.HasValue)
            {
                _writer.WriteString(annotation.Name, annotation.Value);
            }
            else
            {
                _writer.WriteNull(annotation.Name);
            }
        }

        _writer.WriteEndObject();
    }

    private void WriteTypeProperty(string property, TypeNode? type)
    {
        if (type is null)
        {
            return;
        }

        _writer.WriteStartObject(property);
        WriteTypeFields(type);
        _writer.WriteEndObject();
    }

    private void WriteTypeFields(TypeNode type)
    {
        switch (type)
        {
            case BuiltInTypeNode builtIn:
                _writer.WriteString("type", builtIn.Type switch { BuiltInType.Bool => "Boolean", BuiltInType.Long => "Long", _ => "String" });
                break;
            case ExtensionTypeNode extension:
                _writer.WriteString("type", "Extension");
                _writer.WriteString("name", extension.Name);
                break;
            case SetTypeNode set:
                _writer.WriteString("type", "Set");
                WriteTypeProperty("element", set.Element);
                break;
            case RecordTypeNode record:
                WriteRecord(record);
                break;
            case NameTypeNode { Kind: NameKind.Common } common:
                _writer.WriteString("type", common.Name);
                break;
            case NameTypeNode name:
                _writer.WriteString("type", name.Kind == NameKind.Entity ? "Entity" : "EntityOrCommon");
                _writer.WriteString("name", name.Name);
                break;
            default:
                throw new InvalidOperationException($"Unknown type {type.GetType().Name}.");
        }
    }

    private void WriteRecord(RecordTypeNode record)
    {
        _writer.WriteString("type", "Record");
        _writer.WriteStartObject("attributes");
        foreach (var attribute in record.Attributes)
        {
            _writer.WriteStartObject(attribute.Name);
            WriteTypeFields(attribute.Type);
            if (!attribute.IsRequired)
            {
                _writer.WriteBoolean("required", false);
            }

            WriteAnnotations(attribute.Annotations);
            _writer.WriteEndObject();
        }

        _writer.WriteEndObject();
    }
}
