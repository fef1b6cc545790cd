using System.Collections.Frozen;

namespace IntentAuthz;

/// <summary>
/// What a planner thinks a task needs: grants, which are data, never policy text. A call has to be within the task's mandate and within its
/// proposal; what becomes of one outside of the proposal alone is the host's choice (<see cref="TaskRequest.Outside"/>). Immutable.
/// </summary>
public sealed class MandateProposal
{
    /// <summary>The most grants of one proposal.</summary>
    public const int MaxGrants = 256;

    private readonly Mandate? _grants;
    private readonly FrozenSet<string> _plain; // what is granted whatever the resource and the arguments

    private MandateProposal(string rationale, Mandate? grants, IEnumerable<string> plain)
    {
        Rationale = rationale;
        _grants = grants;
        _plain = plain.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Why, in one line, for the people who approve the task and for the audit.</summary>
    public string Rationale { get; }

    /// <summary>What it allows and why, in words.</summary>
    public string Description => $"{_grants?.Description ?? "nothing"} ({Rationale})";

    /// <summary>Proposes grants.</summary>
    /// <param name="rationale">Why, in one line of at most 256 characters.</param>
    /// <param name="grants">What the task needs; none means that it needs no tool at all.</param>
    /// <exception cref="ArgumentException">The rationale is missing or too long, or there are more than <see cref="MaxGrants"/> grants.</exception>
    public static MandateProposal Of(string rationale, params ReadOnlySpan<MandateGrant> grants)
    {
        Identifier.Validate(rationale, "rationale");
        if (grants.Length > MaxGrants)
        {
            throw new ArgumentException($"A proposal has at most {MaxGrants} grants; name action groups instead of single actions.", nameof(grants));
        }

        List<string> plain = [];
        foreach (MandateGrant grant in grants)
        {
            if (grant is { Resource: null, Constraints.Count: 0 })
            {
                plain.AddRange(grant.Actions);
            }
        }

        return new MandateProposal(rationale, grants.IsEmpty ? null : Mandate.Of(grants), plain);
    }

    /// <summary>The grants as a mandate, to be held against the tools there are; null when there are none.</summary>
    internal Mandate? Grants => _grants;

    /// <summary>Whether a call is among what was proposed. An action that is granted without a condition, by its own name, needs no evaluation.</summary>
    internal bool Covers(PolicyRequest request) => _plain.Contains(request.Action.Id) || _grants?.Evaluate(request)?.Effect == VerdictEffect.Permit;

    internal bool CouldCover(ToolDescriptor tool, PartialPolicyRequest request) => _grants?.CouldPermit(tool, request) == true;
}
