namespace IntentAuthz.Cli.Corpus;

/// <summary>Takes one disagreement; see <see cref="Disagreement"/>.</summary>
internal delegate void ReportDisagreement(string what, string expected, string got);
