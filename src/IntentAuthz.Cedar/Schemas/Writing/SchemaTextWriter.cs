using System.Collections.Immutable;
using System.Text;
using IntentAuthz.Cedar.Schemas.Syntax;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Writing;

/// <summary>
/// Writes the human-readable form of a schema. The JSON form can tell an entity type from a common type of the same name, and
/// can give the attributes of an entity by a common type; the human-readable form cannot, and then nothing is written.
/// </summary>
internal sealed class SchemaTextWriter
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _ambiguous;
    private bool _isExact = true;

    private SchemaTextWriter(ImmutableArray<NamespaceNode> namespaces) =>
        _ambiguous = namespaces
            .SelectMany(@namespace => @namespace.CommonTypes.Select(type => type.Name).Intersect(@namespace.EntityTypes.Select(type => type.Name)))
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>The text, or null where it would not mean the same.</summary>
    public static string? Write(ImmutableArray<NamespaceNode> namespaces)
    {
        var writer = new SchemaTextWriter(namespaces);
        foreach (var @namespace in namespaces)
        {
            writer.WriteNamespace(@namespace);
        }

        return writer._isExact ? writer._text.ToString() : null;
    }

    private void WriteNamespace(NamespaceNode @namespace)
    {
        var indent = 0;
        Separate();
        if (@namespace.Name.Length > 0)
        {
            indent = 1;
            WriteAnnotations(@namespace.Annotations, 0);
            _text.Append("namespace ").Append(@namespace.Name).Append(" {\n");
        }

        var isFirst = true;
        foreach (var type in @namespace.CommonTypes)
        {
            Start(type.Annotations);
            _text.Append("type ").Append(type.Name).Append(" = ");
            WriteType(type.Definition, indent);
            _text.Append(";\n");
        }

        foreach (var type in @namespace.EntityTypes)
        {
            Start(type.Annotations);
            WriteEntityType(type, indent);
        }

        foreach (var action in @namespace.Actions)
        {
            Start(action.Annotations);
            WriteAction(action, indent);
        }

        if (@namespace.Name.Length > 0)
        {
            _text.Append("}\n");
        }

        void Start(ImmutableArray<PolicyAnnotation> annotations)
        {
            if (!isFirst)
            {
                _text.Append('\n');
            }

            isFirst = false;
            WriteAnnotations(annotations, indent);
            Indent(indent);
        }
    }

    private void WriteEntityType(EntityTypeNode type, int indent)
    {
        _text.Append("entity ").Append(type.Name);
        if (type.EnumIds is { } ids)
        {
            _text.Append(" enum [").AppendJoin(", ", ids.Select(CedarText.Quote)).Append(']');
        }

        if (!type.Parents.IsEmpty)
        {
            _text.Append(" in ");
            WriteNames(type.Parents);
        }

        if (type.Shape is RecordTypeNode { Attributes.IsEmpty: false } shape)
        {
            _text.Append(" = ");
            WriteType(shape, indent);
        }
        else if (type.Shape is not (null or RecordTypeNode))
        {
            _isExact = false;
        }

        if (type.Tags is not null)
        {
            _text.Append(" tags ");
            WriteType(type.Tags, indent);
        }

        _text.Append(";\n");
    }

    private void WriteAction(ActionNode action, int indent)
    {
        _text.Append("action ").Append(CedarText.Quote(action.Id));
        if (!action.Groups.IsEmpty)
        {
            _text.Append(" in [").AppendJoin(", ", action.Groups.Select(group =>
                group.Type is null ? CedarText.Quote(group.Id) : $"{group.Type}::{CedarText.Quote(group.Id)}")).Append(']');
        }

        // Without a principal or a resource type the action applies to nothing, which is said by leaving `appliesTo` out.
        if (action.AppliesTo is { Principals.IsEmpty: false, Resources.IsEmpty: false } appliesTo)
        {
            _text.Append(" appliesTo {\n");
            Indent(indent + 1);
            _text.Append("principal: ");
            WriteNames(appliesTo.Principals);
            _text.Append(",\n");
            Indent(indent + 1);
            _text.Append("resource: ");
            WriteNames(appliesTo.Resources);
            if (appliesTo.Context is not null)
            {
                WriteContext(appliesTo.Context, indent + 1);
            }

            _text.Append('\n');
            Indent(indent);
            _text.Append('}');
        }

        _text.Append(";\n");
    }

    private void WriteContext(TypeNode context, int indent)
    {
        _text.Append(",\n");
        Indent(indent);
        _text.Append("context: ");
        // A context is a record or the name of one; nothing else can be resolved.
        _isExact &= context is RecordTypeNode or NameTypeNode { Kind: NameKind.Common };
        WriteType(context, indent);
    }

    private void WriteNames(ImmutableArray<NameTypeNode> names) => _text.Append('[').AppendJoin(", ", names.Select(name => name.Name)).Append(']');

    private void WriteType(TypeNode type, int indent)
    {
        switch (type)
        {
            case BuiltInTypeNode builtIn:
                _text.Append("__cedar::").Append(builtIn.Type);
                break;
            case ExtensionTypeNode extension:
                _text.Append("__cedar::").Append(extension.Name);
                break;
            case SetTypeNode set:
                _text.Append("Set<");
                WriteType(set.Element, indent);
                _text.Append('>');
                break;
            case RecordTypeNode record:
                WriteRecord(record, indent);
                break;
            case NameTypeNode name:
                _isExact &= name.Kind != NameKind.Entity || !_ambiguous.Contains(SchemaNames.BaseName(name.Name));
                _text.Append(name.Name);
                break;
            default:
                throw new InvalidOperationException($"Unknown type {type.GetType().Name}.");
        }
    }

    private void WriteRecord(RecordTypeNode record, int indent)
    {
        _text.Append('{');
        var isFirst = true;
        foreach (var attribute in record.Attributes)
        {
            _text.Append(isFirst ? "\n" : ",\n");
            isFirst = false;
            WriteAnnotations(attribute.Annotations, indent + 1);
            Indent(indent + 1);
            CedarIdentifier.AppendAttribute(_text, attribute.Name);
            _text.Append(attribute.IsRequired ? ": " : "?: ");
            WriteType(attribute.Type, indent + 1);
        }

        if (!isFirst)
        {
            _text.Append('\n');
            Indent(indent);
        }

        _text.Append('}');
    }

    private void WriteAnnotations(ImmutableArray<PolicyAnnotation> annotations, int indent)
    {
        foreach (var annotation in annotations)
        {
            Indent(indent);
            _text.Append('@').Append(annotation.Name);
            if (annotation.HasValue)
            {
                _text.Append('(').Append(CedarText.Quote(annotation.Value)).Append(')');
            }

            _text.Append('\n');
        }
    }

    private void Separate()
    {
        if (_text.Length > 0)
        {
            _text.Append('\n');
        }
    }

    private void Indent(int levels) => _text.Append(' ', 2 * levels);
}
