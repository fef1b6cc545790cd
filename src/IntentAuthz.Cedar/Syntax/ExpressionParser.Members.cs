using System.Collections.Immutable;
using System.Globalization;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>The innermost levels: literals, names, brackets, and the accesses and calls that follow them.</summary>
internal sealed partial class ExpressionParser
{
    private static readonly string[] Variables = ["principal", "action", "resource", "context"];

    private static readonly string[] BuiltInMethods = ["contains", "containsAll", "containsAny", "isEmpty", "getTag", "hasTag"];

    private Expr? ParseMember()
    {
        var expr = ParsePrimary();
        while (expr is not null)
        {
            switch (reader.Current.Kind)
            {
                case TokenKind.Dot:
                    expr = ParseDot(expr);
                    break;
                case TokenKind.OpenBracket:
                    expr = ParseIndex(expr);
                    break;
                case TokenKind.OpenParenthesis:
                    reader.Diagnostics.Add(DiagnosticCodes.InvalidCall, reader.Current.Range, "only functions and methods can be called",
                        "a call is `name(…)` or `value.name(…)`");
                    return null;
                default:
                    return expr;
            }
        }

        return null;
    }

    private Expr? ParseDot(Expr target)
    {
        reader.Take();
        if (!reader.At(TokenKind.Identifier))
        {
            reader.ReportUnexpected("an attribute or method name");
            return null;
        }

        var nameRange = reader.Current.Range;
        var name = TakeIdentifier();
        if (!reader.At(TokenKind.OpenParenthesis))
        {
            return Bounded(new GetAttributeExpr(target, name, nameRange, target.Range.To(nameRange)));
        }

        if (ParseArguments() is not { } arguments)
        {
            return null;
        }

        return BuildMethod(target, name, nameRange, arguments) is { } call ? Bounded(call) : null;
    }

