namespace IntentAuthz.Cedar.Differential.Generation;

/// <param name="Kind"><c>when</c> or <c>unless</c>.</param>
/// <param name="Body">The expression.</param>
internal sealed record CaseCondition(string Kind, Term Body);
