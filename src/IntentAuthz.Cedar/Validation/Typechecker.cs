using System.Collections.Immutable;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Schemas;
using IntentAuthz.Cedar.Syntax;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// Checks the conditions of one policy, one request environment after another. It follows the reference expression by
/// expression: what is known to be true or false ends a chain early, so that <c>principal is User &amp;&amp; principal.name == …</c>
/// is right for principals without a name; and what an expression tells when it is true (capabilities) holds for what follows it.
/// Recursion is safe because readers bound the height of expressions.
/// </summary>
internal sealed partial class Typechecker
{
    private readonly SchemaContent _schema;
    private readonly bool _isStrict;
    private readonly StepBudget _budget;
    private readonly FindingList _findings;
    private readonly TypeRelations _relations;
    private readonly TypeHierarchy _hierarchy;
    private readonly ExprShapes _shapes = new();
    private readonly Dictionary<string, EntityReferenceType> _references = new(StringComparer.Ordinal);
    private RequestEnvironment? _environment;

    public Typechecker(SchemaContent schema, TypeHierarchy hierarchy, ValidationMode mode, StepBudget budget, FindingList findings)
    {
        _schema = schema;
        _hierarchy = hierarchy;
        _isStrict = mode == ValidationMode.Strict;
        _budget = budget;
        _findings = findings;
        _relations = new(_isStrict, budget);
    }

    private RequestEnvironment Environment => _environment!;

    /// <summary>Checks the conditions in one environment, and tells whether they are known to be false there.</summary>
    public bool AreFalse(ImmutableArray<Condition> conditions, RequestEnvironment environment)
    {
        _environment = environment;
        // The conditions nest to the right, c1 && (c2 && c3): forwards for what each of them knows, backwards for the result.
        var results = new List<TypedExpr>(conditions.Length);
        var known = CapabilitySet.Empty;
        foreach (var condition in conditions)
        {
            var result = CheckBool(condition.Body, known);
            results.Add(condition.IsWhen ? result : Negate(result));
            if (results[^1].IsFalse)
            {
                break;
            }

            known = Union(known, results[^1].Capabilities);
        }

        var whole = results.Count == 0 ? TypedExpr.Valid(BoolType.True) : results[^1];
        for (var i = results.Count - 2; i >= 0; i--)
        {
            whole = CombineAnd(results[i], whole);
        }

        return whole.IsFalse;
    }

    private TypedExpr Check(Expr expr, CapabilitySet known)
    {
        if (!_budget.TryTake())
        {
            return TypedExpr.Invalid();
        }

        return expr switch
        {
            LiteralExpr literal => CheckLiteral(literal.Value),
            VariableExpr variable => TypedExpr.Valid(TypeOf(variable.Variable)),
            AndExpr and => CheckAnd(and, known),
            OrExpr or => CheckOr(or, known),
            UnaryExpr unary => CheckUnary(unary, known),
            BinaryExpr binary => CheckBinary(binary, known),
            IfExpr conditional => CheckIf(conditional, known),
            GetAttributeExpr get => CheckGetAttribute(get, known),
            HasExpr has => CheckHas(has, known),
            LikeExpr like => CheckLike(like, known),
            IsExpr @is => CheckIs(@is, known),
            SetExpr set => CheckSet(set, known),
            RecordExpr record => CheckRecord(record, known),
            ExtensionCallExpr call => CheckCall(call, known),
            _ => throw new InvalidOperationException($"Unknown expression {expr.GetType().Name}."),
        };
    }

    private CedarType TypeOf(CedarVariable variable) => variable switch
    {
        CedarVariable.Principal => Reference(Environment.Principal),
        CedarVariable.Action => Reference(Environment.Action.Uid.Type),
        CedarVariable.Resource => Reference(Environment.Resource),
        _ => Environment.Action.Context,
    };

    private EntityReferenceType Reference(string type)
    {
        if (!_references.TryGetValue(type, out var reference))
        {
            _references.Add(type, reference = new(type));
        }

        return reference;
    }

