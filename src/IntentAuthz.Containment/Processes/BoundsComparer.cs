using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>Whether bounds grant the same, member by member and in the same order: a different order is taken for a difference, which is never wrong.</summary>
internal static class BoundsComparer
{
    internal static bool AreSame(ContainmentBounds one, ContainmentBounds other) =>
        AreSame(one.Reads, other.Reads) && AreSame(one.Writes, other.Writes) && AreSame(one.Executes, other.Executes)
        && AreSame(one.Variables, other.Variables) && AreSame(one.Hosts, other.Hosts) && one.Limits == other.Limits;

    private static bool AreSame<T>(ImmutableArray<T>? one, ImmutableArray<T>? other) =>
        one is { } mine ? other is { } theirs && mine.SequenceEqual(theirs) : other is null;
}
