using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;

namespace IntentAuthz.Cedar.Partial;

/// <summary>
/// Evaluates expressions as far as a partial request allows. What is left keeps the meaning of the whole: it gives the same value,
/// or fails likewise, once the request is complete. One thread at a time.
/// </summary>
/// <remarks>
/// Where an operand fails for certain, a strict operator does too, also when another operand is unknown. A chain of
/// <c>&amp;&amp;</c> with an unknown operand in front of a false one is kept: it is false or fails.
/// </remarks>
internal sealed class PartialEvaluator
{
    private readonly PartialRequest _request;
    private readonly Interpreter _interpreter;

    public PartialEvaluator(PartialRequest request, IEntityProvider entities)
    {
        _request = request;
        // It is only given expressions that do not read what is unknown; what stands there does not matter.
        _interpreter = new(
            new(Stand(request.Principal), Stand(request.Action), Stand(request.Resource), request.Context),
            entities);
    }

    private static EntityUid Stand(PartialEntity entity) => entity.Uid ?? new("Unknown", "");

    public PartialValue Evaluate(Expr expr)
    {
        // The height of a tree is bounded, but the stack that the caller left is not known. The whole is always right.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return PartialValue.Left(expr);
        }

        return expr switch
        {
            LiteralExpr literal => PartialValue.Of(literal.Value),
            VariableExpr variable => EvaluateVariable(variable),
            AndExpr and => EvaluateChain(and, and.Operands, decides: false, operands => new AndExpr(Flatten(operands, first => (first as AndExpr)?.Operands), and.Range)),
            OrExpr or => EvaluateChain(or, or.Operands, decides: true, operands => new OrExpr(Flatten(operands, first => (first as OrExpr)?.Operands), or.Range)),
            IfExpr conditional => EvaluateIf(conditional),
            GetAttributeExpr { Target: VariableExpr { Variable: CedarVariable.Context } } get => EvaluateContext(get),
            HasExpr { Target: VariableExpr { Variable: CedarVariable.Context } } has => EvaluateContext(has),
            IsExpr { Target: VariableExpr { Variable: not CedarVariable.Context } variable } @is when TypeOf(variable) is { } type => EvaluateIs(@is, type),
            IsExpr @is => EvaluateIs(@is),
            BinaryExpr binary => EvaluateStrict([binary.Left, binary.Right], operands => new BinaryExpr(binary.Operator, operands[0], operands[1], binary.Range)),
            UnaryExpr unary => EvaluateStrict([unary.Operand], operands => new UnaryExpr(unary.Operator, operands[0], unary.Range)),
            GetAttributeExpr get => EvaluateStrict([get.Target], operands => new GetAttributeExpr(operands[0], get.Attribute, get.AttributeRange, get.Range)),
            HasExpr has => EvaluateStrict([has.Target], operands => new HasExpr(operands[0], has.Path, has.PathRange, has.Range)),
            LikeExpr like => EvaluateStrict([like.Target], operands => new LikeExpr(operands[0], like.Pattern, like.Range)),
            SetExpr set => EvaluateStrict(set.Elements, operands => new SetExpr(operands, set.Range)),
            RecordExpr record => EvaluateStrict(
                [.. record.Entries.Select(entry => entry.Value)],
                operands => new RecordExpr([.. record.Entries.Select((entry, i) => entry with { Value = operands[i] })], record.Range)),
            ExtensionCallExpr call => EvaluateStrict(call.Arguments, operands => new ExtensionCallExpr(call.Function, operands, call.Range)),
            _ => throw new InvalidOperationException($"Unknown expression {expr.GetType().Name}."),
        };
    }

    private PartialEntity Entity(CedarVariable variable) => variable switch
    {
        CedarVariable.Principal => _request.Principal,
        CedarVariable.Action => _request.Action,
        _ => _request.Resource,
    };

    private string? TypeOf(VariableExpr variable) => Entity(variable.Variable).Type;

    private PartialValue EvaluateVariable(VariableExpr variable)
    {
        if (variable.Variable == CedarVariable.Context)
        {
            return _request.UnknownContext.Count == 0 ? PartialValue.Of(_request.Context) : PartialValue.Left(variable);
        }

        return Entity(variable.Variable).Uid is { } uid ? PartialValue.Of(new CedarEntity(uid)) : PartialValue.Left(variable);
    }

    private PartialValue EvaluateContext(GetAttributeExpr get) => _request.UnknownContext.Contains(get.Attribute) ? PartialValue.Left(get)
        : Interpret(get);

    private PartialValue EvaluateContext(HasExpr has) => _request.UnknownContext.Contains(has.Path[0])
        ? PartialValue.Left(has)
        : Interpret(has);

    // The operands of `&&` or `||`, the first that is `decides` ending the chain.
    private PartialValue EvaluateChain(Expr whole, ImmutableArray<Expr> operands, bool decides, Func<ImmutableArray<Expr>, Expr> rebuild)
    {
        var left = ImmutableArray.CreateBuilder<Expr>();
        for (var i = 0; i < operands.Length; i++)
        {
            var operand = Evaluate(operands[i]);
            if (left.Count == 0 && (operand.Error is not null || operand.Value is not (null or CedarBool)))
            {
                return FailBool(operand, operands[i]);
            }

            if (left.Count == 0 && operand.Truth == decides)
            {
                return PartialValue.Of(CedarBool.Of(decides));
            }

            // In front, what does not decide changes nothing. Behind an unknown operand all is kept, up to what ends the chain:
            // the unknown one may not be a bool.
            if (operand.Truth == !decides && left.Count == 0)
            {
                continue;
            }

            left.Add(operand.Residual ?? (operand.Value is { } value ? new LiteralExpr(value, operands[i].Range) : operands[i]));
            if (operand.Error is not null || operand.Truth == decides)
            {
                break;
            }
        }

        return left.Count switch
        {
            0 => PartialValue.Of(CedarBool.Of(!decides)),
            // A single operand must still be shown to be a bool.
            1 => PartialValue.Left(rebuild([left[0], new LiteralExpr(CedarBool.Of(!decides), whole.Range)])),
            _ => PartialValue.Left(rebuild(left.ToImmutable())),
        };
    }

    private PartialValue EvaluateIf(IfExpr conditional)
    {
        var condition = Evaluate(conditional.Condition);
        if (condition.Residual is null)
        {
            return condition.Truth is { } truth ? Evaluate(truth ? conditional.WhenTrue : conditional.WhenFalse) : FailBool(condition, conditional.Condition);
        }

        return PartialValue.Left(new IfExpr(condition.Residual, Rest(conditional.WhenTrue), Rest(conditional.WhenFalse), conditional.Range));
    }

    // An expression that may not be reached: what fails there is kept as it is.
    private Expr Rest(Expr expr)
    {
        var value = Evaluate(expr);
        return value.Residual ?? (value.Value is { } known ? new LiteralExpr(known, expr.Range) : expr);
    }

    private PartialValue EvaluateIs(IsExpr @is, string type)
    {
        if (!string.Equals(type, @is.EntityType, StringComparison.Ordinal))
        {
            return PartialValue.Of(CedarBool.False);
        }

        return @is.Container is null
            ? PartialValue.Of(CedarBool.True)
            : EvaluateStrict([@is.Target, @is.Container], operands => new BinaryExpr(BinaryOperator.In, operands[0], operands[1], @is.Range));
    }

    private PartialValue EvaluateIs(IsExpr @is)
    {
        var target = Evaluate(@is.Target);
        if (target.Error is not null)
        {
            return target;
        }

        if (@is.Container is null)
        {
            IsExpr Of(Expr operand) => new(operand, @is.EntityType, @is.TypeRange, null, @is.Range);
            return target.Value is { } value ? Interpret(Of(new LiteralExpr(value, @is.Target.Range))) : PartialValue.Left(Of(target.Residual!));
        }

        // The container is only evaluated for an entity of the type.
        if (target.Value is not null)
        {
            var known = new IsExpr(new LiteralExpr(target.Value, @is.Target.Range), @is.EntityType, @is.TypeRange, @is.Container, @is.Range);
            return target.Value is CedarEntity entity ? EvaluateIs(known, entity.Uid.Type) : Interpret(known);
        }

        return PartialValue.Left(new IsExpr(target.Residual!, @is.EntityType, @is.TypeRange, Rest(@is.Container), @is.Range));
    }

    // An operator that needs all its operands.
    private PartialValue EvaluateStrict(ImmutableArray<Expr> operands, Func<ImmutableArray<Expr>, Expr> rebuild)
    {
        var rest = ImmutableArray.CreateBuilder<Expr>(operands.Length);
        var isKnown = true;
        foreach (var operand in operands)
        {
            var value = Evaluate(operand);
            if (value.Error is not null)
            {
                return value;
            }

            isKnown &= value.Residual is null;
            rest.Add(value.Residual ?? new LiteralExpr(value.Value!, operand.Range));
        }

        var rebuilt = rebuild(rest.MoveToImmutable());
        return isKnown ? Interpret(rebuilt) : PartialValue.Left(rebuilt);
    }

    // Only for what does not depend on the unknown parts.
    private PartialValue Interpret(Expr expr) =>
        _interpreter.Evaluate(expr) is { } value ? PartialValue.Of(value) : PartialValue.Failure(_interpreter.Error!);

    // A condition that fails, or whose value is not a bool.
    private PartialValue FailBool(PartialValue operand, Expr expr) => operand.Error is not null
        ? operand
        : Interpret(new UnaryExpr(UnaryOperator.Not, new LiteralExpr(operand.Value!, expr.Range), expr.Range));

    // A chain does not begin with a chain of its own kind.
    private static ImmutableArray<Expr> Flatten(ImmutableArray<Expr> operands, Func<Expr, ImmutableArray<Expr>?> chain) =>
        chain(operands[0]) is { } first ? first.AddRange(operands.AsSpan()[1..]) : operands;
}
