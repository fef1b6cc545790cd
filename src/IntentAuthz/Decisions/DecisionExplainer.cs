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
        CedarRecord given = request.Select(needs);
        bool isShown = SafeValues.TryWithoutSecrets(given, scrubber, out CedarRecord context, out bool hadSecrets)
            && !SafeValues.HoldsSecret(request.Resource.Id, scrubber);
        CedarRequest decided = new(request.Principal, request.Action, request.Resource, given);
        Verdict verdict = PolicyEvaluation.Conclude(policies, CedarAuthorizer.Authorize(decided, policies.Set, request.Entities));
        bool isOtherwise = decision is not null && AnswersOtherwise(decision, verdict);
        CedarExplanation? details = null;
        SuggestionKind kind = SuggestionKind.Permits;
        if (isShown && !isOtherwise)
        {
            (details, kind) = Detail(request, policies, layers, decision, context);
            if (hadSecrets)
            {
                // What is shown has other values than policies read. It is told only where it is just as true of those.
                (CedarExplanation of, SuggestionKind achieved) = Detail(request, policies, layers, decision, given);
                details = kind == achieved && TellTheSame(details, of, scrubber!) ? details : null;
            }
        }

        if (details is { IsAccepted: true } && decision is { ReasonCode: ReasonCodes.OutsideMandate or ReasonCodes.OutsideProposal })
        {
            (details, isOtherwise) = (null, true);
        }

        DecisionOutcome outcome = decision?.Outcome ?? (verdict.Effect != VerdictEffect.Permit ? DecisionOutcome.Deny
            : verdict.Obligations.Approvals.IsEmpty ? DecisionOutcome.Permit : DecisionOutcome.RequireApproval);
        string reason = decision?.ReasonCode ?? (outcome == DecisionOutcome.RequireApproval ? ReasonCodes.ApprovalRequired : verdict.ReasonCode);
        List<string> notes = [];
        if (hadSecrets || !isShown)
        {
            notes.Add($"A value of the call held a live secret, which is not shown.{(details is null && !isOtherwise ? " What policies say of the call depends on it, so only what was recorded is told." : "")}");
        }

        if (isOtherwise)
        {
            // What is shown must not contradict what was decided.
            notes.Add("Asked again, policies or mandates answer differently than at the decision: entities, or what the host knows of them, have changed since. So only what was recorded is told.");
        }

        if (details is { Suggestions.Count: > 0 } && request.Call?.RiskCeiling is { } ceiling && decision?.Risk is null)
        {
            notes.Add($"The task has a ceiling of {ceiling} for the risk score, which was not asked: above it, a person would have to approve the call.");
        }

        if (details is { Suggestions.Count: > 0 } && request.Call?.Resources.Length > 1)
        {
            notes.Add($"The call touches {request.Call.Resources.Length} resources; what is suggested was tried for this one, and the others need a permit too.");
        }

        if (kind == SuggestionKind.CanBeApproved && details is not null)
        {
            notes.Add("Under the changes that are suggested, a person would have to approve the call.");
        }

        string summary = details is null ? Shown(decision?.Explanation ?? "it cannot be shown.", scrubber) : ExplanationSummary.Of(reason, request, details, decision, policies, verdict);
        return new DecisionExplanation(outcome, reason, Shown(summary, scrubber, isEscaped: true), ReasonAdvice.For(reason), details, kind, [.. notes]);
    }

    private static (CedarExplanation Details, SuggestionKind Kind) Detail(
        PolicyRequest request, LoadedPolicies policies, List<PolicyLayer> layers, Decision? decision, CedarRecord context)
    {
        CedarRequest asked = new(request.Principal, request.Action, request.Resource, context);
        CedarVocabulary words = PolicyVocabulary.Create(request.Principal, request.Call?.Tool);
        CedarExplanation details = CedarExplainer.Explain(asked, layers, request.Entities, words);
        bool isAsked = details.IsAccepted;
        if (decision?.Outcome == DecisionOutcome.Permit)
        {
            return (details, SuggestionKind.Permits);
        }

        if (request.Call is { } call && AskingBeside.PoliciesAndMandates(request, call, decision).Any())
        {
            return (details, isAsked ? SuggestionKind.NeedsNoApproval : SuggestionKind.CanBeApproved); // whatever policies said, a person would be asked
        }

        // Best is what needs nobody; where nothing does, what a person could approve.
        List<PolicyLayer> unasked = LayersOf(request, policies, withoutApproval: true, out _);
        CedarExplanation free = CedarExplainer.Explain(asked, unasked, request.Entities, words);
        if (free.IsAccepted || isAsked || free.Suggestions.Count > 0 || details.Suggestions.Count == 0)
        {
            return (free, isAsked && !free.IsAccepted ? SuggestionKind.NeedsNoApproval : SuggestionKind.Permits);
        }

        // On its way to an approval the search can come upon what needs none.
        CedarExplanation needless = details.WithSuggestions(s => NeedsNobody(s, unasked));
        return needless.Suggestions.Count > 0 ? (needless, SuggestionKind.Permits) : (details, SuggestionKind.CanBeApproved);
    }

    private static bool NeedsNobody(SuggestedChange suggestion, List<PolicyLayer> unasked)
    {
        // What a suggestion calls by the name of a layer sets that layer aside.
        PolicyLayer[] asked = [.. unasked.Where(layer => !suggestion.Changes.Any(change => change.What == layer.Name))];
        return asked.Length > 0 && CedarExplainer.Explain(suggestion.Request, asked, suggestion.Entities).IsAccepted;
    }

    /// <summary>Whether policies, asked again, determine something else than what was decided.</summary>
    private static bool AnswersOtherwise(Decision decision, Verdict verdict) => decision.ReasonCode switch
    {
        ReasonCodes.ConflictingObligations => false, // the tool's obligations and those of other resources count too
        ReasonCodes.NoPermit or ReasonCodes.Forbidden or ReasonCodes.PolicyError =>
            verdict.ReasonCode != decision.ReasonCode || !verdict.Policies.ToHashSet(StringComparer.Ordinal).SetEquals(decision.DeterminingPolicies),
        ReasonCodes.NotAuthorized =>
            verdict.Effect == VerdictEffect.Permit || !verdict.Policies.ToHashSet(StringComparer.Ordinal).SetEquals(decision.DeterminingPolicies),
        // Of a call that touches several resources, the permits for each of them determine it.
        ReasonCodes.Permitted or ReasonCodes.ApprovalRequired =>
            verdict.Effect != VerdictEffect.Permit || verdict.Policies.Except(decision.DeterminingPolicies, StringComparer.Ordinal).Any(),
        _ => verdict.Effect != VerdictEffect.Permit,
    };

    /// <summary>Whether an explanation whose values were scrubbed says what the one with the true values says.</summary>
    private static bool TellTheSame(CedarExplanation shown, CedarExplanation of, SecretScrubber scrubber)
    {
        bool Same(string text, string other) => text == Shown(other, scrubber, isEscaped: true);
        return shown.IsAccepted == of.IsAccepted && shown.Policies.Count == of.Policies.Count && shown.Suggestions.Count == of.Suggestions.Count
            && shown.Policies.Zip(of.Policies).All(pair =>
                pair.First.Layer == pair.Second.Layer && pair.First.PolicyId == pair.Second.PolicyId && pair.First.Outcome == pair.Second.Outcome
                && pair.First.Conditions.Count == pair.Second.Conditions.Count
                && pair.First.Conditions.Zip(pair.Second.Conditions).All(c => c.First.Span == c.Second.Span && Same(c.First.Sentence, c.Second.Sentence)))
            && shown.Suggestions.Zip(of.Suggestions).All(pair =>
                pair.First.Changes.Count == pair.Second.Changes.Count
                && pair.First.Changes.Zip(pair.Second.Changes).All(c => c.First.What == c.Second.What && c.First.To == c.Second.To && Same(c.First.Sentence, c.Second.Sentence)));
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
                    Granting(mandate, request, $"the mandate of {whose} granted", withoutApproval)));
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

    private static string Granting(LoadedPolicies mandate, PolicyRequest request, string granted, bool withoutApproval)
    {
        // Where a grant is about the action, it is its conditions that stand in the way, or what it asks for.
        List<Policy> about = [.. mandate.Set.Policies.Where(p => p.Effect == PolicyEffect.Permit && p.Action.Kind switch
        {
            ScopeKind.Any => true,
            _ => p.Action.Entities.Any(a => a == request.Action || request.Entities.Find(request.Action)?.HasParent(a) == true),
        })];
        bool asks = withoutApproval && about.Exists(p => !mandate.ObligationsOf(p.Id).Approvals.IsEmpty);
        return $"{granted} the action {PolicyVocabulary.Plain(request.Action.Id)}{(about.Count > 0 ? " with these arguments" : "")}{(asks ? " without an approval" : "")}";
    }

    private static string Shown(string text, SecretScrubber? scrubber, bool isEscaped = false)
    {
        string safe = scrubber?.Scrub(text, out _) ?? text;
        return isEscaped ? safe : SafeValues.Escape(safe);
    }
}
