using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Step 3: revoked? Then the verdict: policies ∧ the mandate of the task ∧ those of all tasks above it, for every resource the call touches.</summary>
internal sealed partial class CallPipeline
{
    private static readonly Obligations s_asked = new() { Approvals = [new ApprovalRequirement("", 1)] };

    private async ValueTask<Standing> ReachVerdictAsync(CallContext context, CancellationToken cancellationToken)
    {
        AgentTask task = context.Task;
        Label label = task.History.WorstLabel;
        context.PolicyVersion = engine.GetVersion(task.Tenant);
        EnforcementMode mode = modes.Of(task.Tenant, context.Tool.Name);
        int signals = task.Signals.Raised;
        Decision? observed = null;
        Obligations observedApprovals = Obligations.None;
        if (!revoked.IsKnown)
        {
            return Refuse(UnknownRevocations());
        }

        if (revoked.FindFor(task, context.Tool, context.PolicyVersion, credential: null) is { } entry)
        {
            return Refuse(Decision.Deny(ReasonCodes.Revoked, InWords(entry)));
        }

        // Policy sees an approval that this very call can resume under. Only a task that has asked for one can have it.
        context.Approval = task.History.ApprovalsAsked > 0 ? approvals.FindApproved(context) : null;

        ImmutableArray<string> policies = [];
        ImmutableArray<string> errors = [];
        Obligations obligations = context.Tool.OwnObligations;
        PolicyRequest? asked = null;
        foreach (Entity resource in context.Resources)
        {
            PolicyRequest request = PolicyRequest.Of(task.Tenant, task.Agent.Entity, context.Tool.ActionEntity, resource, hostEntities, context);
            asked = request;
            OutsideProposal? outsideProposal = HoldAgainstProposals(context, request);
            Verdict verdict;
            long started = time.GetTimestamp();
            try
            {
                verdict = await EngineCall.EvaluateAsync(engine, request, engineTimeout, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                LogFault(e, context.Id);
                return Refuse(Decision.Deny(ReasonCodes.EngineFailed, $"The policy engine failed ({e.GetType().Name}); see the log."));
            }
            finally
            {
                context.AddEngineTime(time.GetElapsedTime(started));
            }

            if (verdict.Effect != VerdictEffect.Permit)
            {
                Decision denial = Explain(verdict, request);
                if (mode != EnforcementMode.Observe || verdict.ReasonCode is ReasonCodes.ConflictingObligations or ReasonCodes.DecisionUnrecorded)
                {
                    return Refuse(denial); // with two credentials asked for there is none to run with, in either mode; what is not kept does not run
                }

                observed ??= denial;
            }
            else if (mode == EnforcementMode.Observe)
            {
                verdict = WithoutApprovals(verdict, ref observedApprovals);
            }

            policies = policies.IsEmpty ? verdict.Policies : [.. policies.Union(verdict.Policies, StringComparer.Ordinal)];
            errors = errors.IsEmpty ? verdict.Errors : [.. errors.Union(verdict.Errors, StringComparer.Ordinal)];
            if (!Obligations.TryCombine(obligations, verdict.Obligations, out Obligations? combined)
                || AskMandates(task, request, ref combined) is not { } mandated)
            {
                return Refuse(new Decision(
                    DecisionOutcome.Deny, ReasonCodes.ConflictingObligations,
                    "The tool and the permits that apply ask for different credentials; make them name one.", policies, errors) { Request = request });
            }

            if (mandated.Refusal is { } outside)
            {
                return Refuse(outside);
            }

            obligations = combined!;
            if (outsideProposal == OutsideProposal.Deny)
            {
                return Refuse(new Decision(
                    DecisionOutcome.Deny, ReasonCodes.OutsideProposal,
                    $"What the user asked for was not seen to need {request.Action}: {Proposals(task)}.", policies, errors) { Request = request });
            }

            if (outsideProposal == OutsideProposal.RequireApproval && obligations.Approvals.IsEmpty)
            {
                Obligations.TryCombine(obligations, s_asked, out Obligations? withApproval); // an approval conflicts with nothing
                obligations = withApproval!;
            }
        }

        if (task.Signals.AsksForApproval && obligations.Approvals.IsEmpty)
        {
            Obligations.TryCombine(obligations, s_asked, out Obligations? watched);
            obligations = watched!;
        }

        if (observed is not null && obligations.Credential is { } credential)
        {
            return Refuse(WithoutCredential(observed, credential));
        }

        return AskRisk(context, new Standing(null, policies, errors, obligations, label, signals, mode, observed, observedApprovals.Approvals, asked));

        Standing Refuse(Decision refusal) => new(refusal, [], [], Obligations.None, label, signals, mode);
    }

    /// <summary>Where a task, or one above it, has a ceiling for the risk score, a call above it is asked about.</summary>
    private static Standing AskRisk(CallContext context, Standing standing)
    {
        if (context.RiskCeiling is not { } ceiling || context.Risk.Value <= ceiling || !standing.Obligations.Approvals.IsEmpty)
        {
            return standing;
        }

        Obligations.TryCombine(standing.Obligations, s_asked, out Obligations? asked);
        return standing with { Obligations = asked! };
    }

    /// <summary>Holds the call against what was proposed for the task and for those above it. What is to become of it when some proposal does not have it; the strictest wins.</summary>
    private static OutsideProposal? HoldAgainstProposals(CallContext context, PolicyRequest request)
    {
        OutsideProposal? strictest = null;
        bool any = false;
        for (AgentTask? above = context.Task; above is not null; above = above.Parent)
        {
            if (above.Proposal is not { } proposal)
            {
                continue;
            }

            any = true;
            if (!proposal.Covers(request) && (strictest is null || above.Outside < strictest))
            {
                strictest = above.Outside;
            }
        }

        context.Coverage = strictest is not null ? ProposalCoverage.Outside : any ? ProposalCoverage.Covered : ProposalCoverage.None;
        return strictest;
    }

    private static string Proposals(AgentTask task)
    {
        List<string> proposals = [];
        for (AgentTask? above = task; above is not null; above = above.Parent)
        {
            if (above.Proposal is { } proposal)
            {
                proposals.Add(proposal.Description);
            }
        }

        return string.Join("; above it: ", proposals);
    }

    /// <summary>Asks the mandates from the task up. Null when their obligations cannot be combined with the others.</summary>
    private static (Decision? Refusal, bool Asked)? AskMandates(AgentTask task, PolicyRequest request, ref Obligations? obligations)
    {
        for (AgentTask? above = task; above is not null; above = above.Parent)
        {
            if (above.Mandate.Evaluate(request) is not { } verdict)
            {
                continue;
            }

            if (verdict.Effect != VerdictEffect.Permit)
            {
                return (
                    new Decision(
                        DecisionOutcome.Deny,
                        ReasonCodes.OutsideMandate,
                        $"The mandate of task {above.Id} does not cover {request.Action} on {request.Resource} with these arguments; it allows: {above.Mandate.Description}.",
                        verdict.Policies,
                        verdict.Errors)
                    {
                        Request = request,
                    },
                    true);
            }

            if (!Obligations.TryCombine(obligations!, verdict.Obligations, out obligations))
            {
                return null;
            }
        }

        return (null, true);
    }

    private static Decision Explain(Verdict verdict, PolicyRequest request)
    {
        string policies = string.Join(", ", verdict.Policies);
        string why = verdict.ReasonCode switch
        {
            ReasonCodes.Forbidden => $"{request.Action} on {request.Resource} is forbidden by {policies}.",
            ReasonCodes.PolicyError => $"{request.Action} on {request.Resource} is denied since {policies} could not be evaluated and might have denied or asked: {string.Join("; ", verdict.Errors)}.",
            ReasonCodes.ConflictingObligations => $"{policies} all permit {request.Action}, but ask for different credentials; make them name one.",
            ReasonCodes.DecisionUnrecorded => "The decision could not be kept for replay, and the host asked for such calls to be denied. Check the decision store.",
            _ => $"No policy permits {request.Principal} to do {request.Action} on {request.Resource} with these arguments in this context.",
        };
        return new Decision(DecisionOutcome.Deny, verdict.ReasonCode, why, verdict.Policies, verdict.Errors) { Request = request };
    }
}
