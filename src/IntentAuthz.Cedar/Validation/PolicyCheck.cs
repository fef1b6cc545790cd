using System.Globalization;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Schemas;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Checks one policy or template against a schema.</summary>
internal sealed class PolicyCheck(SchemaContent schema, TypeHierarchy hierarchy, ValidationMode mode, StepBudget budget)
{
    /// <summary>Checks a static policy, or a template with its slots open.</summary>
    public void Check(string id, PolicyBody body, List<ValidationFinding> errors, List<ValidationFinding> warnings)
    {
        var (wrong, odd) = (new FindingList(id, body), new FindingList(id, body));
        new NameReferences(schema, wrong).Check(body);
        var scope = new ScopeCheck(schema, hierarchy, body, body.Principal, body.Resource, mode == ValidationMode.Strict);
        CheckApplication(body, scope, wrong);
        if (IsImpossible(body, scope, wrong) && !budget.IsSpent)
        {
            odd.Add(FindingCodes.ImpossiblePolicy, body.Range, "the policy can never apply: it is false in every request the schema allows", "check its scope, and comparisons of different types");
        }

        HiddenText.Check(body, odd);
        errors.AddRange(wrong.Findings);
        warnings.AddRange(odd.Findings);
    }

    /// <summary>Checks what a link adds to its template: what fills the slots.</summary>
    public void CheckLink(Policy policy, List<ValidationFinding> errors)
    {
        var findings = new FindingList(policy.Id, policy.Body);
        var names = new NameReferences(schema, findings);
        foreach (var (template, link) in new[] { (policy.Body.Principal, policy.Principal), (policy.Body.Resource, policy.Resource) })
        {
            if (template.HasSlot)
            {
                names.CheckSlot(link.EntityArray[0], link.Range);
            }
        }

        CheckApplication(policy.Body, new(schema, hierarchy, policy.Body, policy.Principal, policy.Resource, isStrict: false), findings);
        errors.AddRange(findings.Findings);
    }

    private static void CheckApplication(PolicyBody body, ScopeCheck scope, FindingList findings)
    {
        if (scope.Applies())
        {
            return;
        }

        var help = (scope.WouldInFix(isPrincipal: true), scope.WouldInFix(isPrincipal: false)) switch
        {
            (true, true) => "did you mean `principal in` and `resource in` instead of `==`?",
            (true, false) => "did you mean `principal in` instead of `principal ==`?",
            (false, true) => "did you mean `resource in` instead of `resource ==`?",
            _ => "compare the scope with the `appliesTo` of the action in the schema",
        };
        findings.Add(FindingCodes.InapplicableAction, body.Range, "no action of the schema applies to this principal and resource", help);
    }

    private bool IsImpossible(PolicyBody body, ScopeCheck scope, FindingList findings)
    {
        var checker = new Typechecker(schema, hierarchy, mode, budget, findings);
        var isImpossible = true;
        foreach (var action in scope.ActionProblem is null ? scope.Possible : schema.Actions.Values)
        {
            foreach (var principal in action.Principals)
            {
                if (action.Resources.IsEmpty || !scope.IsPrincipalPossible(principal))
                {
                    continue;
                }

                if (scope.ActionProblem is { } problem)
                {
                    findings.Add(FindingCodes.IncompatibleTypes, body.Action.Range, problem, "write one policy for each namespace of actions");
                }

                foreach (var resource in action.Resources)
                {
                    if (!budget.TryTake())
                    {
                        ReportTooManySteps(body, findings);
                        return false;
                    }

                    if (scope.IsResourcePossible(resource))
                    {
                        isImpossible &= checker.AreFalse(body.Conditions, new(principal, action, resource));
                    }
                }
            }
        }

        if (budget.IsSpent)
        {
            ReportTooManySteps(body, findings);
        }

        return isImpossible;
    }

    private static void ReportTooManySteps(PolicyBody body, FindingList findings) => findings.Add(
        FindingCodes.TooManySteps,
        body.Range,
        "checking the policies takes too many steps",
        string.Create(CultureInfo.InvariantCulture, $"name the actions in the scope of the policy, or validate fewer policies at once: the limit is {CedarLimits.MaxValidationSteps} steps"));
}
