namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>A rule of which nothing is left but tests of values: where they stand among those of its block.</summary>
internal readonly record struct PlainRule(int First, int Count);
