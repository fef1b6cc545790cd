using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar.Applications;

/// <summary>
/// Documents in folders. Who may view something is in a view of his own; the view of a group is in the views of its members.
/// </summary>
internal static class GDriveScenario
{
    private const string Schema =
        """
        entity Group;
        entity View in [View];
        entity Folder in [Folder, View];
        entity Document in [Folder, View] = { isPublic: Bool };
        entity User in [Group] = { view: View, ownedDocuments: Set<Document>, ownedFolders: Set<Folder> };
        action read, write, share, changeOwner appliesTo { principal: User, resource: Document };
        action createDocument appliesTo { principal: User, resource: Folder };
        """;

    private const string Policies =
        """
        permit(principal, action == Action::"read", resource) when { resource in principal.view };
        permit(principal, action == Action::"read", resource) when { resource.isPublic };
        permit(principal, action in [Action::"read", Action::"write", Action::"share"], resource)
        when { resource in principal.ownedDocuments || resource in principal.ownedFolders };
        permit(principal, action == Action::"changeOwner", resource) when { principal.ownedDocuments.contains(resource) };
        permit(principal, action == Action::"createDocument", resource) when { principal.ownedFolders.contains(resource) };
        """;

    /// <summary>Makes the scenario.</summary>
    /// <param name="n">How many users, groups, documents and folders there are.</param>
    /// <param name="random">The source of chance.</param>
    /// <param name="isConnected">
    /// False gives documents and folders the parents that the published generator gives them, views named <c>User 3</c>, where the
    /// users' own are named <c>User user_3</c>: then nobody can view anything through a grant, and sets of ancestors are small.
    /// </param>
    internal static ApplicationScenario Create(int n, Random random, bool isConnected) => new(Schema, Policies, Entities(n, random, isConnected));

    private static IEnumerable<Entity> Entities(int n, Random random, bool isConnected)
    {
        List<int>[] members = [.. Enumerable.Range(0, n).Select(static _ => new List<int>())];
        for (int user = 0; user < n; user++)
        {
            EntityUid view = new("View", $"User user_{user}");
            EntityUid[] groups = [.. Enumerable.Range(0, n).Where(_ => random.NextDouble() < ApplicationScenario.Connection)
                .Select(group => Join(members[group], user, group))];
            yield return new Entity(
                new EntityUid("User", $"user_{user}"),
                CedarRecord.Create(
                [
                    new("view", new CedarEntity(view)),
                    new("ownedDocuments", Set(ApplicationScenario.Connected(random, "Document", "doc_", n))),
                    new("ownedFolders", Set(ApplicationScenario.Connected(random, "Folder", "folder_", n))),
                ]),
                groups);
            yield return new Entity(view);
        }

        for (int group = 0; group < n; group++)
        {
            yield return new Entity(new EntityUid("Group", $"group_{group}"));
            yield return new Entity(
                new EntityUid("View", $"Group group_{group}"),
                parents: members[group].Select(static user => new EntityUid("View", $"User user_{user}")));
        }

        string user_ = isConnected ? "User user_" : "User ";
        string group_ = isConnected ? "Group group_" : "Group ";
        for (int i = 0; i < 2 * n; i++)
        {
            // Folders lie in folders of smaller numbers only, so that there is no cycle.
            (bool isFolder, int number) = (i >= n, i % n);
            EntityUid[] parents =
            [
                .. ApplicationScenario.Connected(random, "Folder", "folder_", isFolder ? number : n),
                .. ApplicationScenario.Connected(random, "View", user_, n),
                .. ApplicationScenario.Connected(random, "View", group_, n),
            ];
            yield return isFolder
                ? new Entity(new EntityUid("Folder", $"folder_{number}"), parents: parents)
                : new Entity(
                    new EntityUid("Document", $"doc_{number}"),
                    CedarRecord.Create([new("isPublic", CedarBool.Of(random.Next(2) == 0))]),
                    parents);
        }
    }

    private static EntityUid Join(List<int> members, int user, int group)
    {
        members.Add(user);
        return new EntityUid("Group", $"group_{group}");
    }

    private static CedarSet Set(IEnumerable<EntityUid> uids) => CedarSet.Create(uids.Select(static uid => new CedarEntity(uid)));
}
