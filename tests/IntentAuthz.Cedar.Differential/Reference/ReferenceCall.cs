namespace IntentAuthz.Cedar.Differential.Reference;

/// <summary>A function of the reference's interface and its argument: JSON, or, for a few, plain text.</summary>
internal readonly record struct ReferenceCall(string Function, string Argument);
