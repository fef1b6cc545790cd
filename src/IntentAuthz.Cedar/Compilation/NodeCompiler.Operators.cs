using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Compilation.Nodes;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>Operators and calls.</summary>
internal sealed partial class NodeCompiler
{
    private Node CompileUnary(UnaryExpr unary)
    {
        var operand = Compile(unary.Operand);
        return unary.Operator switch
        {
            UnaryOperator.Not => Not(operand),
            UnaryOperator.Negate => Share("negate", [operand], () => new NegateNode(operand), isPure: true),
            _ => Share("isEmpty", [operand], () => new IsEmptyNode(operand), isPure: true),
        };
    }

    private Node CompileBinary(BinaryExpr binary)
    {
        var (left, right) = (Compile(binary.Left), Compile(binary.Right));
        var @operator = binary.Operator;
        return @operator switch
        {
            BinaryOperator.Equal or BinaryOperator.NotEqual => Equality(left, right, @operator == BinaryOperator.NotEqual),
            BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual => Order(@operator, left, right),
            BinaryOperator.In => In(left, right),
            BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply =>
                Share("arithmetic", [left, right], () => new ArithmeticNode(@operator, left, right), isPure: true, @operator),
            BinaryOperator.Contains => Share("contains", [left, right], () => new ContainsNode(left, right), isPure: true),
            BinaryOperator.ContainsAll or BinaryOperator.ContainsAny =>
                Share("contains many", [left, right], () => new ContainsManyNode(left, right, @operator == BinaryOperator.ContainsAll), isPure: true, @operator),
            // Tags are the store's to know, so that these are never constant; but they need both operands.
            BinaryOperator.GetTag => AnyFailing(left, right) ?? Share("get tag", [left, right], () => new GetTagNode(left, right)),
            BinaryOperator.HasTag => AnyFailing(left, right) ?? Share("has tag", [left, right], () => new HasTagNode(left, right)),
            _ => throw new InvalidOperationException($"Unknown operator {@operator}."),
        };
    }

    private static Node? AnyFailing(Node left, Node right) => left as FailingNode ?? right as FailingNode;

    // Equality is symmetric and never fails by itself, so a constant may be moved to the right.
    private Node Equality(Node left, Node right, bool isNegated)
    {
        if (left is ConstantNode && right is not (ConstantNode or FailingNode))
        {
            (left, right) = (right, left);
        }

        if (left is not (ConstantNode or FailingNode) && right is ConstantNode constant)
        {
            switch (constant.Value)
            {
                case CedarString text:
                    return Share("equal text", [left], () => new EqualTextNode(left, text.Value, isNegated), text.Value, isNegated);
                case CedarEntity { Uid: var uid } when left is VariableNode { Role: var role }:
                    var literal = literals.Entity(uid);
                    return Share("is entity", [], () => new IsEntityNode(role, literal, isNegated), role, literal.Id, isNegated);
                case var value when constant.Operand.Reference is ScalarKind:
                    return Share("equal scalar", [left], () => new EqualConstantNode(left, constant.Operand, isNegated), value, isNegated);
            }
        }

        return Share("equal", [left, right], () => new EqualNode(left, right, isNegated), isPure: true, isNegated);
    }

    private Node Order(BinaryOperator @operator, Node left, Node right)
    {
        if (left is not (ConstantNode or FailingNode) && right is ConstantNode constant && constant.Value is CedarLong or CedarDatetime or CedarDuration)
        {
            return OrderConstant(@operator, left, constant);
        }

        return Share("order", [left, right], () => new OrderNode(@operator, left, right), isPure: true, @operator);
    }

    private Node OrderConstant(BinaryOperator @operator, Node operand, ConstantNode constant)
    {
        var (kind, bits) = ((ScalarKind)constant.Operand.Reference!, constant.Operand.Bits);
        return Share("order constant", [operand], () => new OrderConstantNode(@operator, operand, kind, bits), @operator, kind, bits);
    }

    private Node In(Node left, Node right)
    {
        if (AnyFailing(left, right) is { } failing)
        {
            return failing;
        }

        if (left is not ConstantNode && right is ConstantNode constant && LiteralContainers(constant.Value) is { } uids)
        {
            var containers = uids.Select(uid => literals.Entity(uid)).DistinctBy(literal => literal.Id).ToArray();
            foreach (var container in containers)
            {
                container.IsContainer = true;
            }

            object[] ids = [.. containers.Select(container => (object)container.Id)];
            return left is VariableNode { Role: var role }
                ? Share("variable in", [], () => new VariableInLiteralNode(role, [.. containers.Select(container => container.Id).Order()]), [role, .. ids])
                : Share("in literal", [left], () => new InLiteralNode(left, [.. containers]), ids);
        }

        return left is VariableNode variable
            ? Share("variable in any", [right], () => new VariableInNode(variable.Role, right), variable.Role)
            : Share("in", [left, right], () => new InNode(left, right));
    }

    private static EntityUid[]? LiteralContainers(CedarValue value) => value switch
    {
        CedarEntity entity => [entity.Uid],
        CedarSet set when set.All(item => item is CedarEntity) => [.. set.Select(item => ((CedarEntity)item).Uid)],
        _ => null,
    };

    private Node CompileCall(ExtensionCallExpr call)
    {
        var arguments = CompileAll(call.Arguments).ToImmutable();
        var function = call.Function;
        if (arguments.Length != ExtensionCatalog.Describe(function).Arity)
        {
            // All arguments are evaluated first, but whether they fail or the call does, it fails.
            return Failing();
        }

        switch (function)
        {
            case ExtensionFunction.LessThan or ExtensionFunction.LessThanOrEqual or ExtensionFunction.GreaterThan or ExtensionFunction.GreaterThanOrEqual:
                var @operator = OperatorOf(function);
                return arguments is [not (ConstantNode or FailingNode), ConstantNode { Value: CedarDecimal } constant]
                    ? OrderConstant(@operator, arguments[0], constant)
                    : Share("decimal order", arguments.AsSpan(), () => new DecimalOrderNode(@operator, arguments[0], arguments[1]), isPure: true, @operator);
            case ExtensionFunction.IsIpv4 or ExtensionFunction.IsIpv6 or ExtensionFunction.IsLoopback or ExtensionFunction.IsMulticast or ExtensionFunction.IsInRange:
                return Share("ip test", arguments.AsSpan(), () => new IpTestNode(function, arguments[0], Second(arguments)), isPure: true, function);
            case ExtensionFunction.Decimal or ExtensionFunction.Ip or ExtensionFunction.Datetime or ExtensionFunction.Duration:
                return Share("construct", arguments.AsSpan(), () => new CallNode(function, arguments), isPure: true, function);
            default:
                return Share("time", arguments.AsSpan(), () => new TimeNode(function, arguments[0], Second(arguments)), isPure: true, function);
        }
    }

    private static Node? Second(System.Collections.Immutable.ImmutableArray<Node> arguments) => arguments.Length > 1 ? arguments[1] : null;

    private static BinaryOperator OperatorOf(ExtensionFunction function) => function switch
    {
        ExtensionFunction.LessThan => BinaryOperator.Less,
        ExtensionFunction.LessThanOrEqual => BinaryOperator.LessOrEqual,
        ExtensionFunction.GreaterThan => BinaryOperator.Greater,
        _ => BinaryOperator.GreaterOrEqual,
    };
}
