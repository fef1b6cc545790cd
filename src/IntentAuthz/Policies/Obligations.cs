using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz;

/// <summary>
/// What must hold for a permit. All permits that apply count and the strictest wins: approvals and redactions add up, containment
/// profiles all apply, the lowest rate holds. Immutable.
/// </summary>
public sealed class Obligations
{
    /// <summary>No obligation.</summary>
    public static Obligations None { get; } = new();

    /// <summary>Whose approval is needed; empty when nobody's.</summary>
    public ImmutableArray<ApprovalRequirement> Approvals { get; init; } = [];

    /// <summary>The credential profile, or null.</summary>
    public string? Credential { get; init; }

    /// <summary>The containment profiles, whose intersection takes effect.</summary>
    public ImmutableArray<string> Containments { get; init; } = [];

    /// <summary>The paths taken out of the result, such as <c>result.ssn</c>.</summary>
    public ImmutableArray<string> Redactions { get; init; } = [];

    /// <summary>Every rate limit that applies. They are all held, so the lowest is what is felt.</summary>
    public ImmutableArray<RateLimit> Rates { get; init; } = [];

    /// <summary>Whether nothing is asked for.</summary>
    public bool IsNone =>
        Approvals.IsEmpty && Credential is null && Containments.IsEmpty && Redactions.IsEmpty && Rates.IsEmpty;

    /// <summary>What both ask for together. False when that cannot be: two different credentials.</summary>
    internal static bool TryCombine(Obligations a, Obligations b, [NotNullWhen(true)] out Obligations? combined)
    {
        if (b.IsNone || ReferenceEquals(a, b))
        {
            combined = a;
            return true;
        }

        if (a.IsNone)
        {
            combined = b;
            return true;
        }

        if (a.Credential is not null && b.Credential is not null && !string.Equals(a.Credential, b.Credential, StringComparison.Ordinal))
        {
            combined = null;
            return false;
        }

        combined = new Obligations
        {
            Approvals = Add(a.Approvals, b.Approvals),
            Credential = a.Credential ?? b.Credential,
            Containments = Union(a.Containments, b.Containments),
            Redactions = Union(a.Redactions, b.Redactions),
            Rates = [.. a.Rates.Union(b.Rates)],
        };
        return true;
    }

    /// <summary>Whether everything asked for here was asked for there too, so that an approval shown there still covers it.</summary>
    internal bool IsCoveredBy(Obligations shown) =>
        Approvals.All(mine => shown.Approvals.Any(s => s.Role == mine.Role && s.Count >= mine.Count))
        && (Credential is null || string.Equals(Credential, shown.Credential, StringComparison.Ordinal))
        && shown.Containments.All(Containments.Contains)
        && shown.Redactions.All(Redactions.Contains);

    /// <summary>The same role twice means the larger quorum, since the same people would sign both.</summary>
    private static ImmutableArray<ApprovalRequirement> Add(
        ImmutableArray<ApprovalRequirement> a, ImmutableArray<ApprovalRequirement> b) =>
        [.. a.Concat(b)
            .GroupBy(static r => r.Role, StringComparer.Ordinal)
            .Select(static g => new ApprovalRequirement(g.Key, g.Max(static r => r.Count)))
            .OrderBy(static r => r.Role, StringComparer.Ordinal)];

    private static ImmutableArray<string> Union(ImmutableArray<string> a, ImmutableArray<string> b) =>
        b.IsEmpty ? a : a.IsEmpty ? b : [.. a.Union(b, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
