using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Extensions;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Json;

/// <summary>Reads expressions of policy JSON: an object with one name, the operator, and what belongs to it.</summary>
internal static class ExpressionJsonReader
{
    public static Expr Read(JsonSource source, JsonElement element)
    {
        var (name, value) = Single(source, element);
        if (name is "&&" or "||")
        {
            return Bounded(source, ReadChain(source, element, name));
        }

        return Bounded(source, source.At(name, value, (s, e) => ReadOperation(s, e, name)));
    }

    private static (string Name, JsonElement Value) Single(JsonSource source, JsonElement element)
    {
        var properties = source.Properties(element, "an expression");
        return properties is [var single]
            ? (single.Key, single.Value)
            : throw source.Error("an expression is an object with exactly one name");
    }

    private static Expr Bounded(JsonSource source, Expr expr) => expr.Height <= CedarLimits.MaxExpressionDepth
        ? expr
        : throw source.Error(string.Create(CultureInfo.InvariantCulture, $"expressions may nest {CedarLimits.MaxExpressionDepth} deep"));

    private static Expr ReadOperation(JsonSource source, JsonElement value, string name)
    {
        if (ExpressionJsonNames.FindBinary(name) is { } binary)
        {
            var (left, right) = Pair(source, value);
            return new BinaryExpr(binary, source.At("left", left, Read), source.At("right", right, Read), default);
        }

        if (ExpressionJsonNames.FindUnary(name) is { } unary)
        {
            var fields = source.Fields(value, $"`{name}`", ["arg"], required: 1);
            return new UnaryExpr(unary, source.At("arg", fields[0]!.Value, Read), default);
        }

        return name switch
        {
            "Value" => ReadValue(source, value),
            "Var" => ReadVariable(source, value),
            "Slot" => throw source.Error("template slots are not allowed in conditions"),
            "." => ReadGetAttribute(source, value),
            "has" => ReadHas(source, value),
            "like" => ReadLike(source, value),
            "is" => ReadIs(source, value),
            "if-then-else" => ReadIf(source, value),
            "Set" => new SetExpr([.. source.Items(value, "an array of expressions", Read)], default),
            "Record" => ReadRecord(source, value, Read),
            _ => ReadCall(source, value, name),
        };
    }

    private static (JsonElement Left, JsonElement Right) Pair(JsonSource source, JsonElement value)
    {
        var fields = source.Fields(value, "a binary operator", ["left", "right"], required: 2);
        return (fields[0]!.Value, fields[1]!.Value);
    }

    // A chain leans to the left; it is walked down in a loop, since it nests as deep as it is long.
    private static Expr ReadChain(JsonSource source, JsonElement element, string name)
    {
        var operands = new List<Expr>();
        var current = element;
        while (Single(source, current) is var (next, value) && next == name)
        {
            var (left, right) = Pair(source, value);
            operands.Add(source.At(name, right, Read));
            current = left;
        }

        operands.Add(source.At(name, current, Read));
        operands.Reverse();
        return name == "&&" ? new AndExpr([.. operands], default) : new OrExpr([.. operands], default);
    }

    private static VariableExpr ReadVariable(JsonSource source, JsonElement value)
    {
        var name = source.String(value, "the name of a variable");
        return ExpressionJsonNames.FindVariable(name) is { } variable
            ? new(variable, default)
            : throw source.Error($"`{CedarText.Shorten(name)}` is not a variable; expected `principal`, `action`, `resource` or `context`");
    }

    private static GetAttributeExpr ReadGetAttribute(JsonSource source, JsonElement value)
    {
        var fields = source.Fields(value, "an attribute access", ["left", "attr"], required: 2);
        return new(source.At("left", fields[0]!.Value, Read), source.At("attr", fields[1]!.Value, static (s, e) => s.String(e, "a string")), default, default);
    }

    private static Expr ReadHas(JsonSource source, JsonElement value)
    {
        var fields = source.Fields(value, "`has`", ["left", "attr"], required: 2);
        var target = source.At("left", fields[0]!.Value, Read);
        var path = source.At("attr", fields[1]!.Value, static (s, e) => e.ValueKind == JsonValueKind.Array
            ? s.Items(e, "an array of names", static (inner, name) => inner.String(name, "a string"))
            : [s.String(e, "a string or an array of strings")]);
        if (path.Length == 0)
        {
            throw source.Error("`has` needs at least one attribute");
        }

        // The dotted form exists in text for identifiers only; other names are spelled out.
        return path.Length == 1 || path.All(static name => CedarIdentifier.IsIdentifier(name))
            ? new HasExpr(target, [.. path], default, default)
            : SpellOut(source, target, path);
    }

