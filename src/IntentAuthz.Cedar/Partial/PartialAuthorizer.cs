using System.Collections.Immutable;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;

namespace IntentAuthz.Cedar.Partial;

/// <summary>Evaluates policies for a partial request.</summary>
internal sealed class PartialAuthorizer(PartialRequest request, PolicySet policies, IEntityProvider entities)
{
    private readonly PartialEvaluator _evaluator = new(request, entities);
    private readonly List<string> _forbids = [];
    private readonly List<string> _permits = [];
    private readonly List<PolicyError> _errors = [];
    private readonly List<Policy> _residuals = [];
    private bool _couldForbid;
    private bool _couldPermit;

    public PartialResponse Authorize()
    {
        foreach (var policy in policies.PolicyArray)
        {
            Evaluate(policy);
        }

        return new(policies, _forbids, _permits, _errors, PolicySet.Create(_residuals), _couldForbid, _couldPermit);
    }

    private void Evaluate(Policy policy)
    {
        var principal = Reduce(policy.Principal, request.Principal);
        var action = Reduce(policy.Action, request.Action);
        var resource = Reduce(policy.Resource, request.Resource);
        if (principal is null || action is null || resource is null)
        {
            return;
        }

        var isScopeKnown = principal.Kind == ScopeKind.Any && action.Kind == ScopeKind.Any && resource.Kind == ScopeKind.Any;
        var left = ImmutableArray.CreateBuilder<Condition>();
        foreach (var condition in policy.Body.Conditions)
        {
            var value = _evaluator.Evaluate(condition.Body);
            if (value.Truth == condition.IsWhen)
            {
                continue;
            }

            if (value.Residual is { } residual)
            {
                left.Add(condition with { Body = residual });
                continue;
            }

            // It cannot apply any more: it is false, or it fails. Which of the two is known only if nothing unknown comes first.
            if (!isScopeKnown || left.Count > 0)
            {
                left.Add(value.Truth is { } truth ? condition with { Body = new LiteralExpr(CedarBool.Of(truth), condition.Body.Range) } : condition);
                AddResidual(policy, principal, action, resource, left);
            }
            else if (value.Truth is null)
            {
                var error = value.Error ?? NotBool(value.Value!, condition);
                _errors.Add(new(policy.Id, error.Message, policy.Body.GetSpan(error.Range), error.Help));
            }

            return;
        }

        if (isScopeKnown && left.Count == 0)
        {
            (policy.Effect == PolicyEffect.Forbid ? _forbids : _permits).Add(policy.Id);
            return;
        }

        _couldForbid |= policy.Effect == PolicyEffect.Forbid;
        _couldPermit |= policy.Effect == PolicyEffect.Permit;
        AddResidual(policy, principal, action, resource, left);
    }

    private void AddResidual(
        Policy policy, ScopeConstraint principal, ScopeConstraint action, ScopeConstraint resource, ImmutableArray<Condition>.Builder conditions) =>
        _residuals.Add(new(policy.Id, policy.Body with { Principal = principal, Action = action, Resource = resource, Conditions = conditions.ToImmutable() }));

    // What is left of a constraint: nothing, itself where the entity is unknown, or null where it does not hold.
    private ScopeConstraint? Reduce(ScopeConstraint constraint, PartialEntity entity)
    {
        if (constraint.Kind == ScopeKind.Any)
        {
            return constraint;
        }

        if (entity.Uid is { } uid)
        {
            return Interpreter.Admits(constraint, uid, entities) ? ScopeConstraint.Any : null;
        }

        if (entity.Type is null)
        {
            return constraint;
        }

        var isType = constraint.Kind is not (ScopeKind.Is or ScopeKind.IsIn) || string.Equals(constraint.EntityType, entity.Type, StringComparison.Ordinal);
        var couldEqual = constraint.Kind != ScopeKind.Equal || string.Equals(constraint.EntityArray[0].Type, entity.Type, StringComparison.Ordinal);
        return !isType || !couldEqual ? null
            : constraint.Kind == ScopeKind.Is ? ScopeConstraint.Any
            : constraint;
    }

    private static EvaluationError NotBool(CedarValue value, Condition condition) =>
        new($"type error: expected bool, got {value.TypeName}", condition.Body.Range);
}
