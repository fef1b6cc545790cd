namespace IntentAuthz;

/// <summary>
/// Answers requests by policy (a PDP). The default is <see cref="CedarPolicyEngine"/>; anything else fits behind the same interface.
/// Implementations are safe for use by many threads and do not block their thread: what waits, waits asynchronously. What they throw, and not
/// answering in time, is a denial; an engine that blocks its thread holds the call up with it, which then neither runs nor is denied.
/// </summary>
public interface IPolicyEngine
{
    /// <summary>Names the policies in force for a tenant: it changes whenever an answer could. The guard decides again when it has changed between verdict and dispatch.</summary>
    /// <param name="tenant">The tenant.</param>
    string GetVersion(TenantId tenant);

    /// <summary>Answers a request.</summary>
    /// <param name="request">The request. It, its context and its entities are valid for the time of the call: whoever keeps them keeps the call.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    ValueTask<Verdict> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Whether any call that fits the request could be permitted, so that tools that never can are not shown to the model. True when it is
    /// not known. A hint: each call is still decided.
    /// </summary>
    /// <param name="request">What is known before there is a call.</param>
    bool CouldPermit(PartialPolicyRequest request);
}
