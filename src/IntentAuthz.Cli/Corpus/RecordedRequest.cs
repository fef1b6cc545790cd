using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>A request and the response that the reference gave.</summary>
/// <param name="Description">What the test calls it.</param>
/// <param name="Principal">Who.</param>
/// <param name="Action">Does what.</param>
/// <param name="Resource">To what.</param>
/// <param name="ContextJson">In which context.</param>
/// <param name="IsValidated">Whether the reference checked it against the schema, and found it valid; where it is false, nothing is said.</param>
/// <param name="Decision">The decision.</param>
/// <param name="Reasons">The ids of the policies that decided.</param>
/// <param name="Errors">The ids of the policies that failed.</param>
internal sealed record RecordedRequest(
    string Description,
    EntityUid Principal,
    EntityUid Action,
    EntityUid Resource,
    string ContextJson,
    bool IsValidated,
    CedarDecision Decision,
    IReadOnlyList<string> Reasons,
    IReadOnlyList<string> Errors);
