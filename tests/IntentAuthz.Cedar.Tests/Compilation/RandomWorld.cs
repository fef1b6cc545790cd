namespace IntentAuthz.Cedar.Tests.Compilation;

/// <summary>The small world that <see cref="RandomPolicies"/> speak of, and requests in it.</summary>
internal static class RandomWorld
{
    private const string World =
        """
        [
          { "uid": { "type": "User", "id": "alice" },
            "attrs": { "name": "alice", "age": 30, "active": true, "address": { "city": "Bern" },
                       "manager": { "__entity": { "type": "User", "id": "bob" } },
                       "groups": [{ "__entity": { "type": "Group", "id": "staff" } }, { "__entity": { "type": "User", "id": "alice" } }] },
            "parents": [{ "type": "Group", "id": "staff" }, { "type": "Team", "id": "t" }],
            "tags": { "team": "red", "alice": "x" } },
          { "uid": { "type": "User", "id": "bob" }, "attrs": { "name": "bob", "manager": { "__entity": { "type": "User", "id": "ghost" } } }, "parents": [{ "type": "Group", "id": "admins" }] },
          { "uid": { "type": "Group", "id": "staff" }, "attrs": {}, "parents": [{ "type": "Group", "id": "all" }] },
          { "uid": { "type": "Group", "id": "admins" }, "attrs": {}, "parents": [{ "type": "Group", "id": "all" }] },
          { "uid": { "type": "Doc", "id": "plan" },
            "attrs": { "title": "hello", "owner": { "__entity": { "type": "User", "id": "bob" } },
                       "readers": [{ "__entity": { "type": "Group", "id": "staff" } }, { "__entity": { "type": "User", "id": "ghost" } }] },
            "parents": [{ "type": "Folder", "id": "sub" }] },
          { "uid": { "type": "Folder", "id": "sub" }, "attrs": {}, "parents": [{ "type": "Folder", "id": "root" }] },
          { "uid": { "type": "Action", "id": "read" }, "attrs": {}, "parents": [{ "type": "Action", "id": "any" }] },
          { "uid": { "type": "Action", "id": "write" }, "attrs": {}, "parents": [{ "type": "Action", "id": "any" }] }
        ]
        """;

    private const string Rich =
        """
        { "flag": true, "n": 7, "min": -9223372036854775808, "list": [1, "alice", 7], "who": { "__entity": { "type": "User", "id": "alice" } },
          "input": { "name": "alice", "amount": { "__extn": { "fn": "decimal", "arg": "1.5" } }, "urgent": false },
          "risk": { "score": 3 }, "ip": { "__extn": { "fn": "ip", "arg": "10.0.0.1" } }, "range": { "__extn": { "fn": "ip", "arg": "10.0.0.0/16" } },
          "when": { "__extn": { "fn": "datetime", "arg": "2024-10-15T11:38:02Z" } } }
        """;

    private static readonly CedarRecord[] Contexts = [CedarRecord.ParseJson(Rich), CedarRecord.ParseJson("""{ "flag": false, "n": 0 }"""), CedarRecord.Empty];

    public static EntityStore Entities { get; } = EntityStore.ParseJson(World);

    public static IReadOnlyList<EntityUid> Principals { get; } =
        [new("User", "alice"), new("User", "bob"), new("User", "unheard-of"), new("Stranger", "x"), new("Nowhere", "y"), new("Group", "staff")];

    public static IReadOnlyList<EntityUid> Actions { get; } = [new("Action", "read"), new("Action", "write"), new("Action", "other")];

    public static IReadOnlyList<EntityUid> Resources { get; } = [new("Doc", "plan"), new("Doc", "memo"), new("Folder", "sub"), new("User", "alice")];

    public static CedarRequest Request(Random random) =>
        new(Pick(random, Principals), Pick(random, Actions), Pick(random, Resources), Contexts[random.Next(Contexts.Length)]);

    private static EntityUid Pick(Random random, IReadOnlyList<EntityUid> uids) => uids[random.Next(uids.Count)];
}
