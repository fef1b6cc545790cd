using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>The schema of a test in one of its forms.</summary>
/// <param name="Name">The form, for reports: <c>schema text</c> or <c>schema JSON</c>.</param>
/// <param name="Schema">The schema.</param>
internal sealed record SchemaForm(string Name, Schema Schema);
