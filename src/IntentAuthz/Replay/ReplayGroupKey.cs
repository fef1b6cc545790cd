using System.Collections.Immutable;
using System.Globalization;

namespace IntentAuthz;

/// <summary>What decisions of one group have in common.</summary>
/// <param name="Change">What happened.</param>
/// <param name="From">The decision as it was.</param>
/// <param name="To">As it is now; null when not known.</param>
/// <param name="Policies">The policies that made the difference, in ordinal order, each with its length before it: an id can hold any character.</param>
/// <param name="Missing">What the log does not hold.</param>
internal readonly record struct ReplayGroupKey(ReplayChange Change, DecisionOutcome From, DecisionOutcome? To, string Policies, string? Missing)
{
    /// <summary>Some policies as one text, which compares fast.</summary>
    internal static string Join(IEnumerable<string> policies) =>
        string.Concat(policies.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static p => string.Create(CultureInfo.InvariantCulture, $"{p.Length}:{p}")));

    /// <summary>The policies of such a text.</summary>
    internal ImmutableArray<string> Split()
    {
        ImmutableArray<string>.Builder ids = ImmutableArray.CreateBuilder<string>();
        for (int at = 0; at < Policies.Length;)
        {
            int colon = Policies.IndexOf(':', at);
            int length = int.Parse(Policies.AsSpan(at, colon - at), CultureInfo.InvariantCulture);
            ids.Add(Policies.Substring(colon + 1, length));
            at = colon + 1 + length;
        }

        return ids.DrainToImmutable();
    }
}
