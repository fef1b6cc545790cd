using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Step 3: revoked? Then the verdict: policies ∧ the mandate of the task ∧ those of all tasks above it, for every resource the call touches.</summary>
internal sealed partial class CallPipeline
{
    private ValueTask<Standing> ReachVerdictAsync(CallContext context, CancellationToken cancellationToken)
    {
        AgentTask task = context.Task;
        Deliberation so = new(task.History.WorstLabel, task.Signals.Raised, modes.Of(task.Tenant, context.Tool.Name), context.Tool.OwnObligations);
        context.PolicyVersion = engine.GetVersion(task.Tenant);
        if (!revoked.IsKnown)
        {
            return new(so.Refuse(UnknownRevocations()));
        }

        if (revoked.FindFor(task, context.Tool, context.PolicyVersion, credential: null) is { } entry)
        {
            return new(so.Refuse(Decision.Deny(ReasonCodes.Revoked, InWords(entry))));
        }

        // Policy sees an approval that this very call can resume under. Only a task that has asked for one can have it.
        context.Approval = task.History.ApprovalsAsked > 0 ? approvals.FindApproved(context) : null;
        return DeliberateAsync(context, so, cancellationToken);
    }

    /// <summary>Holds the call against policies and mandates for one resource after the other. An engine that answers at once is not waited for.</summary>
    private ValueTask<Standing> DeliberateAsync(CallContext context, Deliberation so, CancellationToken cancellationToken)
    {
        for (int i = 0; i < context.Resources.Length; i++)
        {
            ValueTask<Verdict> answering = AskAsync(context, ref so, context.Resources[i], out long started, cancellationToken);
            if (!answering.IsCompletedSuccessfully)
            {
                return WaitAndDeliberateAsync(context, so, i, started, answering, cancellationToken);
            }

            Moment now = Moment.Now(time);
            context.AddEngineTime(time.GetElapsedTime(started, now.Timestamp));
            so.At = now;
            if (Weigh(context, ref so, answering.Result) is { } refusal)
            {
                return new(so.Refuse(refusal));
            }
        }

        return new(Conclude(context, ref so));
    }

    /// <summary>The same from a resource on whose answer has to be waited for.</summary>
    private async ValueTask<Standing> WaitAndDeliberateAsync(
        CallContext context, Deliberation so, int i, long started, ValueTask<Verdict> answering, CancellationToken cancellationToken)
    {
        while (true)
        {
            Verdict verdict;
            try
            {
                verdict = await answering.ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                LogFault(e, context.Id);
                return so.Refuse(Decision.Deny(ReasonCodes.EngineFailed, $"The policy engine failed ({e.GetType().Name}); see the log."));
            }
            finally
            {
                context.AddEngineTime(time.GetElapsedTime(started));
            }

            so.At = null;
            if (Weigh(context, ref so, verdict) is { } refusal)
            {
                return so.Refuse(refusal);
            }

            if (++i == context.Resources.Length)
            {
                return Conclude(context, ref so);
            }

            answering = AskAsync(context, ref so, context.Resources[i], out started, cancellationToken);
        }
    }

    private ValueTask<Verdict> AskAsync(CallContext context, ref Deliberation so, Entity resource, out long started, CancellationToken cancellationToken)
    {
        AgentTask task = context.Task;
        PolicyRequest request = so.Request = PolicyRequest.Of(task.Tenant, task.Agent.Entity, context.Tool.ActionEntity, resource, hostEntities, context);
        so.Outside = HoldAgainstProposals(context, request);
        started = time.GetTimestamp();
        return EngineCall.EvaluateAsync(engine, request, engineTimeout, time, cancellationToken);
    }

    /// <summary>Adds what was answered for one resource to what was before. The denial, if that is what it comes to.</summary>
    private static Decision? Weigh(CallContext context, ref Deliberation so, Verdict verdict)
    {
        AgentTask task = context.Task;
        PolicyRequest request = so.Request!;
        if (verdict.Effect != VerdictEffect.Permit)
        {
            Decision denial = Explain(verdict, request);
            if (so.Mode != EnforcementMode.Observe || verdict.ReasonCode is ReasonCodes.ConflictingObligations or ReasonCodes.DecisionUnrecorded)
            {
                return denial; // with two credentials asked for there is none to run with, in either mode; what is not kept does not run
            }

            so.Observed ??= denial;
        }
        else
        {
            so.AskedBy |= verdict.Obligations.Approvals.IsEmpty ? ApprovalAskers.None : ApprovalAskers.Policy;
            verdict = so.Mode == EnforcementMode.Observe ? WithoutApprovals(verdict, ref so.ObservedApprovals) : verdict;
        }

        so.Policies = so.Policies.IsEmpty ? verdict.Policies : [.. so.Policies.Union(verdict.Policies, StringComparer.Ordinal)];
        so.Errors = so.Errors.IsEmpty ? verdict.Errors : [.. so.Errors.Union(verdict.Errors, StringComparer.Ordinal)];
        if (!Obligations.TryCombine(so.Obligations, verdict.Obligations, out Obligations? combined)
            || AskMandates(task, request, ref combined, ref so.AskedBy) is not { } mandated)
        {
            return new Decision(
                DecisionOutcome.Deny, ReasonCodes.ConflictingObligations,
                "The tool and the permits that apply ask for different credentials; make them name one.", so.Policies, so.Errors) { Request = request };
        }

        if (mandated.Refusal is { } outside)
        {
            return outside;
        }

        so.At = mandated.Asked ? null : so.At; // they ask the host's entities too
        so.Obligations = combined!;
        if (so.Outside == OutsideProposal.Deny)
        {
            return new Decision(
                DecisionOutcome.Deny, ReasonCodes.OutsideProposal,
                $"What the user asked for was not seen to need {request.Action}: {Proposals(task)}.", so.Policies, so.Errors) { Request = request };
        }

        if (so.Outside == OutsideProposal.RequireApproval)
        {
            so.AskSomebody(ApprovalAskers.Proposal);
        }

        return null;
    }

    private static Standing Conclude(CallContext context, ref Deliberation so)
    {
        if (context.Task.Signals.AsksForApproval)
        {
            so.AskSomebody(ApprovalAskers.Signal);
        }

        if (so.Observed is { } observed && so.Obligations.Credential is { } credential)
        {
            return so.Refuse(WithoutCredential(observed, credential));
        }

        // Where a task, or one above it, has a ceiling for the risk score, a call above it is asked about.
        if (context.RiskCeiling is { } ceiling)
        {
            so.At = null; // a score is reckoned from all that was seen
            if (context.Risk.Value > ceiling)
            {
                so.AskSomebody(ApprovalAskers.Score);
            }
        }

        return so.Conclude();
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

    /// <summary>Asks the mandates from the task up, and says whether one had anything to say. Null when their obligations cannot be combined with the others.</summary>
    private static (Decision? Refusal, bool Asked)? AskMandates(AgentTask task, PolicyRequest request, ref Obligations? obligations, ref ApprovalAskers askers)
    {
        bool asked = false;
        for (AgentTask? above = task; above is not null; above = above.Parent)
        {
            if (above.Mandate.Evaluate(request) is not { } verdict)
            {
                continue;
            }

            asked = true;
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
                    asked);
            }

            askers |= verdict.Obligations.Approvals.IsEmpty ? ApprovalAskers.None : ApprovalAskers.Mandate;
            if (!Obligations.TryCombine(obligations!, verdict.Obligations, out obligations))
            {
                return null;
            }
        }

        return (null, asked);
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
