using System.Globalization;
using System.Text;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// Numbers expressions so that two have the same number exactly if they are the same expression, wherever they stand. Forms
/// that Cedar defines by others count as those: <c>a != b</c> is <c>!(a == b)</c>, and a chain nests to the left, with what is
/// a <see cref="ConstantBool"/> computed.
/// </summary>
internal sealed class ExprShapes
{
    private const string And = "and";

    private readonly Dictionary<string, int> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<CedarValue, int> _literals = [];
    private readonly Dictionary<Expr, int> _byExpr = new(ReferenceEqualityComparer.Instance);

    public int Of(Expr expr)
    {
        if (!_byExpr.TryGetValue(expr, out var shape))
        {
            shape = Compute(expr);
            _byExpr.Add(expr, shape);
        }

        return shape;
    }

    /// <summary>The shape of <c>target.attribute</c>, for an access that was not written as such.</summary>
    public int OfAttribute(int target, string attribute) => Node($"get {Quote(attribute)}", target);

    private int Compute(Expr expr) => expr switch
    {
        LiteralExpr literal => Literal(literal.Value),
        VariableExpr variable => Node($"var {variable.Variable}"),
        SlotExpr slot => Node($"slot {slot.Slot}"),
        AndExpr and => Chain(And, and.Operands),
        OrExpr or => Chain("or", or.Operands),
        UnaryExpr unary => Node(unary.Operator.ToString(), Of(unary.Operand)),
        BinaryExpr binary => Binary(binary),
        IfExpr conditional => Node("if", Of(conditional.Condition), Of(conditional.WhenTrue), Of(conditional.WhenFalse)),
        GetAttributeExpr get => OfAttribute(Of(get.Target), get.Attribute),
        HasExpr has => Has(has),
        LikeExpr like => Node($"like {string.Join('*', like.Pattern.Parts.Select(Quote))}", Of(like.Target)),
        IsExpr @is => Is(@is),
        SetExpr set => Node("set", [.. set.Elements.Select(Of)]),
        RecordExpr record => Node($"record {string.Join(',', record.Ordered.Select(entry => Quote(entry.Name)))}", [.. record.Ordered.Select(entry => Of(entry.Value))]),
        ExtensionCallExpr call => Node($"call {call.Function}", [.. call.Arguments.Select(Of)]),
        _ => throw new InvalidOperationException($"Unknown expression {expr.GetType().Name}."),
    };

    private int Binary(BinaryExpr binary)
    {
        var (left, right) = (Of(binary.Left), Of(binary.Right));
        return binary.Operator switch
        {
            BinaryOperator.NotEqual => Node(nameof(UnaryOperator.Not), Node(nameof(BinaryOperator.Equal), left, right)),
            BinaryOperator.Greater => Node(nameof(UnaryOperator.Not), Node(nameof(BinaryOperator.LessOrEqual), left, right)),
            BinaryOperator.GreaterOrEqual => Node(nameof(UnaryOperator.Not), Node(nameof(BinaryOperator.Less), left, right)),
            var other => Node(other.ToString(), left, right),
        };
    }

    private int Has(HasExpr has)
    {
        var target = Of(has.Target);
        var result = Node($"has {Quote(has.Path[0])}", target);
        for (var i = 1; i < has.Path.Length; i++)
        {
            target = OfAttribute(target, has.Path[i - 1]);
            result = Node(And, result, Node($"has {Quote(has.Path[i])}", target));
        }

        return result;
    }

    private int Is(IsExpr @is)
    {
        var target = Of(@is.Target);
        var type = Node($"is {@is.EntityType}", target);
        return @is.Container is null ? type : Node(And, type, Node(nameof(BinaryOperator.In), target, Of(@is.Container)));
    }

    private int Chain(string name, IReadOnlyList<Expr> operands)
    {
        var result = Of(operands[0]);
        var constant = ConstantBool.Of(operands[0]);
        for (var i = 1; i < operands.Count; i++)
        {
            constant = constant is { } left && ConstantBool.Of(operands[i]) is { } right ? (name == And ? left && right : left || right) : null;
            result = constant is { } value ? Literal(CedarBool.Of(value)) : Node(name, result, Of(operands[i]));
        }

        return result;
    }

    private int Literal(CedarValue value)
    {
        if (!_literals.TryGetValue(value, out var shape))
        {
            shape = _byKey.Count + _literals.Count;
            _literals.Add(value, shape);
        }

        return shape;
    }

    // The key is the operator and the shapes of the operands: short, however deep the expression is.
    private int Node(string name, params ReadOnlySpan<int> operands)
    {
        var builder = new StringBuilder(name);
        foreach (var operand in operands)
        {
            builder.Append(CultureInfo.InvariantCulture, $" {operand}");
        }

        var key = builder.ToString();
        if (!_byKey.TryGetValue(key, out var shape))
        {
            shape = _byKey.Count + _literals.Count;
            _byKey.Add(key, shape);
        }

        return shape;
    }

    private static string Quote(string text) => CedarText.Quote(text);
}
