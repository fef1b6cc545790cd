using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>The one sentence of an explanation: who may not do what, and the policy or condition that made it so.</summary>
internal static class ExplanationSummary
{
    internal static string Of(string reason, PolicyRequest request, CedarExplanation details, Decision? decision, LoadedPolicies policies) => reason switch
    {
        ReasonCodes.Forbidden => $"{WhatNot(request)}: {Applied(details, PolicyEffect.Forbid, "forbids it", "forbid it")}.",
        ReasonCodes.PolicyError => $"{WhatNot(request)}: {Failed(details)} could not be evaluated, and might have denied or asked.",
        ReasonCodes.NoPermit => $"no policy permits it. {What(request, "asked to")}. {Nearest(details, "policies", request)}",
        ReasonCodes.NotAuthorized => details.Policies.Any(static p => p is { Effect: PolicyEffect.Forbid, Outcome: PolicyTraceOutcome.Applied })
            ? $"{WhatNot(request)}: {Applied(details, PolicyEffect.Forbid, "forbids it", "forbid it")}."
            : $"no policy permits it. {What(request, "asked to")}. {Nearest(details, "policies", request)}",
        ReasonCodes.OutsideMandate => $"policies permit it, and the task was not opened for it. {What(request, "asked to")}. {Nearest(details, "mandate", request)}",
        ReasonCodes.OutsideProposal => $"policies and mandate permit it, and the user did not ask for it. {What(request, "asked to")}.",
        ReasonCodes.ConflictingObligations => $"{WhatNot(request)}: {Applied(details, PolicyEffect.Permit, "permits it", "permit it")}, and the credentials they or the tool ask for differ.",
        ReasonCodes.ApprovalRequired or ReasonCodes.RepeatOfUnknownOutcome => $"{What(request, "may")} {Once(request, decision, policies, details)}",
        _ when decision?.Outcome is null or DecisionOutcome.Permit && details.IsAccepted => $"{What(request, "may")}: {Applied(details, PolicyEffect.Permit, "permits it", "permit it")}.",
        _ => decision?.Explanation is { } text ? SafeValues.Escape(text) : What(request, "asked to") + ".",
    };

    private static string What(PolicyRequest request, string verb)
    {
        string id = PolicyVocabulary.Plain(request.Action.Id);
        string who = $"{TypeOf(request.Principal)} “{PolicyVocabulary.Plain(request.Principal.Id)}”";
        return $"The {who} {verb} do {id} on {TypeOf(request.Resource)} “{PolicyVocabulary.Plain(request.Resource.Id)}”";
    }

    private static string WhatNot(PolicyRequest request) => What(request, "may not");

    // "BankAccount" is two words to people.
    private static string TypeOf(EntityUid uid) => string.Concat(
        uid.Type[(uid.Type.LastIndexOf(':') + 1)..].Select(static (c, i) => char.IsUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));

    private static string Applied(CedarExplanation details, PolicyEffect effect, string one, string several)
    {
        List<PolicyTrace> traces = [.. details.Policies.Where(p => p.Layer == "policies" && p.Outcome == PolicyTraceOutcome.Applied && p.Effect == effect)];
        return traces switch
        {
            [] => "no policy",
            [{ } only] => $"{Title(only)} {one}{Since(only)}",
            [{ } first, ..] => $"{string.Join(" and ", traces.Take(3).Select(Title))}{(traces.Count > 3 ? $" and {traces.Count - 3} more" : "")} {several}{Since(first)}",
        };
    }

    private static string Failed(CedarExplanation details)
    {
        PolicyTrace? failed = details.Policies.FirstOrDefault(static p => p.Outcome == PolicyTraceOutcome.Failed);
        return failed is null ? "a policy" : Failure(failed);
    }

    private static string Failure(PolicyTrace failed) => $"{Title(failed)} ({SafeValues.Escape(failed.Error?.Message ?? "")}{Place(failed.Error?.Span ?? default)})";

    private static string Nearest(CedarExplanation details, string layer, PolicyRequest request)
    {
        List<PolicyTrace> permits = [.. details.Policies.Where(p => p.Layer.StartsWith(layer, StringComparison.Ordinal) && p.Effect == PolicyEffect.Permit)];
        PolicyTrace? near = permits.Find(static p => p.Outcome == PolicyTraceOutcome.NotApplied);
        PolicyTrace? failed = permits.Find(static p => p.Outcome == PolicyTraceOutcome.Failed);
        string failure = failed is null ? "" : $"The {(layer == "policies" ? "" : "mandate's ")}permit {Failure(failed)} could not be evaluated.";
        if (near is null && failed is not null)
        {
            return failure;
        }

        if (near is null)
        {
            return layer == "policies"
                ? $"No permit speaks of {PolicyVocabulary.Plain(request.Action.Id)} by such an actor on such a thing."
                : $"The mandate says nothing of {PolicyVocabulary.Plain(request.Action.Id)}.";
        }

        string must = string.Join(" and ", near.Conditions.Take(3).Select(static c => c.Sentence));
        return $"{(layer == "policies" ? $"The nearest permit is {Title(near)}: {must}." : $"By the mandate, {must}.")}{(failed is null ? "" : $" {failure}")}";
    }

    private static string Once(PolicyRequest request, Decision? decision, LoadedPolicies policies, CedarExplanation details)
    {
        PolicyTrace? asking = details.Policies.FirstOrDefault(p => p is { Layer: "policies", Outcome: PolicyTraceOutcome.Applied } && !policies.ObligationsOf(p.PolicyId).Approvals.IsEmpty);
        string roles = asking is null ? "" : string.Join(" and ", policies.ObligationsOf(asking.PolicyId).Approvals.Select(static a => $"{(a.Count == 1 ? "" : $"{a.Count} people of ")}“{PolicyVocabulary.Plain(a.Role)}”"));
        List<string> others = request.Call is { } call ? [.. AskingBeside.Policies(request, call, details, decision)] : [];
        if (asking is not null && others.Count == 0)
        {
            return $"once {roles} approved it: {Title(asking)} asks for that{Since(asking)}.";
        }

        string policy = asking is null ? "" : $"{Title(asking)} asks for that{Since(asking)}; ";
        return $"once it is approved{(others.Count == 0 ? "" : $": {policy}{string.Join("; ", others)}")}. {SafeValues.Escape(decision?.Explanation ?? "")}".TrimEnd();
    }

    private static string Since(PolicyTrace trace) => trace.Conditions is { Count: > 0 } conditions
        ? $", since {string.Join(" and ", conditions.Take(3).Select(static c => c.Sentence))}"
        : "";

    private static string Title(PolicyTrace trace) => trace.Description is { } description
        ? $"“{PolicyVocabulary.Plain(trace.PolicyId)}” ({PolicyVocabulary.Plain(description)})"
        : $"“{PolicyVocabulary.Plain(trace.PolicyId)}”";

    private static string Place(SourceSpan span) => span.IsKnown ? $", {SafeValues.Escape((Path.IsPathRooted(span.Source ?? "") ? span with { Source = Path.GetFileName(span.Source) } : span).ToString())}" : "";
}
