using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace IntentAuthz;

/// <summary>Counts what one thread has decided again. Tallies add up to the same sum however the decisions were shared out.</summary>
internal sealed class ReplayTally(ReplayOptions options)
{
    private readonly Dictionary<ReplayGroupKey, Group> _groups = [];
    private readonly List<LoadedTenant> _tenants = [];
    private long _decisions;
    private long _same;
    private long _sameForAnotherReason;
    private long _unknown;

    internal long Decisions => Volatile.Read(ref _decisions);

    /// <summary>Decides a recorded decision again.</summary>
    internal void Add(Redecision redecision, RecordedDecision decision, (long File, long Block, int Index) place)
    {
        if (decision.Time < options.From || decision.Time >= options.To)
        {
            return;
        }

        LoadedPolicies policies = PoliciesOf(redecision, decision.Tenant);
        Verdict? verdict = redecision.Decide(decision, policies, out string? missing, out IEnumerable<string> by);
        Settle(decision, verdict, missing, by, policies, place);
    }

    /// <summary>Counts a decision by what was found out about it.</summary>
    internal void Settle(
        RecordedDecision decision, Verdict? verdict, string? missing, IEnumerable<string> by, LoadedPolicies policies,
        (long File, long Block, int Index) place, bool comparesObligations = true)
    {
        _decisions++;
        if (verdict is not null && (comparesObligations
            ? VerdictComparison.IsSame(decision.Verdict, verdict)
            : VerdictComparison.OutcomeOf(decision.Verdict) == VerdictComparison.OutcomeOf(verdict)))
        {
            _same++;
            _sameForAnotherReason += VerdictComparison.IsForSameReason(decision.Verdict, verdict) ? 0 : 1;
            return;
        }

        ReplayGroupKey key;
        if (verdict is null)
        {
            _unknown++;
            key = new ReplayGroupKey(ReplayChange.Unknown, VerdictComparison.OutcomeOf(decision.Verdict), null, ReplayGroupKey.Join(by), missing);
        }
        else
        {
            key = VerdictComparison.Explain(decision.Verdict, verdict, policies);
        }

        Group group = CollectionsMarshal.GetValueRefOrAddDefault(_groups, key, out _) ??= new Group();
        group.Count++;
        Keep(group.Examples, new ReplayedDecision(decision, verdict, place), options.MaxExamples);
    }

    internal static ReplayResult Sum(
        IReadOnlyList<ReplayTally> tallies, int maxExamples, ImmutableArray<string> problems, ImmutableArray<string> unfinished, long bytes, AuditVerification? audit = null)
    {
        ReplayGroup[] groups =
        [
            .. tallies.SelectMany(static t => t._groups).GroupBy(static g => g.Key)
                .Select(g => new ReplayGroup(
                    g.Key,
                    g.Sum(static p => p.Value.Count),
                    [.. g.SelectMany(static p => p.Value.Examples).OrderBy(static e => e.Place).Take(maxExamples)]))
                .OrderByDescending(static g => g.Count)
                .ThenBy(static g => string.Join('\n', g.Policies), StringComparer.Ordinal)
                .ThenBy(static g => g.Change).ThenBy(static g => g.From).ThenBy(static g => g.To)
                .ThenBy(static g => g.Missing, StringComparer.Ordinal),
        ];
        long decisions = tallies.Sum(static t => t._decisions);
        long same = tallies.Sum(static t => t._same);
        long unknown = tallies.Sum(static t => t._unknown);
        return new ReplayResult
        {
            Decisions = decisions,
            Same = same,
            SameForAnotherReason = tallies.Sum(static t => t._sameForAnotherReason),
            Changed = decisions - same - unknown,
            Unknown = unknown,
            Changes = [.. groups.Where(static g => g.Change != ReplayChange.Unknown)],
            Unknowns = [.. groups.Where(static g => g.Change == ReplayChange.Unknown)],
            Problems = problems,
            Unfinished = unfinished,
            Bytes = bytes,
            Audit = audit,
        };
    }

    /// <summary>Keeps the first by place, of which few are kept.</summary>
    private static void Keep(List<ReplayedDecision> examples, ReplayedDecision example, int max)
    {
        if (examples.Count == max && (max == 0 || example.Place.CompareTo(examples[^1].Place) > 0))
        {
            return;
        }

        int at = examples.Count;
        while (at > 0 && examples[at - 1].Place.CompareTo(example.Place) > 0)
        {
            at--;
        }

        examples.Insert(at, example);
        if (examples.Count > max)
        {
            examples.RemoveAt(max);
        }
    }

    private LoadedPolicies PoliciesOf(Redecision redecision, TenantId tenant)
    {
        foreach (LoadedTenant known in _tenants)
        {
            if (known.Tenant == tenant)
            {
                return known.Policies;
            }
        }

        LoadedPolicies policies = redecision.PoliciesOf(tenant);
        if (_tenants.Count < 16)
        {
            _tenants.Add(new LoadedTenant(tenant, policies));
        }

        return policies;
    }

    private readonly record struct LoadedTenant(TenantId Tenant, LoadedPolicies Policies);

    private sealed class Group
    {
        internal long Count { get; set; }

        internal List<ReplayedDecision> Examples { get; } = [];
    }
}