    private Expr? ParseIndex(Expr target)
    {
        reader.Take();
        if (!reader.At(TokenKind.String))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidAttribute, reader.Current.Range,
                $"an attribute in brackets must be a string literal, found {reader.Describe(reader.Current)}");
            return null;
        }

        var literal = reader.Take();
        var name = StringEscapes.Unescape(reader, literal);
        return reader.Expect(TokenKind.CloseBracket, "`]`")
            ? Bounded(new GetAttributeExpr(target, name, literal.Range, target.Range.To(reader.Previous.Range)))
            : null;
    }

    // Takes `(a, b,)`; a trailing comma is allowed.
    private ImmutableArray<Expr>? ParseArguments()
    {
        reader.Take();
        return ParseList(TokenKind.CloseParenthesis, "`)`");
    }

    private ImmutableArray<Expr>? ParseList(TokenKind close, string closeText)
    {
        var items = ImmutableArray.CreateBuilder<Expr>();
        while (!reader.TryTake(close))
        {
            if (Parse() is not { } item)
            {
                return null;
            }

            items.Add(item);
            if (!reader.TryTake(TokenKind.Comma) && !reader.At(close))
            {
                reader.ReportUnexpected($"`,` or {closeText}");
                return null;
            }
        }

        return items.ToImmutable();
    }

    private Expr BuildMethod(Expr target, string name, TextRange nameRange, ImmutableArray<Expr> arguments)
    {
        var range = target.Range.To(reader.Previous.Range);
        switch (name)
        {
            case "contains":
                return Binary(BinaryOperator.Contains);
            case "containsAll":
                return Binary(BinaryOperator.ContainsAll);
            case "containsAny":
                return Binary(BinaryOperator.ContainsAny);
            case "getTag":
                return Binary(BinaryOperator.GetTag);
            case "hasTag":
                return Binary(BinaryOperator.HasTag);
            case "isEmpty":
                return HasArity(0) ? new UnaryExpr(UnaryOperator.IsEmpty, target, range) : Placeholder(range);
        }

        if (ExtensionCatalog.Find(name) is { } function)
        {
            if (function.IsMethod)
            {
                return new ExtensionCallExpr(function.Function, [target, .. arguments], range);
            }

            reader.Diagnostics.Add(DiagnosticCodes.InvalidCall, nameRange, $"`{name}` is a function, not a method", $"write `{name}(…)`");
        }
        else
        {
            reader.Diagnostics.Add(DiagnosticCodes.UnknownMethod, nameRange, $"there is no method `{CedarText.Shorten(name)}`",
                Spelling.Suggest(name, BuiltInMethods.Concat(ExtensionCatalog.Methods)));
        }

        return Placeholder(range);

        Expr Binary(BinaryOperator @operator) =>
            HasArity(1) ? new BinaryExpr(@operator, target, arguments[0], range) : Placeholder(range);

        bool HasArity(int expected)
        {
            if (arguments.Length == expected)
            {
                return true;
            }

            reader.Diagnostics.Add(DiagnosticCodes.WrongArity, range,
                string.Create(CultureInfo.InvariantCulture, $"`{name}` takes {expected} argument{(expected == 1 ? "" : "s")}, found {arguments.Length}"));
            return false;
        }
    }

    private Expr? ParsePrimary()
    {
        switch (reader.Current.Kind)
        {
            case TokenKind.Identifier:
                return ParseName();
            case TokenKind.String:
                var literal = reader.Take();
                return new LiteralExpr(new CedarString(StringEscapes.Unescape(reader, literal)), literal.Range);
            case TokenKind.Number:
                return ParseNumber(minus: null);
            case TokenKind.OpenParenthesis:
                reader.Take();
                return Parse() is { } inner && reader.Expect(TokenKind.CloseParenthesis, "`)`") ? inner : null;
            case TokenKind.OpenBracket:
                var start = reader.Take().Range;
                return ParseList(TokenKind.CloseBracket, "`]`") is { } elements
                    ? Bounded(new SetExpr(elements, start.To(reader.Previous.Range)))
                    : null;
            case TokenKind.OpenBrace:
                return ParseRecord();
            case TokenKind.Slot:
                return ParseSlot();
            default:
                reader.ReportUnexpected("an expression");
                return null;
        }
    }

    private Expr ParseSlot()
    {
        var token = reader.Take();
        CedarVariable? slot = reader.Text(token) switch
        {
            "?principal" => CedarVariable.Principal,
            "?resource" => CedarVariable.Resource,
            _ => null,
        };
        if (slot is { } known && AllowSlots)
        {
            return new SlotExpr(known, token.Range);
        }

        reader.Diagnostics.Add(DiagnosticCodes.InvalidSlot, token.Range,
            slot is null ? $"{reader.Describe(token)} is not a template slot" : "template slots are not allowed in conditions",
            slot is null ? "the slots are `?principal` and `?resource`" : "a slot stands in the scope, such as `principal == ?principal`");
        return Placeholder(token.Range);
    }

    private Expr? ParseName()
    {
        var token = reader.Current;
        var isPath = reader.PeekKind() == TokenKind.DoubleColon;
        if (!isPath && ParseWordLiteral(token) is { } literal)
        {
            return literal;
        }

        var path = ParsePath();
        var range = token.Range.To(reader.Previous.Range);
        if (reader.At(TokenKind.DoubleColon))
        {
            return ParseEntity(path, range);
        }

        if (reader.At(TokenKind.OpenParenthesis))
        {
            return ParseFunction(path, range);
        }

        if (!CedarIdentifier.IsReserved(path))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidVariable, range, $"`{CedarText.Shorten(path)}` is not a variable",
                Spelling.Suggest(path, Variables)
                ?? (isPath ? "an entity is written `Type::\"id\"`" : "the variables are `principal`, `action`, `resource` and `context`; text needs quotes"));
        }

        return Placeholder(range);
    }

    private Expr? ParseWordLiteral(Token token)
    {
        switch (reader.Text(token))
        {
            case "true":
                return new LiteralExpr(CedarBool.True, reader.Take().Range);
            case "false":
                return new LiteralExpr(CedarBool.False, reader.Take().Range);
            case "principal":
                return new VariableExpr(CedarVariable.Principal, reader.Take().Range);
            case "action":
                return new VariableExpr(CedarVariable.Action, reader.Take().Range);
            case "resource":
                return new VariableExpr(CedarVariable.Resource, reader.Take().Range);
            case "context":
                return new VariableExpr(CedarVariable.Context, reader.Take().Range);
            default:
                return null;
        }
    }

    private LiteralExpr? ParseEntity(string type, TextRange typeRange)
    {
        reader.Take();
        if (!reader.At(TokenKind.String))
        {
            if (reader.At(TokenKind.OpenBrace))
            {
                reader.Diagnostics.Add(DiagnosticCodes.InvalidEntity, reader.Current.Range, "an entity cannot be written with attributes",
                    $"write `{CedarText.Shorten(type)}::\"id\"`");
            }
            else
            {
                reader.ReportUnexpected("a name or a string", $"an entity is written `{CedarText.Shorten(type)}::\"id\"`");
            }

            return null;
        }

        var literal = reader.Take();
        var id = StringEscapes.Unescape(reader, literal);
        // A reserved word in the type was reported; the uid must not come to life.
        return CedarIdentifier.IsPath(type)
            ? new(new CedarEntity(EntityUid.FromChecked(type, id)), typeRange.To(literal.Range))
            : Placeholder(typeRange.To(literal.Range));
    }

    private Expr? ParseFunction(string name, TextRange nameRange)
    {
        if (ParseArguments() is not { } arguments)
        {
            return null;
        }

        var range = nameRange.To(reader.Previous.Range);
        if (ExtensionCatalog.Find(name) is { IsMethod: false } function)
        {
            return Bounded(new ExtensionCallExpr(function.Function, arguments, range));
        }

        if (ExtensionCatalog.Find(name) is not null || BuiltInMethods.Contains(name))
        {
            reader.Diagnostics.Add(DiagnosticCodes.InvalidCall, nameRange, $"`{name}` is a method, not a function", $"write `value.{name}(…)`");
        }
        else
        {
            reader.Diagnostics.Add(DiagnosticCodes.UnknownFunction, nameRange, $"there is no function `{CedarText.Shorten(name)}`",
                Spelling.Suggest(name, ExtensionCatalog.Functions));
        }

        return Placeholder(range);
    }

    private Expr? ParseRecord()
    {
        var start = reader.Take().Range;
        var entries = ImmutableArray.CreateBuilder<RecordEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!reader.TryTake(TokenKind.CloseBrace))
        {
            if (ParseRecordEntry() is not { } entry)
            {
                return null;
            }

            if (names.Add(entry.Name))
            {
                entries.Add(entry);
            }
            else
            {
                reader.Diagnostics.Add(DiagnosticCodes.DuplicateKey, entry.NameRange, $"the attribute `{CedarText.Shorten(entry.Name)}` stands twice in this record");
            }

            if (!reader.TryTake(TokenKind.Comma) && !reader.At(TokenKind.CloseBrace))
            {
                reader.ReportUnexpected("`,` or `}`");
                return null;
            }
        }

        return Bounded(new RecordExpr(entries.ToImmutable(), start.To(reader.Previous.Range)));
    }

    private RecordEntry? ParseRecordEntry()
    {
        var key = reader.Current;
        string name;
        if (key.Kind == TokenKind.String)
        {
            reader.Take();
            name = StringEscapes.Unescape(reader, key);
        }
        else if (key.Kind == TokenKind.Identifier)
        {
            name = TakeIdentifier();
        }
        else
        {
            reader.ReportUnexpected("an attribute name, a string or `}`");
            return null;
        }

        return reader.Expect(TokenKind.Colon, "`:`") && Parse() is { } value ? new(name, key.Range, value) : null;
    }
}
