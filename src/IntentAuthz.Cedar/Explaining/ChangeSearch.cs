using System.Collections.Immutable;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;

namespace IntentAuthz.Cedar.Explaining;

/// <summary>
/// Looks for the fewest changes under which every layer accepts: smallest set first, each set tried by evaluating the policies anew. What is
/// tried are the values that conditions compare with, so a smaller set can exist among other values; docs/explain.md lists what is not tried.
/// The work is bounded by a count of expression nodes and values, so that it ends alike on every machine. One thread at a time.
/// </summary>
internal sealed class ChangeSearch
{
    private const int MaxChanges = 4;
    private const int MaxStates = 2_000;
    private const int MaxSuggestions = 3;
    private const int MaxPolicies = 200; // that changes are looked for in; all are evaluated
    private const int MaxItemsForSubsets = 6;
    private const int WorkPerItem = 8; // of a set that is made anew
    private const long MaxWork = 4_000_000;

    private readonly CedarRequest _request;
    private readonly IEntityProvider _entities;
    private readonly IReadOnlyList<PolicyLayer> _layers;
    private readonly CedarVocabulary _vocabulary;
    private readonly Policy[][] _relevant; // by layer: the policies that can apply to the request, however it is changed
    private readonly int[] _permits; // of those, by layer
    private readonly long _workPerState;
    private readonly ChangeWords _words;
    private long _work;
    private bool _isCut; // something that could have been tried was not

    private ChangeSearch(CedarRequest request, IEntityProvider entities, IReadOnlyList<PolicyLayer> layers, CedarVocabulary vocabulary)
    {
        _request = request;
        _entities = entities;
        _layers = layers;
        _vocabulary = vocabulary;
        _words = new(request, entities, vocabulary);
        _relevant = [.. layers.Select(layer => layer.Policies.PolicyArray.Where(policy => CouldApply(policy, request, entities)).ToArray())];
        _permits = [.. _relevant.Select(static policies => policies.Count(static policy => policy.Effect == PolicyEffect.Permit))];
        _workPerState = SizeOf(request.Context) + _relevant.Sum(static policies => policies.Sum(SizeOf));
    }

    /// <summary>The smallest sets of changes found; <paramref name="isComplete"/> is false where the search was cut off before it knew.</summary>
    public static IReadOnlyList<SuggestedChange> Find(
        CedarRequest request, IEntityProvider entities, IReadOnlyList<PolicyLayer> layers, CedarVocabulary vocabulary, out bool isComplete) =>
        new ChangeSearch(request, entities, layers, vocabulary).Run(out isComplete);

    private List<SuggestedChange> Run(out bool isComplete)
    {
        var found = new List<ChangedRequest>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var queue = new PriorityQueue<ImmutableArray<Change>, (int Count, int Weight, int Order)>();
        queue.Enqueue([], (0, 0, 0));
        var order = 0;
        while (queue.TryDequeue(out var changes, out _))
        {
            if (found.Count == MaxSuggestions || (found.Count > 0 && changes.Length > found[0].Changes.Length))
            {
                break;
            }

            if (_work > MaxWork || seen.Count > MaxStates)
            {
                _isCut = true;
                break;
            }

            _work += _workPerState;
            if (ChangedRequest.TryApply(_request, _entities, changes) is not { } state)
            {
                continue;
            }

            if (FirstRefusal(state) is not { } refusal)
            {
                if (changes.Length > 0)
                {
                    found.Add(state);
                }

                continue;
            }

            if (changes.Length == MaxChanges)
            {
                continue;
            }

            foreach (var change in NextOf(state, refusal))
            {
                // A later value for the same place takes the earlier one's stead: both asked for something, and this one is in both.
                var next = changes.RemoveAll(c => c.Key == change.Key).Add(change);
                if (seen.Add(string.Join('\n', next.Select(IdentityOf).Order(StringComparer.Ordinal))))
                {
                    queue.Enqueue(next, (next.Length, next.Sum(static c => c.Weight), ++order));
                }
            }
        }

        var verified = Verified(found);
        isComplete = !_isCut;
        return verified;
    }

    private static string IdentityOf(Change change) => change is AttributeChange attribute ? $"{change.Key}={attribute.Value}" : change.Key;

