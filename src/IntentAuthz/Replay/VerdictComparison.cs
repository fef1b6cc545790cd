using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>Holds a verdict against the one before, and finds the policies that made the difference.</summary>
internal static class VerdictComparison
{
    /// <summary>Whether both come to the same: the effect, and what is asked of a permit.</summary>
    internal static bool IsSame(Verdict old, Verdict now) =>
        old.Effect == now.Effect && (old.Effect == VerdictEffect.Deny || IsSame(old.Obligations, now.Obligations));

    /// <summary>Whether both were reached in the same way.</summary>
    internal static bool IsForSameReason(Verdict old, Verdict now) =>
        string.Equals(old.ReasonCode, now.ReasonCode, StringComparison.Ordinal)
        && old.Policies.AsSpan().SequenceEqual(now.Policies.AsSpan())
        && old.Errors.Length == now.Errors.Length;

    internal static DecisionOutcome OutcomeOf(Verdict verdict) =>
        verdict.Effect == VerdictEffect.Deny ? DecisionOutcome.Deny
        : verdict.Obligations.Approvals.IsEmpty ? DecisionOutcome.Permit
        : DecisionOutcome.RequireApproval;

    /// <summary>What changed between two verdicts that differ.</summary>
    internal static ReplayGroupKey Explain(Verdict old, Verdict now, LoadedPolicies policies)
    {
        (ReplayChange change, IEnumerable<string> by) = now.Effect == VerdictEffect.Deny ? Denied(old, now)
            : old.Effect == VerdictEffect.Deny ? Permitted(old, now)
            : (ReplayChange.Obligations, Asking(old, now, policies));
        return new ReplayGroupKey(change, OutcomeOf(old), OutcomeOf(now), ReplayGroupKey.Join(by), null);
    }

    private static (ReplayChange Change, IEnumerable<string> By) Denied(Verdict old, Verdict now) => now.ReasonCode switch
    {
        ReasonCodes.Forbidden => (ReplayChange.Forbids, now.Policies),
        ReasonCodes.PolicyError => (ReplayChange.Fails, now.Policies),
        ReasonCodes.ConflictingObligations => (ReplayChange.Conflicts, now.Policies),
        _ => (ReplayChange.NoLongerPermits, old.Policies),
    };

    private static (ReplayChange Change, IEnumerable<string> By) Permitted(Verdict old, Verdict now) => old.ReasonCode switch
    {
        ReasonCodes.Forbidden => (ReplayChange.NoLongerForbids, old.Policies),
        ReasonCodes.PolicyError => (ReplayChange.NoLongerFails, old.Policies),
        _ => (ReplayChange.Permits, now.Policies),
    };

    /// <summary>The permits that came or went and ask for something; else those that stayed and ask for something, whose annotations must have changed.</summary>
    private static IEnumerable<string> Asking(Verdict old, Verdict now, LoadedPolicies policies)
    {
        // What one that is gone had asked for is not known by itself, so it is named unless it is still there and asks for nothing.
        string[] moved =
        [
            .. now.Policies.Except(old.Policies, StringComparer.Ordinal).Where(id => !policies.ObligationsOf(id).IsNone),
            .. old.Policies.Except(now.Policies, StringComparer.Ordinal).Where(id => policies.FindObligations(id) is not { IsNone: true }),
        ];
        if (moved.Length > 0)
        {
            return moved;
        }

        string[] stayed = [.. now.Policies.Where(id => !policies.ObligationsOf(id).IsNone)];
        return stayed.Length > 0 ? stayed : now.Policies;
    }

    private static bool IsSame(Obligations a, Obligations b) =>
        ReferenceEquals(a, b)
        || (a.IsNone && b.IsNone)
        || (string.Equals(a.Credential, b.Credential, StringComparison.Ordinal)
            && IsSame(a.Approvals, b.Approvals) && IsSame(a.Containments, b.Containments) && IsSame(a.Redactions, b.Redactions) && IsSame(a.Rates, b.Rates));

    private static bool IsSame<T>(ImmutableArray<T> a, ImmutableArray<T> b)
        where T : IEquatable<T> => a.AsSpan().SequenceEqual(b.AsSpan()) || a.ToHashSet().SetEquals(b);
}
