namespace IntentAuthz.Cli.Corpus;

/// <summary>What came of one test; it passed if there is no disagreement.</summary>
/// <param name="Test">The path of the test, below the directory that was run.</param>
/// <param name="Disagreements">What is not as the test says.</param>
internal sealed record TestOutcome(string Test, IReadOnlyList<Disagreement> Disagreements);
