using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>Whether distinct people fill all the places that are needed: nobody fills two, whatever roles they hold.</summary>
internal static class Quorum
{
    internal static bool IsMet(ImmutableArray<ApprovalRequirement> needed, List<Principal> votes) =>
        Filled(needed, votes) == needed.Sum(static n => n.Count);

    /// <summary>Whether one more vote brings the quorum nearer.</summary>
    internal static bool Helps(ImmutableArray<ApprovalRequirement> needed, List<Principal> votes, Principal approver) =>
        Filled(needed, [.. votes, approver]) > Filled(needed, votes);

    /// <summary>The most places the votes can fill: a matching by augmenting paths, so that the order of votes does not matter.</summary>
    private static int Filled(ImmutableArray<ApprovalRequirement> needed, List<Principal> votes)
    {
        string[] places = [.. needed.SelectMany(static n => Enumerable.Repeat(n.Role, n.Count))];
        int[] holder = new int[places.Length];
        Array.Fill(holder, -1);
        int filled = 0;
        for (int vote = 0; vote < votes.Count; vote++)
        {
            if (TryPlace(vote, places, votes, holder, new bool[places.Length]))
            {
                filled++;
            }
        }

        return filled;
    }

    private static bool TryPlace(int vote, string[] places, List<Principal> votes, int[] holder, bool[] tried)
    {
        for (int place = 0; place < places.Length; place++)
        {
            if (tried[place] || (places[place].Length > 0 && !votes[vote].Roles.Contains(places[place])))
            {
                continue;
            }

            tried[place] = true;
            if (holder[place] < 0 || TryPlace(holder[place], places, votes, holder, tried))
            {
                holder[place] = vote;
                return true;
            }
        }

        return false;
    }
}