    // An entity of no declared type has no type here; that it is not declared has been reported for the policy as a whole.
    private TypedExpr CheckLiteral(CedarValue value) => value switch
    {
        CedarBool boolean => TypedExpr.Valid(BoolType.Of(boolean.Value)),
        CedarLong => TypedExpr.Valid(LongType.Instance),
        CedarString => TypedExpr.Valid(StringType.Instance),
        CedarEntity entity => IsDeclared(entity.Uid) ? TypedExpr.Valid(Reference(entity.Uid.Type)) : TypedExpr.Invalid(),
        _ => throw new InvalidOperationException($"{value.GetType().Name} has no literal."),
    };

    private bool IsDeclared(EntityUid uid) =>
        SchemaNames.IsActionType(uid.Type) ? _schema.Actions.ContainsKey(uid) : _schema.EntityTypes.ContainsKey(uid.Type);

    private TypedExpr CheckAnd(AndExpr and, CapabilitySet known)
    {
        var result = CheckBool(and.Operands[0], known);
        for (var i = 1; i < and.Operands.Length && !result.IsFalse; i++)
        {
            result = CombineAnd(result, CheckBool(and.Operands[i], Union(known, result.Capabilities)));
        }

        return result.IsFalse ? result with { Capabilities = CapabilitySet.Empty } : result;
    }

    private TypedExpr CombineAnd(TypedExpr left, TypedExpr right)
    {
        var isValid = left.IsValid && right.IsValid;
        if (left.Type is null || right.Type is null)
        {
            return TypedExpr.Invalid(BoolType.Any);
        }

        if (left.IsFalse || right.IsFalse)
        {
            return TypedExpr.Valid(BoolType.False).If(left.IsFalse ? left.IsValid : isValid);
        }

        var result = right.IsTrue ? TypedExpr.Valid(left.Type, Union(left.Capabilities, right.Capabilities))
            // What a true left side knows is dropped, as in the reference: it is known without having been asked.
            : left.IsTrue ? TypedExpr.Valid(right.Type, right.Capabilities)
            : TypedExpr.Valid(BoolType.Any, Union(left.Capabilities, right.Capabilities));
        return result.If(isValid);
    }

    private TypedExpr CheckOr(OrExpr or, CapabilitySet known)
    {
        var result = CheckBool(or.Operands[0], known);
        for (var i = 1; i < or.Operands.Length && !result.IsTrue; i++)
        {
            result = CombineOr(result, CheckBool(or.Operands[i], known));
        }

        return result;
    }

    private TypedExpr CombineOr(TypedExpr left, TypedExpr right)
    {
        if (left.Type is null || right.Type is null)
        {
            return TypedExpr.Invalid(BoolType.Any);
        }

        var result = right.IsTrue ? TypedExpr.Valid(BoolType.True, right.Capabilities)
            : right.IsFalse ? TypedExpr.Valid(left.Type, left.Capabilities)
            : left.IsFalse ? TypedExpr.Valid(right.Type, right.Capabilities)
            : TypedExpr.Valid(BoolType.Any, Intersect(left.Capabilities, right.Capabilities));
        return result.If(left.IsValid && right.IsValid);
    }

    private TypedExpr CheckIf(IfExpr conditional, CapabilitySet known)
    {
        var test = CheckBool(conditional.Condition, known);
        if (test.IsTrue)
        {
            var taken = Check(conditional.WhenTrue, Union(known, test.Capabilities));
            return (taken with { Capabilities = Union(taken.Capabilities, test.Capabilities) }).If(test.IsValid && taken.IsValid);
        }

        if (test.IsFalse)
        {
            return Check(conditional.WhenFalse, known).If(test.IsValid);
        }

        var whenTrue = Check(conditional.WhenTrue, Union(known, test.Capabilities));
        var whenFalse = Check(conditional.WhenFalse, known);
        if (Join(conditional.Range, "the branches of `if`", whenTrue.Type, whenFalse.Type) is not { } type)
        {
            return TypedExpr.Invalid();
        }

        var capabilities = whenTrue.IsValid ? Intersect(Union(whenTrue.Capabilities, test.Capabilities), whenFalse.Capabilities) : CapabilitySet.Empty;
        return TypedExpr.Valid(type, capabilities).If(test.IsValid && whenTrue.IsValid && whenFalse.IsValid);
    }

