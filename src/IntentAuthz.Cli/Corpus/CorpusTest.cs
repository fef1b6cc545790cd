using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>One test, read.</summary>
/// <param name="Policies">The policies.</param>
/// <param name="EntitiesJson">The entities, as they stand in their file.</param>
/// <param name="Schemas">The schema in each form that lies there: text, JSON, both, or, where the test names none, neither.</param>
/// <param name="ShouldValidate">Whether the policies are valid in strict mode; null where nothing is said of it.</param>
/// <param name="Requests">The requests, in order.</param>
/// <param name="Verdicts">What the reference said of policies, entities and requests; null where that is not recorded.</param>
internal sealed record CorpusTest(
    PolicySet Policies,
    string EntitiesJson,
    IReadOnlyList<SchemaForm> Schemas,
    bool? ShouldValidate,
    IReadOnlyList<RecordedRequest> Requests,
    RecordedVerdicts? Verdicts);
