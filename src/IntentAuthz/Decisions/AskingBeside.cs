using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>What has a person asked about a call, besides its policies: clauses for people.</summary>
internal static class AskingBeside
{
    /// <summary>Mandates that ask, and what asks besides those.</summary>
    internal static IEnumerable<string> Policies(PolicyRequest request, CallContext call, CedarExplanation details, Decision? decision)
    {
        for (AgentTask? above = call.Task; above is not null; above = above.Parent)
        {
            string whose = above == call.Task ? "the mandate of the task" : $"the mandate of task {above.Id} above it";
            if (above.Mandate.Policies is { } mandate && details.Policies.Any(p => $"the {p.Layer}" == whose
                && p is { Outcome: PolicyTraceOutcome.Applied, Effect: PolicyEffect.Permit } && !mandate.ObligationsOf(p.PolicyId).Approvals.IsEmpty))
            {
                yield return $"{whose} asks for that";
            }
        }

        foreach (string clause in PoliciesAndMandates(request, call, decision))
        {
            yield return clause;
        }
    }

    /// <summary>What no other answer of policies and mandates would change.</summary>
    internal static IEnumerable<string> PoliciesAndMandates(PolicyRequest request, CallContext call, Decision? decision)
    {
        if (call.RiskCeiling is { } ceiling && decision?.Risk is { } score && score.Value > ceiling)
        {
            yield return $"its risk score of {score.Value} is above the task's ceiling of {ceiling}";
        }

        for (AgentTask? above = call.Task; above is not null; above = above.Parent)
        {
            if (above.Outside == OutsideProposal.RequireApproval && above.Proposal is { } proposal && !proposal.Covers(request))
            {
                yield return "it is outside of what the user was seen to ask for";
                break;
            }
        }

        if (call.Resources.Length > 1 && decision?.ReasonCode == ReasonCodes.ApprovalRequired)
        {
            yield return $"it touches {call.Resources.Length} resources, and others of them can ask too"; // only one is explained
        }

        if (call.Task.Signals.AsksForApproval)
        {
            yield return "a signal that was raised in the task asks for that";
        }
    }
}
