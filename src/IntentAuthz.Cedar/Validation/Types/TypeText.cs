using System.Text;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>Writes types for messages, in the notation of schemas. Long ones are cut: a type may be large, a message may not.</summary>
internal static class TypeText
{
    private const int MaxLength = 200;

    public static string Of(CedarType type)
    {
        var builder = new StringBuilder();
        Append(builder, type);
        return builder.Length > MaxLength ? string.Concat(builder.ToString(0, MaxLength), "…") : builder.ToString();
    }

    private static void Append(StringBuilder builder, CedarType type)
    {
        if (builder.Length > MaxLength)
        {
            return;
        }

        switch (type)
        {
            case BoolType boolean:
                builder.Append(boolean == BoolType.True ? "true" : boolean == BoolType.False ? "false" : "Bool");
                break;
            case LongType:
                builder.Append("Long");
                break;
            case StringType:
                builder.Append("String");
                break;
            case ExtensionType extension:
                builder.Append(extension.Name);
                break;
            case EntityReferenceType entity:
                builder.AppendJoin(" | ", entity.Names);
                break;
            case SetType set:
                builder.Append("Set<");
                Append(builder, set.Element);
                builder.Append('>');
                break;
            case RecordType record:
                AppendRecord(builder, record);
                break;
            default:
                builder.Append("nothing");
                break;
        }
    }

    private static void AppendRecord(StringBuilder builder, RecordType record)
    {
        builder.Append('{');
        for (var i = 0; i < record.Count && builder.Length <= MaxLength; i++)
        {
            builder.Append(i == 0 ? "" : ", ");
            CedarIdentifier.AppendAttribute(builder, record.Names[i]);
            builder.Append(record.Attributes[i].IsRequired ? ": " : "?: ");
            Append(builder, record.Attributes[i].Type);
        }

        builder.Append(record.IsOpen ? ", …}" : "}");
    }
}
