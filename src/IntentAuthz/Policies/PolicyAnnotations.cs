using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Checks what annotations say, as the guard does when it loads policies.</summary>
public static class PolicyAnnotations
{
    /// <summary>
    /// What is wrong with the annotations of a set: <c>unknown-annotation</c> for a key that neither the library nor the host knows,
    /// <c>misplaced-obligation</c> for one that obliges and stands on a forbid, <c>invalid-annotation</c> for a value that cannot be read. Each with
    /// the annotation's place, where the policy was read from text. Templates are checked too.
    /// </summary>
    /// <param name="policies">The policies.</param>
    /// <param name="hostKeys">Keys of the host's own.</param>
    public static IReadOnlyList<CedarDiagnostic> Check(PolicySet policies, IEnumerable<string>? hostKeys = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        AnnotationRules rules = new(hostKeys ?? []);
        List<CedarDiagnostic> problems = [];
        foreach (Policy policy in policies.Policies)
        {
            rules.Read(policy.Effect, policy.Annotations, isMandate: false, problems);
        }

        foreach (PolicyTemplate template in policies.Templates)
        {
            rules.Read(template.Effect, template.Annotations, isMandate: false, problems);
        }

        return problems;
    }
}
