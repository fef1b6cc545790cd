using System.Collections.Immutable;
using System.Text.Json;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Json;

/// <summary>Writes expressions as policy JSON.</summary>
internal static class ExpressionJsonWriter
{
    public static void Write(Utf8JsonWriter writer, Expr expr)
    {
        switch (expr)
        {
            case AndExpr and:
                WriteChain(writer, "&&", and.Operands);
                return;
            case OrExpr or:
                WriteChain(writer, "||", or.Operands);
                return;
        }

        writer.WriteStartObject();
        switch (expr)
        {
            case LiteralExpr literal:
                writer.WritePropertyName("Value");
                ValueJsonWriter.Write(writer, literal.Value);
                break;
            case VariableExpr variable:
                writer.WriteString("Var", ExpressionJsonNames.Of(variable.Variable));
                break;
            case UnaryExpr unary:
                writer.WriteStartObject(ExpressionJsonNames.Of(unary.Operator));
                WriteNamed(writer, "arg", unary.Operand);
                writer.WriteEndObject();
                break;
            case BinaryExpr binary:
                writer.WriteStartObject(ExpressionJsonNames.Of(binary.Operator));
                WriteNamed(writer, "left", binary.Left);
                WriteNamed(writer, "right", binary.Right);
                writer.WriteEndObject();
                break;
            case IfExpr conditional:
                writer.WriteStartObject("if-then-else");
                WriteNamed(writer, "if", conditional.Condition);
                WriteNamed(writer, "then", conditional.WhenTrue);
                WriteNamed(writer, "else", conditional.WhenFalse);
                writer.WriteEndObject();
                break;
            case GetAttributeExpr get:
                writer.WriteStartObject(".");
                WriteNamed(writer, "left", get.Target);
                writer.WriteString("attr", get.Attribute);
                writer.WriteEndObject();
                break;
            case HasExpr has:
                WriteHas(writer, has);
                break;
            case LikeExpr like:
                WriteLike(writer, like);
                break;
            case IsExpr @is:
                WriteIs(writer, @is);
                break;
            case SetExpr set:
                WriteArray(writer, "Set", set.Elements);
                break;
            case RecordExpr record:
                writer.WriteStartObject("Record");
                foreach (var entry in record.Entries)
                {
                    WriteNamed(writer, entry.Name, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case ExtensionCallExpr call:
                WriteArray(writer, ExtensionCatalog.Describe(call.Function).Name, call.Arguments);
                break;
            default:
                throw new InvalidOperationException($"Unknown expression {expr.GetType().Name}.");
        }

        writer.WriteEndObject();
    }

    private static void WriteNamed(Utf8JsonWriter writer, string name, Expr expr)
    {
        writer.WritePropertyName(name);
        Write(writer, expr);
    }

    private static void WriteArray(Utf8JsonWriter writer, string name, ImmutableArray<Expr> exprs)
    {
        writer.WriteStartArray(name);
        foreach (var expr in exprs)
        {
            Write(writer, expr);
        }

        writer.WriteEndArray();
    }

    // a && b && c is (a && b) && c: as many objects are opened as there are operators, in a loop.
    private static void WriteChain(Utf8JsonWriter writer, string name, ImmutableArray<Expr> operands)
    {
        for (var i = 1; i < operands.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteStartObject(name);
            writer.WritePropertyName("left");
        }

        Write(writer, operands[0]);
        for (var i = 1; i < operands.Length; i++)
        {
            WriteNamed(writer, "right", operands[i]);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
    }

    private static void WriteHas(Utf8JsonWriter writer, HasExpr has)
    {
        writer.WriteStartObject("has");
        WriteNamed(writer, "left", has.Target);
        if (has.Path.Length == 1)
        {
            writer.WriteString("attr", has.Path[0]);
        }
        else
        {
            writer.WriteStartArray("attr");
            foreach (var name in has.Path)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteLike(Utf8JsonWriter writer, LikeExpr like)
    {
        writer.WriteStartObject("like");
        WriteNamed(writer, "left", like.Target);
        writer.WriteStartArray("pattern");
        for (var i = 0; i < like.Pattern.Parts.Length; i++)
        {
            if (i > 0)
            {
                writer.WriteStringValue("Wildcard");
            }

            if (like.Pattern.Parts[i].Length > 0)
            {
                writer.WriteStartObject();
                writer.WriteString("Literal", like.Pattern.Parts[i]);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteIs(Utf8JsonWriter writer, IsExpr @is)
    {
        writer.WriteStartObject("is");
        WriteNamed(writer, "left", @is.Target);
        writer.WriteString("entity_type", @is.EntityType);
        if (@is.Container is { } container)
        {
            WriteNamed(writer, "in", container);
        }

        writer.WriteEndObject();
    }
}
