using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar.Applications;

/// <summary>Lists of tasks, each with an owner, a team that reads and a team that edits.</summary>
internal static class TinyTodoScenario
{
    private const string Schema =
        """
        entity Application;
        entity Team in [Team, Application];
        entity User in [Team, Application];
        entity List in [Application] = {
          owner: User, name: String, readers: Team, editors: Team, tasks: Set<{ id: Long, name: String, state: String }>
        };
        action CreateList, GetLists appliesTo { principal: User, resource: Application };
        action GetList, UpdateList, DeleteList, CreateTask, UpdateTask, DeleteTask, EditShares appliesTo { principal: User, resource: List };
        """;

    private const string Policies =
        """
        permit(principal, action in [Action::"CreateList", Action::"GetLists"], resource == Application::"TinyTodo");
        permit(principal, action, resource) when { resource has owner && resource.owner == principal };
        permit(principal, action == Action::"GetList", resource) when { principal in resource.readers || principal in resource.editors };
        permit(principal, action in [Action::"UpdateList", Action::"CreateTask", Action::"UpdateTask", Action::"DeleteTask"], resource)
        when { principal in resource.editors };
        """;

    private static readonly EntityUid Application = new("Application", "TinyTodo");

    /// <summary>Makes the scenario.</summary>
    /// <param name="n">How many users, teams and lists there are.</param>
    /// <param name="random">The source of chance.</param>
    internal static ApplicationScenario Create(int n, Random random) => new(Schema, Policies, Entities(n, random));

    private static IEnumerable<Entity> Entities(int n, Random random)
    {
        yield return new Entity(Application);
        for (int i = 0; i < n; i++)
        {
            yield return new Entity(
                new EntityUid("User", $"user_{i}"), parents: [.. ApplicationScenario.Connected(random, "Team", "team_", n), Application]);
        }

        for (int i = 0; i < n; i++)
        {
            // Teams are in teams of smaller numbers only, so that there is no cycle.
            yield return new Entity(
                new EntityUid("Team", $"team_{i}"), parents: [.. ApplicationScenario.Connected(random, "Team", "team_", i), Application]);
        }

        for (int i = 0; i < n; i++)
        {
            yield return new Entity(
                new EntityUid("List", $"list_{i}"),
                CedarRecord.Create(
                [
                    new("name", new CedarString($"list_{i}")),
                    new("owner", One(random, "User", "user_", n)),
                    new("readers", One(random, "Team", "team_", n)),
                    new("editors", One(random, "Team", "team_", n)),
                    new("tasks", CedarSet.Create(Enumerable.Range(0, random.Next(51)).Select(_ => Task(random)))),
                ]),
                [Application]);
        }
    }

    private static CedarEntity One(Random random, string type, string prefix, int n) => new(new EntityUid(type, $"{prefix}{random.Next(n)}"));

    private static CedarRecord Task(Random random) => CedarRecord.Create(
    [
        new("id", new CedarLong(random.Next(1_000_000))),
        new("name", new CedarString($"task_{random.Next(1_000_000)}")),
        new("state", new CedarString(random.Next(2) == 0 ? "Checked" : "Unchecked")),
    ]);
}
