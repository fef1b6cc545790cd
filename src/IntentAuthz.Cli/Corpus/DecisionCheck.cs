using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Whether every request gets the decision, the reasons and the errors that the reference gave.</summary>
internal static class DecisionCheck
{
    /// <param name="test">The test.</param>
    /// <param name="engine">What decides.</param>
    /// <param name="entities">The entities.</param>
    /// <param name="policies">The policies: those of the test, or what should mean the same.</param>
    /// <param name="form">What was done to the policies, for reports; empty for nothing.</param>
    /// <param name="report">Takes disagreements.</param>
    public static void Run(CorpusTest test, ICorpusEngine engine, EntityStore entities, PolicySet policies, string form, ReportDisagreement report)
    {
        var authorize = engine.Load(policies);
        foreach (var request in test.Requests)
        {
            var response = authorize(new(request.Principal, request.Action, request.Resource, ReadContext(request, test)), entities);
            Compare("decision", $"{request.Decision}".ToLowerInvariant(), $"{response.Decision}".ToLowerInvariant());
            Compare("reasons", Listed(request.Reasons), Listed(response.Reasons));
            Compare("errors", Listed(request.Errors), Listed(response.Errors.Select(error => error.PolicyId)));

            void Compare(string what, string expected, string got)
            {
                if (expected != got)
                {
                    report($"{request.Description}: {what}{form}", expected, got);
                }
            }
        }
    }

    private static string Listed(IEnumerable<string> ids) => $"[{string.Join(", ", ids.Order(StringComparer.Ordinal))}]";

    // With a schema a context needs no escapes. One that does not even fit it is decided with as it stands.
    private static CedarRecord ReadContext(RecordedRequest request, CorpusTest test)
    {
        if (test.Schemas is [var form, ..])
        {
            try
            {
                return form.Schema.ParseContextJson(request.ContextJson, request.Action);
            }
            catch (CedarJsonException)
            {
                // Reported where requests are checked against the schema.
            }
        }

        return CedarRecord.ParseJson(request.ContextJson);
    }
}
