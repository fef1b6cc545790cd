namespace IntentAuthz.Testing;

/// <summary>What came of one rule.</summary>
/// <param name="Rule">One of <see cref="IssuerRules"/>.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Reason">Why; empty when it passed.</param>
public sealed record IssuerRuleResult(string Rule, IssuerRuleOutcome Outcome, string Reason);
