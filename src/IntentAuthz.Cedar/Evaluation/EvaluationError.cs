using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Evaluation;

/// <summary>Why an expression has no value. The messages are those of the reference implementation.</summary>
internal sealed record EvaluationError(string Message, TextRange Range, string? Help = null);
