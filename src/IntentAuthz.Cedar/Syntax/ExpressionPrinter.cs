using System.Collections.Immutable;
using System.Text;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>Writes expressions as Cedar text, with the parentheses that the precedence of the operators asks for and no others.</summary>
internal static class ExpressionPrinter
{
    // The levels of the grammar, loosest first. An operand stands in parentheses when it binds looser than its place asks for.
    private enum Level
    {
        Conditional,
        Or,
        And,
        Relation,
        Sum,
        Product,
        Unary,
        Member,
    }

    public static string Print(Expr expr)
    {
        var builder = new StringBuilder();
        Append(builder, expr);
        return builder.ToString();
    }

    public static void Append(StringBuilder builder, Expr expr) => Append(builder, expr, Level.Conditional);

    private static void Append(StringBuilder builder, Expr expr, Level place)
    {
        var parenthesised = LevelOf(expr) < place;
        builder.Append(parenthesised ? "(" : "");
        AppendBare(builder, expr);
        builder.Append(parenthesised ? ")" : "");
    }

    private static Level LevelOf(Expr expr) => expr switch
    {
        IfExpr => Level.Conditional,
        OrExpr => Level.Or,
        AndExpr => Level.And,
        HasExpr or LikeExpr or IsExpr => Level.Relation,
        BinaryExpr binary => LevelOf(binary.Operator),
        UnaryExpr { Operator: not UnaryOperator.IsEmpty } => Level.Unary,
        // A negative literal starts with an operator.
        LiteralExpr { Value: CedarLong { Value: < 0 } } => Level.Unary,
        _ => Level.Member,
    };

    private static Level LevelOf(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Add or BinaryOperator.Subtract => Level.Sum,
        BinaryOperator.Multiply => Level.Product,
        BinaryOperator.Contains or BinaryOperator.ContainsAll or BinaryOperator.ContainsAny or BinaryOperator.GetTag or BinaryOperator.HasTag => Level.Member,
        _ => Level.Relation,
    };

    private static void AppendBare(StringBuilder builder, Expr expr)
    {
        switch (expr)
        {
            case LiteralExpr literal:
                literal.Value.AppendTo(builder);
                break;
            case VariableExpr variable:
                builder.Append(NameOf(variable.Variable));
                break;
            case SlotExpr slot:
                builder.Append('?').Append(NameOf(slot.Slot));
                break;
            case OrExpr or:
                AppendJoined(builder, or.Operands, " || ", Level.And);
                break;
            case AndExpr and:
                AppendJoined(builder, and.Operands, " && ", Level.Relation);
                break;
            case IfExpr conditional:
                builder.Append("if ");
                Append(builder, conditional.Condition);
                builder.Append(" then ");
                Append(builder, conditional.WhenTrue);
                builder.Append(" else ");
                Append(builder, conditional.WhenFalse);
                break;
            case UnaryExpr unary:
                AppendUnary(builder, unary);
                break;
            case BinaryExpr binary:
                AppendBinary(builder, binary);
                break;
            case GetAttributeExpr get:
                Append(builder, get.Target, Level.Member);
                AppendAccess(builder, get.Attribute);
                break;
            case HasExpr has:
                Append(builder, has.Target, Level.Sum);
                builder.Append(" has ");
                AppendPath(builder, has.Path);
                break;
            case LikeExpr like:
                Append(builder, like.Target, Level.Sum);
                builder.Append(" like ");
                AppendPattern(builder, like.Pattern);
                break;
            case IsExpr @is:
                Append(builder, @is.Target, Level.Sum);
                builder.Append(" is ").Append(@is.EntityType);
                if (@is.Container is { } container)
                {
                    builder.Append(" in ");
                    Append(builder, container, Level.Sum);
                }

                break;
            case SetExpr set:
                builder.Append('[');
                AppendJoined(builder, set.Elements, ", ", Level.Conditional);
                builder.Append(']');
                break;
            case RecordExpr record:
                AppendRecord(builder, record);
                break;
            case ExtensionCallExpr call:
                AppendCall(builder, call);
                break;
            default:
                throw new InvalidOperationException($"Unknown expression {expr.GetType().Name}.");
        }
    }

