using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Whether the requests are as the schema says.</summary>
internal static class RequestConformanceCheck
{
    public static void Run(CorpusTest test, SchemaForm form, ReportDisagreement report)
    {
        var recorded = test.Verdicts?.Requests ?? [];
        if (recorded.Count > 0 && recorded.Count != test.Requests.Count)
        {
            report("recorded verdicts on requests", $"one for each of {test.Requests.Count}", $"{recorded.Count}");
        }

        for (var i = 0; i < test.Requests.Count; i++)
        {
            var request = test.Requests[i];
            var findings = Check(request, form.Schema);
            var what = $"{request.Description}: request validation with {form.Name}";
            TestChecks.Compare(what, request.IsValidated ? true : null, findings, report);
            if (i < recorded.Count)
            {
                // Requests are checked in one way, whatever the mode.
                TestChecks.Compare($"{what}, strict", recorded[i].Strict, findings, report);
                TestChecks.Compare($"{what}, permissive", recorded[i].Permissive, findings, report);
            }
        }
    }

    private static IReadOnlyList<ValidationFinding> Check(RecordedRequest request, Schema schema)
    {
        try
        {
            return schema.ValidateRequest(new(request.Principal, request.Action, request.Resource, schema.ParseContextJson(request.ContextJson, request.Action)));
        }
        catch (CedarJsonException exception)
        {
            return [new("unreadable-context", exception.Message)];
        }
    }
}
