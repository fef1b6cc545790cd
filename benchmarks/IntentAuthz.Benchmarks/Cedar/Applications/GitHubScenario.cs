using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar.Applications;

/// <summary>
/// Repositories of organizations. Each repository and organization has an entity for each role, in which users and teams are that
/// hold it; each action is in the next stronger one.
/// </summary>
internal static class GitHubScenario
{
    private const string Schema =
        """
        entity OrgPermission, RepoPermission;
        entity Organization in [OrgPermission] = { readers: OrgPermission, writers: OrgPermission, admins: OrgPermission };
        entity Team in [Team, RepoPermission];
        entity User in [Organization, Team, OrgPermission, RepoPermission];
        entity Repository = {
          owner: Organization,
          readers: RepoPermission, triagers: RepoPermission, writers: RepoPermission, maintainers: RepoPermission, admins: RepoPermission
        };
        action admin appliesTo { principal: User, resource: Repository };
        action maintain in [admin] appliesTo { principal: User, resource: Repository };
        action write in [maintain] appliesTo { principal: User, resource: Repository };
        action triage in [write] appliesTo { principal: User, resource: Repository };
        action read in [triage] appliesTo { principal: User, resource: Repository };
        """;

    private const string Policies =
        """
        permit(principal, action == Action::"read", resource) when { principal in resource.readers };
        permit(principal, action in Action::"triage", resource) when { principal in resource.triagers };
        permit(principal, action in Action::"write", resource) when { principal in resource.writers };
        permit(principal, action in Action::"maintain", resource) when { principal in resource.maintainers };
        permit(principal, action in Action::"admin", resource) when { principal in resource.admins };
        permit(principal, action == Action::"read", resource) when { principal in resource.owner.readers };
        permit(principal, action in Action::"write", resource) when { principal in resource.owner.writers };
        permit(principal, action in Action::"admin", resource) when { principal in resource.owner.admins };
        """;

    private static readonly string[] OrgRoles = ["readers", "writers", "admins"];
    private static readonly string[] RepoRoles = ["readers", "triagers", "writers", "maintainers", "admins"];

    /// <summary>Makes the scenario.</summary>
    /// <param name="n">How many users, teams, repositories and organizations there are.</param>
    /// <param name="random">The source of chance.</param>
    internal static ApplicationScenario Create(int n, Random random) => new(Schema, Policies, Entities(n, random));

    private static IEnumerable<Entity> Entities(int n, Random random)
    {
        for (int i = 0; i < n; i++)
        {
            string name = $"org_{i}";
            yield return new Entity(
                new EntityUid("Organization", name), Roles("OrgPermission", name, OrgRoles), Held(random, "OrgPermission", "org_", OrgRoles, n));
            foreach (string role in OrgRoles)
            {
                yield return new Entity(Role("OrgPermission", name, role));
            }
        }

        for (int i = 0; i < n; i++)
        {
            string name = $"repo_{i}";
            CedarEntity owner = new(new EntityUid("Organization", $"org_{random.Next(n)}"));
            yield return new Entity(
                new EntityUid("Repository", name), CedarRecord.Create([.. Roles("RepoPermission", name, RepoRoles), new("owner", owner)]));
            foreach (string role in RepoRoles)
            {
                yield return new Entity(Role("RepoPermission", name, role));
            }
        }

        for (int i = 0; i < n; i++)
        {
            // Teams are in teams of smaller numbers only, so that there is no cycle.
            yield return new Entity(
                new EntityUid("Team", $"team_{i}"),
                parents: [.. ApplicationScenario.Connected(random, "Team", "team_", i), .. Held(random, "RepoPermission", "repo_", RepoRoles, n)]);
        }

        for (int i = 0; i < n; i++)
        {
            yield return new Entity(
                new EntityUid("User", $"user_{i}"),
                parents:
                [
                    .. Held(random, "RepoPermission", "repo_", RepoRoles, n),
                    .. ApplicationScenario.Connected(random, "Team", "team_", n),
                    .. ApplicationScenario.Connected(random, "Organization", "org_", n),
                    .. Held(random, "OrgPermission", "org_", OrgRoles, n),
                ]);
        }
    }

    private static CedarRecord Roles(string type, string name, string[] roles) =>
        CedarRecord.Create(roles.Select(role => KeyValuePair.Create<string, CedarValue>(role, new CedarEntity(Role(type, name, role)))));

    /// <summary>One role each in those that chance connects.</summary>
    private static EntityUid[] Held(Random random, string type, string prefix, string[] roles, int n) =>
        [.. ApplicationScenario.Connected(random, type, prefix, n).Select(uid => Role(type, uid.Id, roles[random.Next(roles.Length)]))];

    private static EntityUid Role(string type, string name, string role) => new(type, $"{name}_{role}");
}
