using System.Text;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Explaining;

/// <summary>Walks one policy for one request and tells which of its parts held and which did not. One thread at a time.</summary>
internal sealed class PolicyTracer(CedarRequest request, IEntityProvider entities, CedarVocabulary vocabulary)
{
    private const int MaxConditions = 16;
    private const int MaxOperands = 4096; // of one chain; a policy of more is evaluated, but not told to the end

    private readonly Interpreter _interpreter = new(request, entities);

    public PolicyTrace Trace(PolicyLayer layer, Policy policy)
    {
        PolicyError? error = null;
        var outcome = PolicyTraceOutcome.NotApplied;
        switch (_interpreter.IsSatisfied(policy))
        {
            case null:
                error = _interpreter.Explain(policy);
                outcome = PolicyTraceOutcome.Failed;
                break;
            case true:
                outcome = PolicyTraceOutcome.Applied;
                break;
            case false:
                break;
        }

        var told = new List<ConditionTrace>();
        AddScope(policy, outcome, told);
        AddConditions(policy, outcome, told);
        return new(layer, policy, outcome, told, error);
    }

    /// <summary>Whether the policy could speak of the request: its action is the request's, and so are the types it names.</summary>
    public static bool IsAbout(Policy policy, CedarRequest request, IEntityProvider entities) =>
        Interpreter.Admits(policy.Action, request.Action.Uid, entities)
        && Fits(policy.Principal, request.Principal.Uid) && Fits(policy.Resource, request.Resource.Uid);

    private static bool Fits(ScopeConstraint constraint, EntityUid uid) => constraint.EntityType is not { } type || uid.Type == type;

    private void AddScope(Policy policy, PolicyTraceOutcome outcome, List<ConditionTrace> told)
    {
        foreach (var (constraint, variable, uid) in new[]
        {
            (policy.Principal, "principal", request.Principal.Uid), (policy.Action, "action", request.Action.Uid), (policy.Resource, "resource", request.Resource.Uid),
        })
        {
            var holds = Interpreter.Admits(constraint, uid, entities);
            // That a policy is about this action goes without saying, as long as it is.
            if (constraint.Kind == ScopeKind.Any || holds != (outcome == PolicyTraceOutcome.Applied) || (holds && (variable == "action" || constraint.Kind is ScopeKind.Is or ScopeKind.Equal)))
            {
                continue;
            }

            var text = new StringBuilder();
            constraint.AppendTo(text, variable);
            told.Add(new(
                holds, true, ExplanationText.Code(constraint.Range, policy.Body) is { Length: > 0 } code ? code : ExplanationText.Shown(text.ToString()),
                policy.Body.GetSpan(constraint.Range), SayScope(constraint, variable, uid, holds), [new(variable, ExplanationText.Entity(uid))]));
        }
    }

    private string SayScope(ScopeConstraint constraint, string variable, EntityUid uid, bool holds)
    {
        const int MaxNamed = 4;
        var name = vocabulary.FindName(variable) ?? $"the {variable}";
        var isOtherType = constraint.EntityType is { } type && uid.Type != type;
        // Words leave out the namespace; where that is the difference they would contradict themselves.
        var isAlike = constraint.Entities.Take(MaxNamed).Select(static entity => entity.Type).Append(constraint.EntityType ?? uid.Type).Any(other => ExplanationText.AreLookalikes(uid.Type, other));
        string Named(EntityUid entity) => isAlike ? ExplanationText.Whole(new CedarEntity(entity)) : ExplanationText.Entity(entity);
        var named = constraint.Entities.Take(MaxNamed).Select(Named).ToList();
        if (constraint.Entities.Count > MaxNamed)
        {
            named.Add($"{constraint.Entities.Count - MaxNamed} more");
        }

        var list = named.Count switch { 0 => "nothing", 1 => named[0], _ => $"{string.Join(", ", named.Take(named.Count - 1))} or {named[^1]}" };
        var complement = isOtherType || constraint.Kind == ScopeKind.Is ? $"of the type {(isAlike ? ExplanationText.Shown(constraint.EntityType!) : ExplanationText.Type(constraint.EntityType!))}"
            : constraint.Kind == ScopeKind.Equal ? list
            : $"in {list}";
        return $"{new Clause(name, "be", complement, false).InForm(holds ? ClauseForm.Is : ClauseForm.Must)} (it is {Named(uid)})";
    }

    private void AddConditions(Policy policy, PolicyTraceOutcome outcome, List<ConditionTrace> told)
    {
        var words = new ConditionWords(_interpreter, vocabulary, policy.Body);
        var given = new List<(ConditionTrace Trace, string Attribute)>();
        foreach (var condition in policy.Body.Conditions)
        {
            foreach (var (expr, wanted) in Conjuncts(condition.Body, condition.IsWhen))
            {
                // What errors behind a condition that is false would not have been reached; what errors first is the policy's error.
                if (_interpreter.Evaluate(expr) is not CedarBool { Value: var value } || (value == wanted) != (outcome == PolicyTraceOutcome.Applied))
                {
                    continue;
                }

                if (told.Count == MaxConditions)
                {
                    break;
                }

                var holds = value == wanted;
                told.Add(new(
                    holds, wanted, ExplanationText.Code(expr, policy.Body), policy.Body.GetSpan(expr.Range),
                    words.Say(expr, wanted, holds ? ClauseForm.Is : ClauseForm.Must), words.ValuesOf(expr)));
                if (holds && wanted && expr is HasExpr has)
                {
                    given.Add((told[^1], ExplanationText.Code(ConditionWords.Attributes(has), policy.Body)));
                }
            }
        }

        // That something is given goes without saying where it is compared, and only there.
        foreach (var (trace, attribute) in given)
        {
            if (told.Exists(other => other != trace && other.Values.Any(value => IsOrIsIn(value.Expression, attribute))))
            {
                told.Remove(trace);
            }
        }

        static bool IsOrIsIn(string expression, string attribute) =>
            expression.StartsWith(attribute, StringComparison.Ordinal) && (expression.Length == attribute.Length || expression[attribute.Length] is '.' or '[');
    }

    // What has to hold each by itself: `!(a || b)` asks for two things as `!a && !b` does.
    private static IEnumerable<(Expr Expr, bool Wanted)> Conjuncts(Expr expr, bool wanted)
    {
        var pending = new Stack<(Expr, bool)>();
        pending.Push((expr, wanted));
        for (var visited = 0; visited < MaxOperands && pending.TryPop(out var next); visited++)
        {
            switch (next)
            {
                case (AndExpr and, true):
                    Push(and.Operands, true);
                    break;
                case (OrExpr or, false):
                    Push(or.Operands, false);
                    break;
                case (UnaryExpr { Operator: UnaryOperator.Not } not, var want):
                    pending.Push((not.Operand, !want));
                    break;
                default:
                    yield return next;
                    break;
            }
        }

        void Push(IReadOnlyList<Expr> operands, bool want)
        {
            for (var i = Math.Min(operands.Count, MaxOperands) - 1; i >= 0; i--)
            {
                pending.Push((operands[i], want));
            }
        }
    }
}
