namespace IntentAuthz.Cli.Corpus;

/// <summary>What the reference said of policies, entities and requests (<c>.validation.json</c>). Null: nothing is said.</summary>
/// <param name="Policies">Whether the policies are valid.</param>
/// <param name="PerPolicy">Whether each policy is, by id.</param>
/// <param name="PerEntity">Whether each entity conforms, by <c>Type::id</c>, without quotes.</param>
/// <param name="Requests">Whether each request conforms, in the order of the test.</param>
internal sealed record RecordedVerdicts(
    ModeVerdict Policies,
    IReadOnlyDictionary<string, ModeVerdict> PerPolicy,
    IReadOnlyDictionary<string, bool> PerEntity,
    IReadOnlyList<ModeVerdict> Requests);
