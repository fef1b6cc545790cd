using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>The one sentence of an explanation: who may not do what, and the policy or condition that made it so.</summary>
internal static class ExplanationSummary
{
    internal static string Of(string reason, PolicyRequest request, CedarExplanation details, Decision? decision, LoadedPolicies policies, Verdict verdict) => reason switch
    {
        ReasonCodes.Forbidden => $"{WhatNot(request)}: {Applied(details, verdict, PolicyEffect.Forbid, "forbids it", "forbid it")}.",
        ReasonCodes.PolicyError => $"{WhatNot(request)}: {Failed(details, policies)} could not be evaluated, and might have denied or asked.",
        ReasonCodes.NoPermit => $"no policy permits it. {What(request, "asked to")}. {Nearest(details, "policies", request)}",
        ReasonCodes.NotAuthorized when verdict.Effect != VerdictEffect.Permit => Of(verdict.ReasonCode, request, details, decision, policies, verdict), // one code for all that policies refuse
        ReasonCodes.OutsideMandate => $"policies permit it, and the task was not opened for it. {What(request, "asked to")}. {Nearest(details, "mandate", request)}",
        ReasonCodes.OutsideProposal => $"policies and mandate permit it, and the user did not ask for it. {What(request, "asked to")}.",
        ReasonCodes.ConflictingObligations => $"{WhatNot(request)}: {Applied(details, verdict, PolicyEffect.Permit, "permits it", "permit it")}, and the credentials they or the tool ask for differ.",
        ReasonCodes.ApprovalRequired or ReasonCodes.RepeatOfUnknownOutcome => $"{What(request, "may")} {Once(request, decision, policies, details, verdict)}",
        _ when decision?.Outcome is null or DecisionOutcome.Permit && details.IsAccepted => $"{What(request, "may")}: {Applied(details, verdict, PolicyEffect.Permit, "permits it", "permit it")}.",
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

    private static string Applied(CedarExplanation details, Verdict verdict, PolicyEffect effect, string one, string several)
    {
        List<PolicyTrace> traces = [.. details.Policies.Where(p => p.Layer == "policies" && p.Outcome == PolicyTraceOutcome.Applied && p.Effect == effect)];
        int count = Math.Max(traces.Count, verdict.Policies.Length); // of very many, not all are traced
        return traces switch
        {
            [] => "no policy",
            [{ } only] => $"{Title(only)} {one}{Since(only)}",
            // Each has reasons of its own.
            [{ } first, ..] => $"{string.Join(" and ", traces.Take(3).Select(Title))}{(count > 3 ? $" and {count - 3} more" : "")} {several}{Since(first, "the first since")}",
        };
    }

    private static string Failed(CedarExplanation details, LoadedPolicies policies)
    {
        // A plain permit that fails does not apply, and denies nothing.
        PolicyTrace? failed = details.Policies.FirstOrDefault(p => p is { Outcome: PolicyTraceOutcome.Failed, Layer: "policies" } && policies.ErrorDenies(p.PolicyId));
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

        if (near.Conditions.Count == 0)
        {
            return $"The nearest {(layer == "policies" ? "permit" : "grant of the mandate")} is {Title(near)}, of more conditions than are told."; // one of thousands is false
        }

        string must = string.Join(" and ", near.Conditions.Take(3).Select(static c => c.Sentence));
        return $"{(layer == "policies" ? $"The nearest permit is {Title(near)}: {must}." : $"By the mandate, {must}.")}{(failed is null ? "" : $" {failure}")}";
    }

    private static string Once(PolicyRequest request, Decision? decision, LoadedPolicies policies, CedarExplanation details, Verdict verdict)
    {
        // Approvals of all permits that apply add up.
        List<PolicyTrace> asking = [.. details.Policies.Where(p => p is { Layer: "policies", Outcome: PolicyTraceOutcome.Applied } && !policies.ObligationsOf(p.PolicyId).Approvals.IsEmpty)];
        string policy = asking switch
        {
            [] => "",
            [{ } only] => $"{Title(only)} asks for that{Since(only)}",
            [{ } first, ..] => $"{string.Join(" and ", asking.Take(3).Select(Title))}{(asking.Count > 3 ? $" and {asking.Count - 3} more" : "")} ask for that{Since(first, "the first since")}",
        };
        List<string> others = request.Call is { } call ? [.. AskingBeside.Policies(request, call, details, decision)] : [];
        if (asking.Count > 0 && others.Count == 0)
        {
            string roles = string.Join(" and ", verdict.Obligations.Approvals.Select(static a => $"{(a.Count == 1 ? "" : $"{a.Count} people of ")}“{PolicyVocabulary.Plain(a.Role)}”"));
            return $"once {roles} approved it: {policy}.";
        }

        return $"once it is approved{(others.Count == 0 ? "" : $": {(asking.Count == 0 ? "" : $"{policy}; ")}{string.Join("; ", others)}")}. {SafeValues.Escape(decision?.Explanation ?? "")}".TrimEnd();
    }

    private static string Since(PolicyTrace trace, string word = "since") => trace.Conditions is { Count: > 0 } conditions
        ? $", {word} {string.Join(" and ", conditions.Take(3).Select(static c => c.Sentence))}"
        : "";

    private static string Title(PolicyTrace trace) => trace.Description is { } description
        ? $"“{PolicyVocabulary.Plain(trace.PolicyId)}” ({PolicyVocabulary.Plain(description)})"
        : $"“{PolicyVocabulary.Plain(trace.PolicyId)}”";

    private static string Place(SourceSpan span) => span.IsKnown ? $", {SafeValues.Escape((Path.IsPathRooted(span.Source ?? "") ? span with { Source = Path.GetFileName(span.Source) } : span).ToString())}" : "";
}