    // What was found among the relevant policies is shown only if all policies agree, and without what turned out not to be needed.
    private List<SuggestedChange> Verified(List<ChangedRequest> found)
    {
        var suggestions = new List<SuggestedChange>();
        foreach (var state in found.Select(WithoutNeedless).Select(WithoutNeedlessItems))
        {
            // What cannot be told as it was tried is not shown.
            var told = state.Changes.Select(change => _words.Tell(change, state)).OfType<RequestChange>().ToArray();
            if (told.Length < state.Changes.Length || HasOneInAnother(state.Changes) || !IsAccepted(state))
            {
                _isCut = true;
                continue;
            }

            var suggestion = new SuggestedChange(told, state.Request, state);
            if (!suggestions.Exists(s => s.Sentence == suggestion.Sentence))
            {
                suggestions.Add(suggestion);
            }
        }

        var fewest = suggestions.Select(static suggestion => suggestion.Changes.Count).DefaultIfEmpty().Min();
        return [.. suggestions.Where(suggestion => suggestion.Changes.Count == fewest)];
    }

    // A record and an attribute in it: the first says what the second does, and more of the record than has to differ.
    private static bool HasOneInAnother(ImmutableArray<Change> changes)
    {
        var attributes = changes.OfType<AttributeChange>().ToList();
        return attributes.Exists(outer => attributes.Exists(inner =>
            inner.Owner == outer.Owner && inner.Path.Length > outer.Path.Length && inner.Path.AsSpan(0, outer.Path.Length).SequenceEqual(outer.Path.AsSpan())));
    }

    // The fewest of the changes that still are enough. One can be needed beside a second and needless without it, as where an `if` takes the other
    // branch, so all subsets are tried; there are four changes at most.
    private ChangedRequest WithoutNeedless(ChangedRequest state)
    {
        var all = state.Changes;
        var subsets = Enumerable.Range(1, (1 << all.Length) - 2)
            .Select(chosen => all.Where((_, i) => (chosen & (1 << i)) != 0).ToImmutableArray())
            .OrderBy(static changes => changes.Length).ThenBy(static changes => changes.Sum(static c => c.Weight));
        foreach (var changes in subsets)
        {
            if (ChangedRequest.TryApply(_request, _entities, changes) is { } smaller && FirstRefusal(smaller) is null)
            {
                return smaller;
            }
        }

        return state;
    }

    // The same within a set: an item that was put in for a policy that a later item made superfluous is left out again.
    private ChangedRequest WithoutNeedlessItems(ChangedRequest state)
    {
        for (var i = 0; i < state.Changes.Length; i++)
        {
            if (WithFewerParents(state, i) is { } kept)
            {
                return WithoutNeedlessItems(WithoutNeedless(kept));
            }

            if (state.Changes[i] is not AttributeChange { Value: CedarSet after } change || (ChangeWords.ValueAt(change, _request, _entities) ?? CedarSet.Empty) is not CedarSet before)
            {
                continue;
            }

            CedarValue[] items = [.. after.Where(item => !before.Contains(item)), .. before.Where(item => !after.Contains(item))];
            if (items.Length < 2)
            {
                continue;
            }

            var isSmall = items.Length <= MaxItemsForSubsets;
            // Of few items all subsets, the smallest first; of many, one after the other is left out.
            foreach (var chosen in isSmall ? Enumerable.Range(1, (1 << items.Length) - 2).OrderBy(static bits => int.PopCount(bits)).Select(bits => items.Where((_, n) => (bits & (1 << n)) != 0).ToHashSet())
                : items.Select(item => items.Where(other => other != item).ToHashSet()))
            {
                if ((_work += _workPerState + (WorkPerItem * (before.Count + after.Count))) > 2 * MaxWork)
                {
                    _isCut = true;
                    return state;
                }

                CedarValue[] tried = [.. before.Where(item => after.Contains(item) || !chosen.Contains(item)), .. after.Where(item => !before.Contains(item) && chosen.Contains(item))];
                if (CedarSet.TryCreate(tried) is { } set && ChangedRequest.TryApply(_request, _entities, state.Changes.SetItem(i, change with { Value = set })) is { } smaller && FirstRefusal(smaller) is null)
                {
                    return WithoutNeedlessItems(WithoutNeedless(smaller));
                }
            }
        }

        return state;
    }

    // To be out of a group an entity loses each parent that lies in it. Where that helps for another reason, some of them can be enough.
    private ChangedRequest? WithFewerParents(ChangedRequest state, int index)
    {
        if (state.Changes[index] is ParentChange { IsAdded: false } change && _words.LostBy(change) is { Count: > 1 } lost)
        {
            foreach (var parent in lost)
            {
                if ((_work += _workPerState) > 2 * MaxWork)
                {
                    _isCut = true;
                    return null;
                }

                if (ChangedRequest.TryApply(_request, _entities, state.Changes.SetItem(index, change with { Kept = change.Kept.Add(parent) })) is { } smaller && FirstRefusal(smaller) is null)
                {
                    return smaller;
                }
            }
        }

        return null;
    }

