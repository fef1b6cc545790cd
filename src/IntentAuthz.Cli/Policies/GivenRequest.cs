using IntentAuthz.Cedar;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Cli.Policies;

/// <summary>What a verb that decides was told, and the guard's engine over the policies.</summary>
internal sealed class GivenRequest(CedarRequest request, PolicySet policies, EntityStore entities, IEnumerable<string> annotationKeys)
{
    private static readonly TenantId s_tenant = new("policies"); // all policies that were named are for every tenant

    /// <summary>The policies, for their places.</summary>
    public PolicySet Policies => policies;

    private CedarPolicyEngine Engine { get; } = new([PolicySource.Set(policies)], NullLogger<CedarPolicyEngine>.Instance, annotationKeys);

    private PolicyRequest Question => PolicyRequest.Of(s_tenant, request, entities);

    /// <summary>What the guard's engine answers.</summary>
    public async Task<Verdict> DecideAsync(CancellationToken cancellation) => await Engine.EvaluateAsync(Question, cancellation).ConfigureAwait(false);

    /// <summary>The same, with reasons.</summary>
    public DecisionExplanation Explain() => Engine.Explain(Question);

    /// <summary>The errors of evaluation with their places, which a verdict holds as texts.</summary>
    public IEnumerable<PolicyFinding> FindErrors() => CedarAuthorizer.Authorize(request, policies, entities).Errors
        .Select(static error => new PolicyFinding(IsError: true, "evaluation", error.Message, error.PolicyId, error.Span, error.Help));
}
