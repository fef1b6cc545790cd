using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>All that is compared of one test.</summary>
internal static class TestChecks
{
    public static void Run(CorpusTest test, ICorpusEngine engine, ReportDisagreement report)
    {
        EntityStore? entities = null;
        foreach (var form in test.Schemas)
        {
            ValidationCheck.Run(test, form, report);
            RequestConformanceCheck.Run(test, form, report);
            var read = EntityConformanceCheck.Run(test, form, report);
            if (entities is null)
            {
                entities = read;
            }
            else if (entities.ToJson() != read.ToJson())
            {
                report($"the entities read with {form.Name}", $"those read with {test.Schemas[0].Name}", "others");
            }
        }

        entities ??= EntityStore.ParseJson(test.EntitiesJson);
        DecisionCheck.Run(test, engine, entities, test.Policies, "", report);
        RoundTripCheck.Run(test, engine, entities, report);
    }

    /// <summary>Reports where a bool is not the one that was recorded; null: nothing was.</summary>
    public static void Compare(string what, bool? expected, IReadOnlyList<ValidationFinding> errors, ReportDisagreement report)
    {
        if (expected is { } isValid && isValid != (errors.Count == 0))
        {
            report(what, isValid ? "valid" : "not valid", errors.Count == 0 ? "valid" : string.Join("; ", errors.Take(3)));
        }
    }
}
