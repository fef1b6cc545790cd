using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Whether the entities are as the schema says.</summary>
internal static class EntityConformanceCheck
{
    /// <summary>Checks, and gives the entities to decide with.</summary>
    /// <exception cref="CedarJsonException">The entities cannot be read at all.</exception>
    public static EntityStore Run(CorpusTest test, SchemaForm form, ReportDisagreement report)
    {
        var verdicts = test.Verdicts?.PerEntity;
        var shouldConform = verdicts is null || verdicts.Values.All(conforms => conforms);
        try
        {
            var entities = EntityStore.ParseJson(test.EntitiesJson, form.Schema);
            if (!shouldConform)
            {
                report($"entities with {form.Name}", $"refusal of {string.Join(", ", verdicts!.Where(verdict => !verdict.Value).Select(verdict => verdict.Key))}", "all conform");
            }

            return entities;
        }
        catch (CedarJsonException exception)
        {
            if (shouldConform)
            {
                report($"entities with {form.Name}", "all conform", exception.Message);
            }

            // Entities that do not conform are decided with as they stand, beside the actions of the schema.
            var entities = EntityStore.ParseJson(test.EntitiesJson);
            if (!shouldConform)
            {
                CompareEach(entities, verdicts!, form, report);
            }

            return EntityStore.Create(entities.Entities.Concat(form.Schema.ActionEntities()).DistinctBy(entity => entity.Uid));
        }
    }

    private static void CompareEach(EntityStore entities, IReadOnlyDictionary<string, bool> verdicts, SchemaForm form, ReportDisagreement report)
    {
        foreach (var entity in entities.Entities)
        {
            bool? conforms = verdicts.TryGetValue($"{entity.Uid.Type}::{entity.Uid.Id}", out var verdict) ? verdict : null;
            TestChecks.Compare($"entity {entity.Uid} with {form.Name}", conforms, form.Schema.ValidateEntity(entity), report);
        }
    }
}