    private static AndExpr SpellOut(JsonSource source, Expr target, string[] path)
    {
        var operands = ImmutableArray.CreateBuilder<Expr>(path.Length);
        foreach (var name in path)
        {
            operands.Add(Bounded(source, new HasExpr(target, [name], default, default)));
            target = new GetAttributeExpr(target, name, default, default);
        }

        return new(operands.ToImmutable(), default);
    }

    private static LikeExpr ReadLike(JsonSource source, JsonElement value)
    {
        var fields = source.Fields(value, "`like`", ["left", "pattern"], required: 2);
        var parts = ImmutableArray.CreateBuilder<string>();
        var part = "";
        // Null stands for a wildcard.
        foreach (var literal in source.At("pattern", fields[1]!.Value, static (s, e) => s.Items(e, "an array", ReadPatternElement)))
        {
            if (literal is null)
            {
                parts.Add(part);
                part = "";
            }
            else
            {
                part += literal;
            }
        }

        parts.Add(part);
        return new(source.At("left", fields[0]!.Value, Read), new(parts.ToImmutable()), default);
    }

    private static string? ReadPatternElement(JsonSource source, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            var fields = source.Fields(element, "a part of a pattern", ["Literal"], required: 1);
            return source.At("Literal", fields[0]!.Value, static (s, e) => s.String(e, "a string"));
        }

        return source.String(element, "a string") == "Wildcard" ? null : throw source.Error("expected \"Wildcard\" or {\"Literal\": …}");
    }

    private static IsExpr ReadIs(JsonSource source, JsonElement value)
    {
        var fields = source.Fields(value, "`is`", ["left", "entity_type", "in"], required: 2);
        return new(
            source.At("left", fields[0]!.Value, Read),
            source.At("entity_type", fields[1]!.Value, ReadEntityType),
            default,
            fields[2] is { } container ? source.At("in", container, Read) : null,
            default);
    }

    public static string ReadEntityType(JsonSource source, JsonElement element)
    {
        var type = source.String(element, "an entity type");
        return CedarIdentifier.IsPath(type) ? type : throw source.Error($"`{CedarText.Shorten(type)}` is not an entity type");
    }

    private static IfExpr ReadIf(JsonSource source, JsonElement value)
    {
        var fields = source.Fields(value, "`if-then-else`", ["if", "then", "else"], required: 3);
        return new(source.At("if", fields[0]!.Value, Read), source.At("then", fields[1]!.Value, Read), source.At("else", fields[2]!.Value, Read), default);
    }

    private static RecordExpr ReadRecord(JsonSource source, JsonElement value, Func<JsonSource, JsonElement, Expr> read)
    {
        var entries = ImmutableArray.CreateBuilder<RecordEntry>();
        foreach (var (name, attribute) in source.Properties(value, "a record"))
        {
            entries.Add(new(name, default, source.At(name, attribute, read)));
        }

        return new(entries.ToImmutable(), default);
    }

    private static ExtensionCallExpr ReadCall(JsonSource source, JsonElement value, string name)
    {
        if (ExtensionCatalog.Find(name) is not { } entry)
        {
            throw source.Error($"there is no operator or function `{CedarText.Shorten(name)}`");
        }

        var arguments = source.Items(value, "an array of arguments", Read);
        return BuildCall(source, entry.Function, arguments);
    }

    private static ExtensionCallExpr BuildCall(JsonSource source, ExtensionFunction function, Expr[] arguments)
    {
        var entry = ExtensionCatalog.Describe(function);
        return entry.IsMethod && arguments.Length == 0
            ? throw source.Error($"the method `{entry.Name}` needs the value it is called on")
            : new(function, [.. arguments], default);
    }

    // A value is read as the expression that makes it: an extension function may fail, and does so when it is evaluated.
    private static Expr ReadValue(JsonSource source, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                return new SetExpr([.. source.Items(element, "an array", ReadBoundedValue)], default);
            case JsonValueKind.Object when source.Properties(element, "an object") is [{ Key: "__extn" } escape]:
                var (function, arguments) = source.At("__extn", escape.Value, static (s, e) => ValueJsonReader.ReadCall(s, e, ReadBoundedValue));
                return BuildCall(source, function, arguments);
            case JsonValueKind.Object when !ValueJsonReader.HasEscape(source.Properties(element, "an object")):
                return ReadRecord(source, element, ReadBoundedValue);
            default:
                return new LiteralExpr(ValueJsonReader.Read(source, element), default);
        }
    }

    private static Expr ReadBoundedValue(JsonSource source, JsonElement element) => Bounded(source, ReadValue(source, element));
}
