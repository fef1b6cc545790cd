using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Explaining;

/// <summary>
/// Single changes that bring a policy nearer to applying, or to not applying: one for each way to turn what stands first in the way. A policy
/// with several false conditions takes several steps. These are guesses: whether one helps is found out by trying it. One thread at a time.
/// </summary>
internal sealed partial class Remedies
{
    private const int MaxContainers = 4;
    private const int MaxAlternatives = 24; // of one policy
    private const int MaxUndecided = 16; // conditions of an `if` that fail: each is looked at twice, and so is what lies in it

    private readonly CedarRequest _request;
    private readonly IEntityProvider _entities;
    private readonly Interpreter _interpreter;
    private readonly CedarVocabulary _vocabulary;
    private readonly List<Change> _found = [];
    private readonly Interpreter _original; // names are those of the request as it is; what is still in the way is seen in the changed one
    private readonly PolicyBody _body;
    private bool _isCut;
    private int _undecided;

    private Remedies(ChangedRequest state, CedarVocabulary vocabulary, CedarRequest request, IEntityProvider entities, PolicyBody body)
    {
        _request = state.Request;
        _entities = state;
        _interpreter = new(state.Request, state);
        _vocabulary = vocabulary;
        _original = new(request, entities);
        _body = body;
    }

    /// <summary>Changes after which the policy may apply, or no longer apply; <paramref name="isCut"/> where there were more.</summary>
    public static IReadOnlyList<Change> For(
        Policy policy, bool applies, ChangedRequest state, CedarVocabulary vocabulary, CedarRequest request, IEntityProvider entities, out bool isCut)
    {
        var remedies = new Remedies(state, vocabulary, request, entities, policy.Body);
        remedies.Find(policy, applies);
        isCut = remedies._isCut || remedies._found.Count > MaxAlternatives;
        return remedies._found.Count > MaxAlternatives ? remedies._found.GetRange(0, MaxAlternatives) : remedies._found;
    }

    private void Find(Policy policy, bool applies)
    {
        foreach (var (constraint, variable, uid) in new[] { (policy.Principal, "principal", _request.Principal.Uid), (policy.Resource, "resource", _request.Resource.Uid) })
        {
            var holds = Interpreter.Admits(constraint, uid, _entities);
            if (holds != applies && constraint.Kind is ScopeKind.In or ScopeKind.IsIn or ScopeKind.InSet)
            {
                if (constraint.EntityType is null || constraint.EntityType == uid.Type)
                {
                    AddParents(uid, _vocabulary.FindName(variable) ?? $"the {variable}", constraint.EntityArray, applies);
                }
            }

            if (applies && !holds)
            {
                return; // one thing at a time, and in the order of evaluation
            }
        }

        foreach (var condition in policy.Body.Conditions)
        {
            var holds = _interpreter.Evaluate(condition.Body) is CedarBool { Value: var value } ? value == condition.IsWhen : (bool?)null;
            if (holds != applies)
            {
                Turn(condition.Body, applies ? condition.IsWhen : !condition.IsWhen);
                if (applies)
                {
                    return;
                }
            }
        }
    }

    private void AddParents(EntityUid child, string name, ImmutableArray<EntityUid> containers, bool isIn)
    {
        _isCut |= containers.Length > MaxContainers;
        foreach (var container in containers.Take(MaxContainers))
        {
            if (isIn ? !Ancestry.IsBelow(_entities, container, child) : Ancestry.IsBelow(_entities, child, container))
            {
                _found.Add(new ParentChange(child, container, isIn, name));
            }
        }
    }

    // Makes an expression true or false, by the first thing that stands in the way or by any that would do.
    private void Turn(Expr expr, bool wanted)
    {
        if (_found.Count > MaxAlternatives || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _isCut = true;
            return;
        }

        switch (expr)
        {
            case UnaryExpr { Operator: UnaryOperator.Not } not:
                Turn(not.Operand, !wanted);
                break;
            case AndExpr and:
                TurnOperands(and.Operands, wanted, isEach: wanted);
                break;
            case OrExpr or:
                TurnOperands(or.Operands, wanted, isEach: !wanted);
                break;
            case IfExpr conditional:
                if (_interpreter.Evaluate(conditional.Condition) is CedarBool { Value: var taken })
                {
                    Turn(taken ? conditional.WhenTrue : conditional.WhenFalse, wanted);
                    Turn(conditional.Condition, !taken);
                }
                else if (_undecided == MaxUndecided)
                {
                    _isCut = true;
                }
                else
                {
                    _undecided++;
                    // It fails, such as for want of an attribute: either way it would be evaluated on.
                    Turn(conditional.Condition, true);
                    Turn(conditional.Condition, false);
                }

                break;
            default:
                TurnLeaf(expr, wanted);
                break;
        }
    }

    private void TurnOperands(ImmutableArray<Expr> operands, bool wanted, bool isEach)
    {
        for (var i = 0; i < operands.Length && _found.Count <= MaxAlternatives; i++)
        {
            if (_interpreter.Evaluate(operands[i]) is CedarBool { Value: var value } && value == wanted)
            {
                continue;
            }

            if (isEach && wanted && operands[i] is HasExpr has && TurnHas(has, operands, i))
            {
                return;
            }

            Turn(operands[i], wanted);
            if (isEach)
            {
                return; // the others have their turn when this one is done
            }
        }
    }

    // `context has note && context.note == "x"`: a value that the rest asks for is better than any.
    private bool TurnHas(HasExpr has, ImmutableArray<Expr> operands, int index)
    {
        if (TargetOf(has) is not { } target)
        {
            return false;
        }

        var before = _found.Count;
        for (var i = index + 1; i < operands.Length && i < index + 8; i++)
        {
            Turn(operands[i], wanted: true);
        }

        _found.RemoveAll(change => !_found.Take(before).Contains(change) && (change is not AttributeChange attribute || !attribute.Path.SequenceEqual(target.Path) || attribute.Owner != target.Owner));
        return _found.Count > before;
    }
}
