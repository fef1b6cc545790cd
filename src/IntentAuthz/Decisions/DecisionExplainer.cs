using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Makes the explanation of a decision from the request and the policies that it holds on to.</summary>
internal static class DecisionExplainer
{
    internal static DecisionExplanation Explain(Decision decision)
    {
        if (decision.WouldBe is { } wouldBe)
        {
            DecisionExplanation observed = Explain(wouldBe);
            return new DecisionExplanation(
                decision.Outcome, decision.ReasonCode, $"it ran, since policy is only observed. Enforced: {observed.Summary}", observed.Advice, observed.Details,
                observed.Kind, observed.Notes);
        }

        SecretScrubber? scrubber = decision.Request?.Scrubber;
        if (decision.Request is not { AnsweredBy: { } policies } request)
        {
            ImmutableArray<string> notes = decision.Request is null ? [] : ["Another policy engine than the native one answered, so its policies cannot be explained."];
            return new DecisionExplanation(
                decision.Outcome, decision.ReasonCode, Shown(decision.Explanation, scrubber), ReasonAdvice.For(decision.ReasonCode), null, SuggestionKind.Permits, notes);
        }

        lock (request.Reading)
        {
            return Explain(request, policies, decision);
        }
    }

    /// <summary>Explains what policies answer to a request, without a call's mandates unless it is a call's.</summary>
    internal static DecisionExplanation Explain(PolicyRequest request, LoadedPolicies policies)
    {
        lock (request.Reading)
        {
            return Explain(request, policies, null);
        }
    }

    private static DecisionExplanation Explain(PolicyRequest request, LoadedPolicies policies, Decision? decision)
    {
        List<PolicyLayer> layers = LayersOf(request, policies, withoutApproval: false, out ContextParts needs);
        SecretScrubber? scrubber = request.Scrubber;
        bool isShown = SafeValues.TryWithoutSecrets(request.Select(needs), scrubber, out CedarRecord context, out bool hadSecrets)
            && !SafeValues.HoldsSecret(request.Resource.Id, scrubber);
        CedarRequest asked = new(request.Principal, request.Action, request.Resource, context);
        CedarVocabulary words = PolicyVocabulary.Create(request.Principal, request.Call?.Tool);
        CedarResponse answer = CedarAuthorizer.Authorize(asked, policies.Set, request.Entities);
        Verdict verdict = PolicyEvaluation.Conclude(policies, answer);
        CedarExplanation? details = isShown ? CedarExplainer.Explain(asked, layers, request.Entities, words) : null;
        SuggestionKind kind = SuggestionKind.Permits;
        if (details is not null && decision?.Outcome != DecisionOutcome.Permit)
        {
            // Best is what needs nobody; where nothing does, what a person could approve.
            bool isAsked = details.IsAccepted;
            CedarExplanation free = CedarExplainer.Explain(asked, LayersOf(request, policies, withoutApproval: true, out _), request.Entities, words);
            kind = isAsked ? SuggestionKind.NeedsNoApproval : free.Suggestions.Count > 0 || details.Suggestions.Count == 0 ? SuggestionKind.Permits : SuggestionKind.CanBeApproved;
            details = kind == SuggestionKind.CanBeApproved ? details : free;
        }

        DecisionOutcome outcome = decision?.Outcome ?? (verdict.Effect != VerdictEffect.Permit ? DecisionOutcome.Deny
            : verdict.Obligations.Approvals.IsEmpty ? DecisionOutcome.Permit : DecisionOutcome.RequireApproval);
        string reason = decision?.ReasonCode ?? (outcome == DecisionOutcome.RequireApproval ? ReasonCodes.ApprovalRequired : verdict.ReasonCode);
        List<string> notes = [];
        if (hadSecrets || !isShown)
        {
            notes.Add("A value of the call held a live secret, which is not shown.");
        }

        bool isPermitted = verdict.Effect == VerdictEffect.Permit;
        if (decision is not null && reason != ReasonCodes.ConflictingObligations && (isPermitted != (reason is not (ReasonCodes.NoPermit or ReasonCodes.Forbidden or ReasonCodes.PolicyError or ReasonCodes.NotAuthorized))))
        {
            // What is shown must not contradict what was decided.
            notes.Add("Asked again, policies answer differently than at the decision: entities, or what the host knows of them, have changed since.");
        }

        if (kind == SuggestionKind.CanBeApproved)
        {
            notes.Add("Under the changes that are suggested, a person would have to approve the call.");
        }

        string summary = details is null ? Shown(decision?.Explanation ?? "it cannot be shown.", scrubber) : ExplanationSummary.Of(reason, request, details, decision, policies);
        return new DecisionExplanation(outcome, reason, Shown(summary, scrubber, isEscaped: true), ReasonAdvice.For(reason), details, kind, [.. notes]);
    }

    /// <summary>The policy set, then whatever narrows it from the task up.</summary>
    private static List<PolicyLayer> LayersOf(PolicyRequest request, LoadedPolicies policies, bool withoutApproval, out ContextParts needs)
    {
        Obligations own = request.Call?.Tool.OwnObligations ?? Obligations.None;
        needs = policies.Needs.For(request.Action, request.Entities);
        List<PolicyLayer> layers =
        [
            new("policies", policies.Set, answer => Accepts(policies, answer, withoutApproval, own)),
        ];
        for (AgentTask? above = request.Call?.Task; above is not null; above = above.Parent)
        {
            string whose = above == request.Call!.Task ? "the task" : $"task {above.Id} above it";
            if (above.Mandate.Policies is { } mandate)
            {
                needs |= mandate.Needs.For(request.Action, request.Entities);
                layers.Add(new(
                    $"mandate of {whose}", mandate.Set, answer => Accepts(mandate, answer, withoutApproval, Obligations.None),
                    Granting(mandate, request, $"the mandate of {whose} granted")));
            }

            if (above.Proposal is { } proposal && above.Outside == OutsideProposal.Deny)
            {
                LoadedPolicies? grants = proposal.Grants?.Policies;
                needs |= grants?.Needs.For(request.Action, request.Entities) ?? ContextParts.None;
                layers.Add(new($"proposal for {whose}", grants?.Set ?? PolicySet.Create([]), waiver: $"the user had asked for {PolicyVocabulary.Plain(request.Action.Id)}"));
            }
        }

        return layers;
    }

    private static bool Accepts(LoadedPolicies policies, CedarResponse answer, bool withoutApproval, Obligations own)
    {
        Verdict verdict = PolicyEvaluation.Conclude(policies, answer);
        return verdict.Effect == VerdictEffect.Permit && Obligations.TryCombine(own, verdict.Obligations, out Obligations? all)
            && (!withoutApproval || all.Approvals.IsEmpty);
    }

    private static string Granting(LoadedPolicies mandate, PolicyRequest request, string granted)
    {
        // Where a grant is about the action, it is its conditions that stand in the way.
        bool isGranted = mandate.Set.Policies.Any(p => p.Action.Entities.Any(a => a == request.Action || request.Entities.Find(request.Action)?.HasParent(a) == true));
        return $"{granted} the action {PolicyVocabulary.Plain(request.Action.Id)}{(isGranted ? " with these arguments" : "")}";
    }

    private static string Shown(string text, SecretScrubber? scrubber, bool isEscaped = false)
    {
        string safe = scrubber?.Scrub(text, out _) ?? text;
        return isEscaped ? safe : SafeValues.Escape(safe);
    }
}
