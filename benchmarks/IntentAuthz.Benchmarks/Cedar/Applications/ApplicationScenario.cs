using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar.Applications;

/// <summary>
/// One of the three applications that the Cedar paper measures (Cutler et al., OOPSLA 2024, section 5): static policies, a schema,
/// and a random entity graph with n entities of each kind, any two of which are connected with a probability of 0.05. Published
/// figures ask 500 random requests: any action, any principal and resource that exist and to which the action applies.
/// </summary>
internal sealed class ApplicationScenario
{
    internal const double Connection = 0.05;

    internal ApplicationScenario(string schema, string policies, IEnumerable<Entity> entities)
    {
        Schema = Schema.ParseCedar(schema);
        Policies = PolicySet.Parse(policies);
        // `action in` holds for no request unless the store knows the actions' groups.
        Entities = EntityStore.Create(entities.Concat(Schema.ActionEntities()));
        if (!Validator.Validate(Policies, Schema).IsValid || Schema.ValidateEntities(Entities).Count > 0)
        {
            throw new InvalidOperationException("The policies or the entities do not conform to the schema.");
        }
    }

    internal Schema Schema { get; }

    internal PolicySet Policies { get; }

    internal EntityStore Entities { get; }

    /// <summary>
    /// Makes random requests. Their texts are not those of policies and store: ids are objects of their own in each request, types, which
    /// are constants in a host's code, one each.
    /// </summary>
    internal CedarRequest[] Requests(int count, Random random)
    {
        EntityUid[] actions = [.. Schema.Actions.OrderBy(static uid => uid.Id, StringComparer.Ordinal)];
        ILookup<string, EntityUid> byType = Entities.Entities.Select(static entity => entity.Uid)
            .OrderBy(static uid => uid.ToString(), StringComparer.Ordinal).ToLookup(static uid => uid.Type);
        Dictionary<string, string> types = Schema.EntityTypes.Append("Action").ToDictionary(static type => type, static type => new string(type));
        EntityUid Copy(EntityUid uid) => new(types[uid.Type], new string(uid.Id));
        CedarRequest[] requests = new CedarRequest[count];
        for (int i = 0; i < count; i++)
        {
            EntityUid action = actions[random.Next(actions.Length)];
            requests[i] = new CedarRequest(
                Copy(Pick(random, [.. Schema.PrincipalTypesOf(action).SelectMany(type => byType[type])])),
                Copy(action),
                Copy(Pick(random, [.. Schema.ResourceTypesOf(action).SelectMany(type => byType[type])])));
        }

        return requests;
    }

    /// <summary>Of n entities of a type, named by number, those that chance connects.</summary>
    internal static IEnumerable<EntityUid> Connected(Random random, string type, string prefix, int n)
    {
        for (int i = 0; i < n; i++)
        {
            if (random.NextDouble() < Connection)
            {
                yield return new EntityUid(type, $"{prefix}{i}");
            }
        }
    }

    private static EntityUid Pick(Random random, EntityUid[] choices) => choices[random.Next(choices.Length)];
}
