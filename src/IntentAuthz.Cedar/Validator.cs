using IntentAuthz.Cedar.Validation;

namespace IntentAuthz.Cedar;

/// <summary>
/// Checks policies against a schema before they decide anything. All members are pure and safe to call from any thread. A
/// policy without errors does not fail when it is evaluated, provided that the request and the entities conform to the schema,
/// arithmetic does not overflow and the entities it names exist.
/// </summary>
public static class Validator
{
    /// <summary>Checks every policy, template and link of a set.</summary>
    /// <param name="policies">The policies.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="mode">How much is asked.</param>
    /// <returns>The findings. If the set needs more than <see cref="CedarLimits.MaxValidationSteps"/>, that is an error of the policy
    /// at which they were spent and of all after it.</returns>
    public static ValidationResult Validate(PolicySet policies, Schema schema, ValidationMode mode = ValidationMode.Strict)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(schema);
        return Validate(policies, schema, mode, CedarLimits.MaxValidationSteps);
    }

    internal static ValidationResult Validate(PolicySet policies, Schema schema, ValidationMode mode, long maxSteps)
    {
        var check = new PolicyCheck(schema.Content, schema.Hierarchy, mode, new(maxSteps));
        var (errors, warnings) = (new List<ValidationFinding>(), new List<ValidationFinding>());
        foreach (var template in policies.Templates)
        {
            check.Check(template.Id, template.Body, errors, warnings);
        }

        foreach (var policy in policies.Policies)
        {
            // The template of a link may lie outside of the set; then it is checked as part of the link.
            if (policy.TemplateId is null || policies.FindTemplate(policy.TemplateId) is null)
            {
                check.Check(policy.Id, policy.Body, errors, warnings);
            }

            if (policy.TemplateId is not null)
            {
                check.CheckLink(policy, errors);
            }
        }

        return new(errors, warnings);
    }
}
