using System.Runtime.CompilerServices;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Extensions;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Evaluation;

/// <summary>
/// Evaluates expressions for one request by walking the tree: the plain statement of Cedar's semantics that faster engines are
/// held against. A method returns null where evaluation fails, and <see cref="Error"/> then says why. One thread at a time.
/// </summary>
internal sealed partial class Interpreter(CedarRequest request, IEntityProvider entities)
{
    /// <summary>The error of the last evaluation that returned null.</summary>
    public EvaluationError? Error { get; private set; }

    /// <summary>Whether a policy applies; null where it cannot be evaluated.</summary>
    public bool? IsSatisfied(Policy policy)
    {
        // The scope is evaluated first, left to right, and never errors.
        if (!Admits(policy.Principal, request.Principal.Uid, entities) || !Admits(policy.Action, request.Action.Uid, entities)
            || !Admits(policy.Resource, request.Resource.Uid, entities))
        {
            return false;
        }

        foreach (var condition in policy.Body.Conditions)
        {
            if (EvaluateBool(condition.Body) is not { } holds)
            {
                return null;
            }

            if (holds != condition.IsWhen)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Why a policy that failed cannot be evaluated.</summary>
    public PolicyError Explain(Policy policy) => IsSatisfied(policy) is null && Error is { } error
        ? new(policy.Id, error.Message, policy.Body.GetSpan(error.Range), error.Help)
        // A provider that answers the same question differently must not turn a failure into an exception.
        : new(policy.Id, "the policy failed, but not when it was evaluated again: the entities have changed meanwhile", policy.Source);

    /// <summary>Whether an entity is what a scope asks for.</summary>
    public static bool Admits(ScopeConstraint constraint, EntityUid uid, IEntityProvider entities)
    {
        switch (constraint.Kind)
        {
            case ScopeKind.Any:
                return true;
            case ScopeKind.Equal:
                return constraint.EntityArray[0] == uid;
            case ScopeKind.In:
                return IsIn(uid, constraint.EntityArray[0], entities);
            case ScopeKind.Is:
                return IsType(uid, constraint.EntityType);
            case ScopeKind.IsIn:
                return IsType(uid, constraint.EntityType) && IsIn(uid, constraint.EntityArray[0], entities);
            case ScopeKind.InSet:
                foreach (var container in constraint.EntityArray)
                {
                    if (IsIn(uid, container, entities))
                    {
                        return true;
                    }
                }

                return false;
            default:
                throw new InvalidOperationException($"Unknown scope kind {constraint.Kind}.");
        }
    }

    private static bool IsIn(EntityUid uid, EntityUid container, IEntityProvider entities) => uid == container || Ancestry.IsBelow(entities, uid, container);

    private static bool IsType(EntityUid uid, string? type) => string.Equals(uid.Type, type, StringComparison.Ordinal);

    /// <summary>The value of an expression, or null.</summary>
    public CedarValue? Evaluate(Expr expr)
    {
        // The height of a tree is bounded, but the stack that the caller left is not known.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return Fail("recursion limit reached", expr.Range);
        }

        return expr switch
        {
            LiteralExpr literal => literal.Value,
            VariableExpr variable => EvaluateVariable(variable),
            AndExpr and => EvaluateAnd(and),
            OrExpr or => EvaluateOr(or),
            UnaryExpr unary => EvaluateUnary(unary),
            BinaryExpr binary => EvaluateBinary(binary),
            IfExpr conditional => EvaluateIf(conditional),
            GetAttributeExpr get => EvaluateGetAttribute(get),
            HasExpr has => EvaluateHas(has),
            LikeExpr like => EvaluateLike(like),
            IsExpr @is => EvaluateIs(@is),
            SetExpr set => EvaluateSet(set),
            RecordExpr record => EvaluateRecord(record),
            ExtensionCallExpr call => EvaluateCall(call),
            _ => throw new InvalidOperationException($"Unknown expression {expr.GetType().Name}."),
        };
    }

    private CedarValue EvaluateVariable(VariableExpr variable) => variable.Variable switch
    {
        CedarVariable.Principal => request.Principal,
        CedarVariable.Action => request.Action,
        CedarVariable.Resource => request.Resource,
        _ => request.Context,
    };

    private bool? EvaluateBool(Expr expr)
    {
        if (Evaluate(expr) is not { } value)
        {
            return null;
        }

        if (value is CedarBool result)
        {
            return result.Value;
        }

        FailType("bool", value, expr.Range);
        return null;
    }

    // Every operand that is evaluated must be a bool, the last one too.
    private CedarBool? EvaluateAnd(AndExpr and)
    {
        foreach (var operand in and.Operands)
        {
            if (EvaluateBool(operand) is not { } holds)
            {
                return null;
            }

            if (!holds)
            {
                return CedarBool.False;
            }
        }

        return CedarBool.True;
    }

    private CedarBool? EvaluateOr(OrExpr or)
    {
        foreach (var operand in or.Operands)
        {
            if (EvaluateBool(operand) is not { } holds)
            {
                return null;
            }

            if (holds)
            {
                return CedarBool.True;
            }
        }

        return CedarBool.False;
    }

    private CedarValue? EvaluateIf(IfExpr conditional) => EvaluateBool(conditional.Condition) switch
    {
        true => Evaluate(conditional.WhenTrue),
        false => Evaluate(conditional.WhenFalse),
        null => null,
    };

    private CedarValue? EvaluateUnary(UnaryExpr unary)
    {
        if (Evaluate(unary.Operand) is not { } operand)
        {
            return null;
        }

        switch (unary.Operator)
        {
            case UnaryOperator.Not:
                return operand is CedarBool b ? CedarBool.Of(!b.Value) : FailType("bool", operand, unary.Operand.Range);
            case UnaryOperator.Negate:
                return operand is not CedarLong n ? FailType("long", operand, unary.Operand.Range)
                    : n.Value == long.MinValue ? Fail($"integer overflow while attempting to negate the value `{n}`", unary.Range)
                    : new CedarLong(-n.Value);
            default:
                return operand is CedarSet set ? CedarBool.Of(set.Count == 0) : FailType("set", operand, unary.Operand.Range);
        }
    }

    private CedarValue? EvaluateSet(SetExpr set)
    {
        if (EvaluateAll(set.Elements) is not { } elements)
        {
            return null;
        }

        return CedarSet.TryCreate(elements) ?? FailDepth(set);
    }

    private CedarValue? EvaluateRecord(RecordExpr record)
    {
        var entries = record.Ordered;
        var (names, values) = (new string[entries.Length], new CedarValue[entries.Length]);
        for (var i = 0; i < entries.Length; i++)
        {
            if (Evaluate(entries[i].Value) is not { } value)
            {
                return null;
            }

            (names[i], values[i]) = (entries[i].Name, value);
        }

        return CedarRecord.TryCreate(names, values, out _) ?? FailDepth(record);
    }

    private CedarValue[]? EvaluateAll(System.Collections.Immutable.ImmutableArray<Expr> exprs)
    {
        var values = new CedarValue[exprs.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (Evaluate(exprs[i]) is not { } value)
            {
                return null;
            }

            values[i] = value;
        }

        return values;
    }

    private CedarValue? EvaluateCall(ExtensionCallExpr call)
    {
        if (EvaluateAll(call.Arguments) is not { } arguments)
        {
            return null;
        }

        return ExtensionCalls.Invoke(call.Function, arguments, out var error)
            ?? Fail(error!.Message, error.Argument < 0 ? call.Range : call.Arguments[error.Argument].Range, error.Help);
    }

    private CedarValue? FailDepth(Expr expr) =>
        Fail($"the value nests deeper than {CedarLimits.MaxValueDepth} sets and records", expr.Range);

    private CedarValue? Fail(string message, TextRange range, string? help = null)
    {
        Error = new(message, range, help);
        return null;
    }

    private const string AnyEntity = "(entity of type `any_entity_type`)";

    private CedarValue? FailType(string expected, CedarValue actual, TextRange range, string? help = null) =>
        Fail($"type error: expected {expected}, got {actual.TypeName}", range, help);
}
