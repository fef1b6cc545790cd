using System.Collections.Concurrent;
using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Asks policies what has been asked before, by the very evaluation that the guard asks. Where the log lacks a part of the context that a policy
/// reads, what does not depend on it is decided still. Safe for use by many threads.
/// </summary>
internal sealed class Redecision(CedarPolicyEngine engine, Schema? schema)
{
    private const int MaxActions = 10_000;
    private const string MissingAttribute = "missing-attribute";

    private readonly ConcurrentDictionary<(LoadedPolicies Policies, EntityUid Action), PolicySet> _ofAction = new();

    internal LoadedPolicies PoliciesOf(TenantId tenant) => engine.PoliciesOf(tenant);

    /// <summary>The verdict; or null, with what is missing and the policies that need it.</summary>
    internal Verdict? Decide(RecordedDecision decision, LoadedPolicies policies, out string? missing, out IEnumerable<string> by)
    {
        missing = null;
        by = [];
        if (decision.AreEntitiesScrubbed)
        {
            missing = "the resource, or another entity, held a secret that was taken out";
            return null;
        }

        RecordedEntities entities = new(decision);
        ContextParts absent = policies.Needs.For(decision.Action, entities) & ~(decision.Parts & ~decision.ScrubbedParts);
        Verdict? verdict;
        if (absent == ContextParts.None)
        {
            verdict = PolicyEvaluation.Evaluate(
                policies,
                PolicyRequest.Of(decision.Tenant, decision.Principal, decision.Action, decision.Resource, entities, decision));
        }
        else
        {
            verdict = DecideWithout(absent, decision, policies, entities, out missing, out by);
        }

        if (entities.Missing is { } uid)
        {
            missing = $"an entity of the type {uid.Type} was not recorded"; // not which: each would be a group of its own
            by = verdict is null || verdict.Policies.IsEmpty ? [] : verdict.Policies;
            return null;
        }

        if (verdict is { Errors.Length: > 0 } && schema is not null && DoesNotFit(decision) is { } misfit)
        {
            missing = misfit;
            by = verdict.Errors.Select(static e => e[..Math.Max(0, e.IndexOf(": ", StringComparison.Ordinal))]);
            return null;
        }

        return verdict;
    }

    private Verdict? DecideWithout(
        ContextParts absent, RecordedDecision decision, LoadedPolicies policies, RecordedEntities entities, out string? missing, out IEnumerable<string> by)
    {
        missing = null;
        by = [];
        CedarRecord.Builder known = new();
        List<string> unknown = [];
        for (int i = 0; i < ContextNames.All.Length; i++)
        {
            (ContextParts part, string name) = ContextNames.All[i];
            if ((absent & part) != 0)
            {
                unknown.Add(name);
            }
            else if (decision[i] is { } value && (decision.ScrubbedParts & part) == 0)
            {
                known.Add(name, value);
            }
        }

        if (_ofAction.Count >= MaxActions)
        {
            _ofAction.Clear();
        }

        PolicySet set = _ofAction.GetOrAdd((policies, decision.Action), static key => OfAction(key.Policies.Set, key.Action));
        PartialResponse response = CedarAuthorizer.AuthorizePartially(
            new PartialRequest(decision.Principal, decision.Action, decision.Resource, known.Build(), unknown), set, entities);
        if (PolicyEvaluation.Conclude(policies, response) is { } verdict)
        {
            return verdict;
        }

        missing = string.Join(", ", unknown.Select(name => (decision.ScrubbedParts & PartOf(name)) != 0
            ? $"context.{name} held a secret that was taken out"
            : $"context.{name} was not built then"));
        by = response.Residuals.Policies.Where(p => unknown.Exists(p.ReadsContext)).Select(static p => p.Id);
        return null;
    }

    private static ContextParts PartOf(string name) => ContextNames.All.First(c => c.Name == name).Part;

    /// <summary>The policies that can concern an action: those for another one alone are left out, since what is decided in part goes through all there are.</summary>
    private static PolicySet OfAction(PolicySet policies, EntityUid action) =>
        PolicySet.Create(policies.Policies.Where(p => p.Action.Kind != ScopeKind.Equal || p.Action.Entities.Contains(action)));

    /// <summary>What the schema requires and the log does not have, since it did not exist then: an attribute of an entity, an argument of the tool.</summary>
    private string? DoesNotFit(RecordedDecision decision)
    {
        foreach (Entity entity in decision.Entities)
        {
            if (schema!.ValidateEntity(entity).FirstOrDefault(static f => f.Code == MissingAttribute) is { } finding)
            {
                // Without the entity's name, so that all entities alike make one group.
                return $"an entity of the type {entity.Uid.Type} as it was recorded{finding.Message[Math.Max(0, finding.Message.IndexOf(" has no attribute", StringComparison.Ordinal))..]}";
            }
        }

        return schema!.ValidateRequest(new CedarRequest(decision.Principal, decision.Action, decision.Resource, decision.Context))
            .FirstOrDefault(static f => f.Code == MissingAttribute && f.Message.StartsWith("context.input", StringComparison.Ordinal))?.Message;
    }
}
