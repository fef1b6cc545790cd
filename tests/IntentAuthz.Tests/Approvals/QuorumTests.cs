using CsCheck;

namespace IntentAuthz.Tests.Approvals;

/// <summary>A quorum is of distinct people: each fills one place, and the order in which they came does not matter.</summary>
public sealed class QuorumTests
{
    private static readonly TenantId s_acme = new("acme");

    [Fact]
    public void Quorum_OneWhoHoldsBothRoles_FillsOnePlaceOnly()
    {
        Assert.False(Quorum.IsMet([new("a", 1), new("b", 1)], [Person("x", "a", "b")]));
        Assert.True(Quorum.IsMet([new("a", 1), new("b", 1)], [Person("x", "a", "b"), Person("y", "a")]));
        Assert.True(Quorum.IsMet([new("a", 1), new("b", 1)], [Person("y", "a"), Person("x", "a", "b")]));
    }

    [Fact]
    public void Quorum_VoteThatFillsNothing_DoesNotHelp()
    {
        Assert.False(Quorum.Helps([new("a", 1)], [], Person("x", "b")));
        Assert.False(Quorum.Helps([new("a", 1), new("b", 1)], [Person("x", "a")], Person("y", "a")));
        Assert.True(Quorum.Helps([new("a", 1), new("b", 1)], [Person("x", "a", "b")], Person("y", "a")));
    }

    [Fact]
    public void Quorum_OfAnyone_TakesAnyone() => Assert.True(Quorum.IsMet([new("", 1)], [Person("x")]));

    [Fact]
    public void Quorum_IsMet_ExactlyWhenSomeAssignmentExists()
    {
        Gen<string[]> roles = Gen.Int[0, 2].Select(static i => "abc"[i].ToString()).Array[0, 3];
        Gen.Select(roles.Array[0, 4], Gen.Int[0, 2].Array[3]).Sample((people, counts) =>
        {
            List<Principal> votes = [.. people.Select(static (r, i) => Person($"p{i}", r))];
            ApprovalRequirement[] needed = [.. counts.Select(static (n, i) => new ApprovalRequirement($"{(char)('a' + i)}", n)).Where(static n => n.Count > 0)];
            string[] places = [.. needed.SelectMany(static n => Enumerable.Repeat(n.Role, n.Count))];
            return Quorum.IsMet([.. needed], votes) == Assignable(places, 0, votes);
        });
    }

    /// <summary>Tries everything, which is another way than the code under test.</summary>
    private static bool Assignable(string[] places, int at, List<Principal> free) =>
        at == places.Length
        || free.Exists(p => p.Roles.Contains(places[at]) && Assignable(places, at + 1, [.. free.Where(o => !ReferenceEquals(o, p))]));

    private static Principal Person(string id, params string[] roles) => Principal.Person(id, s_acme, roles);
}
