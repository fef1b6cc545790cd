namespace IntentAuthz;

/// <summary>What decisions of one group have in common.</summary>
/// <param name="Change">What happened.</param>
/// <param name="From">The decision as it was.</param>
/// <param name="To">As it is now; null when not known.</param>
/// <param name="Policies">The policies that made the difference, one a line, in ordinal order.</param>
/// <param name="Missing">What the log does not hold.</param>
internal readonly record struct ReplayGroupKey(ReplayChange Change, DecisionOutcome From, DecisionOutcome? To, string Policies, string? Missing)
{
    internal static string Join(IEnumerable<string> policies) => string.Join('\n', policies.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