    private static string NameOf(CedarVariable variable) => variable switch
    {
        CedarVariable.Principal => "principal",
        CedarVariable.Action => "action",
        CedarVariable.Resource => "resource",
        _ => "context",
    };

    private static void AppendJoined(StringBuilder builder, ImmutableArray<Expr> operands, string separator, Level place)
    {
        for (var i = 0; i < operands.Length; i++)
        {
            builder.Append(i == 0 ? "" : separator);
            Append(builder, operands[i], place);
        }
    }

    private static void AppendUnary(StringBuilder builder, UnaryExpr unary)
    {
        if (unary.Operator == UnaryOperator.IsEmpty)
        {
            Append(builder, unary.Operand, Level.Member);
            builder.Append(".isEmpty()");
            return;
        }

        builder.Append(unary.Operator == UnaryOperator.Not ? '!' : '-');
        // Operators in a row are limited in number and may not mix, and a minus before a number belongs to the number.
        var mayFollow = LevelOf(unary.Operand) == Level.Member && unary.Operand is not LiteralExpr { Value: CedarLong };
        builder.Append(mayFollow ? "" : "(");
        Append(builder, unary.Operand);
        builder.Append(mayFollow ? "" : ")");
    }

    private static void AppendBinary(StringBuilder builder, BinaryExpr binary)
    {
        var (symbol, level) = (SymbolOf(binary.Operator), LevelOf(binary.Operator));
        if (level == Level.Member)
        {
            Append(builder, binary.Left, Level.Member);
            builder.Append('.').Append(symbol).Append('(');
            Append(builder, binary.Right);
            builder.Append(')');
            return;
        }

        // Sums and products associate to the left; comparisons do not associate.
        Append(builder, binary.Left, level == Level.Relation ? Level.Sum : level);
        builder.Append(' ').Append(symbol).Append(' ');
        Append(builder, binary.Right, level + 1);
    }

    private static string SymbolOf(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.In => "in",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Contains => "contains",
        BinaryOperator.ContainsAll => "containsAll",
        BinaryOperator.ContainsAny => "containsAny",
        BinaryOperator.GetTag => "getTag",
        BinaryOperator.HasTag => "hasTag",
        _ => throw new InvalidOperationException($"Unknown operator {@operator}."),
    };

    private static void AppendAccess(StringBuilder builder, string attribute)
    {
        if (CedarIdentifier.IsIdentifier(attribute))
        {
            builder.Append('.').Append(attribute);
        }
        else
        {
            builder.Append('[');
            CedarText.AppendQuoted(builder, attribute);
            builder.Append(']');
        }
    }

    private static void AppendPath(StringBuilder builder, ImmutableArray<string> path)
    {
        if (path.Length == 1)
        {
            CedarIdentifier.AppendAttribute(builder, path[0]);
        }
        else
        {
            builder.AppendJoin('.', path);
        }
    }

    private static void AppendPattern(StringBuilder builder, LikePattern pattern)
    {
        builder.Append('"');
        for (var i = 0; i < pattern.Parts.Length; i++)
        {
            builder.Append(i == 0 ? "" : "*");
            CedarText.AppendEscaped(builder, pattern.Parts[i], isPattern: true);
        }

        builder.Append('"');
    }

    private static void AppendRecord(StringBuilder builder, RecordExpr record)
    {
        builder.Append('{');
        for (var i = 0; i < record.Entries.Length; i++)
        {
            builder.Append(i == 0 ? "" : ", ");
            CedarIdentifier.AppendAttribute(builder, record.Entries[i].Name);
            builder.Append(": ");
            Append(builder, record.Entries[i].Value);
        }

        builder.Append('}');
    }

    private static void AppendCall(StringBuilder builder, ExtensionCallExpr call)
    {
        var function = ExtensionCatalog.Describe(call.Function);
        var arguments = call.Arguments;
        if (function.IsMethod)
        {
            Append(builder, arguments[0], Level.Member);
            builder.Append('.');
            arguments = arguments.RemoveAt(0);
        }

        builder.Append(function.Name).Append('(');
        AppendJoined(builder, arguments, ", ", Level.Conditional);
        builder.Append(')');
    }
}