    private bool IsAccepted(ChangedRequest state)
    {
        for (var i = 0; i < _layers.Count; i++)
        {
            if (!state.Waives(i) && CedarAuthorizer.Authorize(state.Request, _layers[i].Policies, state) is var response
                && (response.Decision != CedarDecision.Allow || !_layers[i].Accept(response)))
            {
                return false;
            }
        }

        return true;
    }

    private Refusal? FirstRefusal(ChangedRequest state)
    {
        for (var i = 0; i < _layers.Count; i++)
        {
            if (!state.Waives(i) && Evaluate(state, i) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private Refusal? Evaluate(ChangedRequest state, int layer)
    {
        var interpreter = new Interpreter(state.Request, state);
        var (permits, forbids, failed) = (new List<Policy>(), new List<Policy>(), new List<Policy>());
        var errors = new List<PolicyError>();
        foreach (var policy in _relevant[layer])
        {
            switch (interpreter.IsSatisfied(policy))
            {
                case true:
                    (policy.Effect == PolicyEffect.Permit ? permits : forbids).Add(policy);
                    break;
                case null:
                    failed.Add(policy);
                    errors.Add(interpreter.Explain(policy));
                    break;
                case false:
                    break;
            }
        }

        var reasons = (forbids.Count > 0 ? forbids : permits).Select(static policy => policy.Id).ToList();
        var response = new CedarResponse(forbids.Count == 0 && permits.Count > 0 ? CedarDecision.Allow : CedarDecision.Deny, reasons, errors);
        return response.Decision == CedarDecision.Allow && _layers[layer].Accept(response) ? null : new(layer, permits, forbids, failed);
    }

    private IEnumerable<Change> NextOf(ChangedRequest state, Refusal refusal)
    {
        if (_layers[refusal.Layer] is { Waiver: { } waiver, Name: var name })
        {
            yield return new WaiverChange(refusal.Layer, name, waiver);
        }

        // A forbid has to go before anything else helps. Where there is no permit, any will do. Else the permits there are ask for too much,
        // or something failed that must not.
        var turned = refusal.Forbids.Count > 0 ? refusal.Forbids.Take(1).Select(static policy => (Policy: policy, Applies: false))
            : refusal.Permits.Count == 0 ? _relevant[refusal.Layer].Where(static policy => policy.Effect == PolicyEffect.Permit).Take(MaxPolicies).Select(static policy => (Policy: policy, Applies: true))
            : refusal.Failed.Concat(refusal.Permits).Take(MaxPolicies).Select(static policy => (Policy: policy, Applies: false));
        _isCut |= refusal.Forbids.Count == 0 && (refusal.Permits.Count == 0 ? _permits[refusal.Layer] : refusal.Failed.Count + refusal.Permits.Count) > MaxPolicies;
        foreach (var (policy, applies) in turned)
        {
            // Looking for changes evaluates an operand once for each operator around it.
            _work += SizeOf(policy) * (1 + policy.Body.Conditions.Select(static condition => condition.Body.Height).DefaultIfEmpty().Max());
            if (_work > MaxWork)
            {
                _isCut = true;
                yield break;
            }

            var remedies = Remedies.For(policy, applies, state, _vocabulary, _request, _entities, out var isCut);
            _isCut |= isCut;
            foreach (var change in remedies)
            {
                yield return change;
            }
        }
    }

    // Changes add and take parents and attributes; the action, and who and what it is about, stay.
    private static bool CouldApply(Policy policy, CedarRequest request, IEntityProvider entities) =>
        PolicyTracer.IsAbout(policy, request, entities)
        && (policy.Principal.Kind != ScopeKind.Equal || policy.Principal.EntityArray[0] == request.Principal.Uid)
        && (policy.Resource.Kind != ScopeKind.Equal || policy.Resource.EntityArray[0] == request.Resource.Uid);

    private static long SizeOf(Policy policy)
    {
        var size = 4L;
        var pending = new Stack<Expr>(policy.Body.Conditions.Select(static condition => condition.Body));
        while (size < MaxWork && pending.TryPop(out var expr))
        {
            size++;
            foreach (var child in ExprChildren.Of(expr))
            {
                pending.Push(child);
            }
        }

        return size;
    }

    private static long SizeOf(CedarValue value)
    {
        var size = 0L;
        var pending = new Stack<CedarValue>();
        pending.Push(value);
        while (size < MaxWork && pending.TryPop(out var next))
        {
            size++;
            foreach (var inner in next switch { CedarSet set => set, CedarRecord record => record.Values, _ => [] })
            {
                pending.Push(inner);
            }
        }

        return size;
    }

    private sealed record Refusal(int Layer, IReadOnlyList<Policy> Permits, IReadOnlyList<Policy> Forbids, IReadOnlyList<Policy> Failed);
}