    private TypedExpr CheckUnary(UnaryExpr unary, CapabilitySet known) => unary.Operator switch
    {
        UnaryOperator.Not => Negate(CheckBool(unary.Operand, known)),
        UnaryOperator.Negate => Result(LongType.Instance, CheckLong(unary.Operand, known, null)),
        _ => Result(BoolType.Any, CheckAnySet(unary.Operand, known, type => type is StringType ? "compare with the empty string: `== \"\"`" : null)),
    };

    private static TypedExpr Negate(TypedExpr operand) =>
        operand.Type is null
            ? TypedExpr.Invalid(BoolType.Any)
            : TypedExpr.Valid(operand.IsTrue ? BoolType.False : operand.IsFalse ? BoolType.True : BoolType.Any).If(operand.IsValid);

    private static TypedExpr Result(CedarType type, TypedExpr operand) => TypedExpr.Valid(type).If(operand.IsValid);

    private static TypedExpr Result(CedarType type, TypedExpr left, TypedExpr right) => TypedExpr.Valid(type).If(left.IsValid && right.IsValid);

    private TypedExpr CheckLike(LikeExpr like, CapabilitySet known) =>
        Result(BoolType.Any, CheckString(like.Target, known, type => type is EntityReferenceType ? "an entity is tested with `is` or `==`" : null));

    private TypedExpr CheckSet(SetExpr set, CapabilitySet known)
    {
        var isValid = true;
        CedarType? element = NeverType.Instance;
        var types = new CedarType?[set.Elements.Length];
        for (var i = 0; i < types.Length; i++)
        {
            var result = Check(set.Elements[i], known);
            isValid &= result.IsValid;
            types[i] = result.Type;
        }

        if (_isStrict && types.Length == 0)
        {
            _findings.Add(FindingCodes.EmptySet, set.Range, "an empty set has no type in strict validation", "compare with `isEmpty()`, or validate permissively");
            return TypedExpr.Invalid();
        }

        if (Array.IndexOf(types, null) >= 0)
        {
            return TypedExpr.Invalid();
        }

        foreach (var type in types)
        {
            element = Join(set.Range, "the elements of a set", element, type);
            if (element is null)
            {
                return TypedExpr.Invalid();
            }
        }

        return TypedExpr.Valid(new SetType(element)).If(isValid);
    }

    private TypedExpr CheckRecord(RecordExpr record, CapabilitySet known)
    {
        var isValid = true;
        var isTyped = true;
        var attributes = new List<KeyValuePair<string, AttributeType>>(record.Entries.Length);
        foreach (var entry in record.Ordered)
        {
            var result = Check(entry.Value, known);
            isValid &= result.IsValid;
            isTyped &= result.Type is not null;
            attributes.Add(new(entry.Name, new(result.Type ?? NeverType.Instance, IsRequired: true)));
        }

        return isTyped ? TypedExpr.Valid(RecordType.Create(attributes)).If(isValid) : TypedExpr.Invalid();
    }

    // The least type above both; an error and null where there is none, only null where one of them has no type.
    private CedarType? Join(TextRange range, string what, CedarType? left, CedarType? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        if (_relations.TryJoin(left, right, out var join, out var mismatch))
        {
            return join;
        }

        _findings.Add(FindingCodes.IncompatibleTypes, range, $"{what} must have one type, but are `{left}` and `{right}`", Explain(mismatch));
        return null;
    }

    private static string? Explain(TypeMismatch mismatch) => mismatch switch
    {
        TypeMismatch.EntityAndRecord => "an entity and a record are different, even with the same attributes",
        TypeMismatch.EntityTypes => "strict validation keeps entities of different types apart; test the type with `is` first",
        TypeMismatch.RecordAttributes => "in strict validation both records must have the same attributes",
        TypeMismatch.RequiredAttribute => "in strict validation an attribute must be required in both records or optional in both",
        _ => null,
    };

    private CapabilitySet Union(CapabilitySet left, CapabilitySet right)
    {
        _budget.TryTake(Math.Min(left.Count, right.Count));
        return left.Union(right);
    }

    private CapabilitySet Intersect(CapabilitySet left, CapabilitySet right)
    {
        _budget.TryTake(Math.Min(left.Count, right.Count));
        return left.Intersect(right);
    }
}
