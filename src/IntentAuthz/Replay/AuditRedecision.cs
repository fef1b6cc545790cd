using System.Collections.Immutable;
using System.Runtime.InteropServices;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// What policies say of a call of which only principal, action and resource are known by name: neither attributes, nor what they lie in, nor the
/// context. What the action lies in is known from a schema. One thread at a time.
/// </summary>
internal sealed class AuditRedecision(Schema? schema)
{
    private const int MaxAnswers = 100_000; // the same few agents, actions and resources come again and again

    private const int MaxNamed = 8; // of the policies that need more than there is

    private static readonly string[] s_context = [.. ContextNames.All.Select(static c => c.Name)];

    private readonly EntityStore _actions = schema is null ? EntityStore.Empty : EntityStore.ParseJson("[]", schema);
    private readonly Dictionary<(LoadedPolicies Policies, EntityUid Principal, EntityUid Action, EntityUid Resource), Answer> _answers = [];

    /// <summary>The verdict over all resources; or null, with what is missing and the policies that need it.</summary>
    internal Verdict? Decide(
        LoadedPolicies policies, EntityUid principal, EntityUid action, EntityUid[] resources, out string? missing, out IEnumerable<string> by)
    {
        Obligations obligations = Obligations.None;
        ImmutableArray<string> permits = [];
        Answer? open = null;
        foreach (EntityUid resource in resources)
        {
            Answer answer = Ask(policies, principal, action, resource);
            if (answer.Verdict is null)
            {
                open ??= answer;
            }
            else if (answer.Verdict.Effect == VerdictEffect.Deny)
            {
                (missing, by) = (null, []);
                return answer.Verdict; // one resource denied is the call denied, whatever the others say
            }
            else
            {
                permits = permits.AddRange(answer.Verdict.Policies);
                _ = Obligations.TryCombine(obligations, answer.Verdict.Obligations, out Obligations? combined);
                obligations = combined ?? obligations; // a conflict of credentials shows in no audit log
            }
        }

        (missing, by) = open is null ? (null, []) : ("an audit log holds neither arguments nor attributes nor groups", open.NeededBy);
        return open is null ? new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, [.. permits.Distinct()], [], obligations) : null;
    }

    private Answer Ask(LoadedPolicies policies, EntityUid principal, EntityUid action, EntityUid resource)
    {
        if (_answers.Count >= MaxAnswers)
        {
            _answers.Clear();
        }

        return CollectionsMarshal.GetValueRefOrAddDefault(_answers, (policies, principal, action, resource), out _) ??= Find(policies, principal, action, resource);
    }

    private Answer Find(LoadedPolicies policies, EntityUid principal, EntityUid action, EntityUid resource)
    {
        List<Policy> asked = [];
        List<Policy> perhaps = []; // about a group of actions, of which nobody says whether this one is in it
        foreach (Policy policy in policies.Set.Policies)
        {
            if (Excludes(policy.Principal, principal) || Excludes(policy.Resource, resource) || Excludes(policy.Action, action))
            {
                continue;
            }

            bool isInSome = policy.Action.Kind is not (ScopeKind.In or ScopeKind.InSet)
                || policy.Action.Entities.Any(group => group == action || _actions.IsDescendantOf(action, group));
            if (isInSome)
            {
                asked.Add(policy);
            }
            else if (_actions.Find(action) is null)
            {
                perhaps.Add(policy);
            }
        }

        Noting entities = new(_actions);
        PartialResponse response = CedarAuthorizer.AuthorizePartially(
            new PartialRequest(PartialEntity.OfType(principal.Type), action, PartialEntity.OfType(resource.Type), null, s_context), PolicySet.Create(asked), entities);
        Verdict? verdict = PolicyEvaluation.Conclude(policies, response);
        bool isOpen = verdict is null || entities.HasMissed // a policy names an entity, of which the log says nothing
            || (verdict.Effect == VerdictEffect.Permit && perhaps.Exists(p => policies.ErrorDenies(p.Id))) // a forbid, or a permit that asks for something
            || (verdict.ReasonCode == ReasonCodes.NoPermit && perhaps.Exists(static p => p.Effect == PolicyEffect.Permit));
        return isOpen
            ? new Answer(null, [.. response.Residuals.Policies.Concat(perhaps).Select(static p => p.Id).Order(StringComparer.Ordinal).Take(MaxNamed)])
            : new Answer(verdict, []);
    }

    /// <summary>Whether the scope speaks of others only, as far as a name tells.</summary>
    private static bool Excludes(ScopeConstraint scope, EntityUid uid) => scope.Kind switch
    {
        ScopeKind.Equal => !scope.Entities.Contains(uid),
        ScopeKind.Is or ScopeKind.IsIn => !string.Equals(scope.EntityType, uid.Type, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Notes whether an entity was asked for that the schema does not define.</summary>
    private sealed class Noting(EntityStore known) : IEntityProvider
    {
        internal bool HasMissed { get; private set; }

        public Entity? Find(EntityUid uid)
        {
            Entity? found = known.Find(uid);
            HasMissed |= found is null;
            return found;
        }
    }

    private sealed record Answer(Verdict? Verdict, ImmutableArray<string> NeededBy);
}
