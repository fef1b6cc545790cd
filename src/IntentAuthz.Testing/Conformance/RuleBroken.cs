namespace IntentAuthz.Testing;

/// <summary>A rule does not hold, or cannot be asked. It never leaves the suite.</summary>
internal sealed class RuleBroken(string reason, IssuerRuleOutcome outcome = IssuerRuleOutcome.Failed) : Exception(reason)
{
    internal IssuerRuleOutcome Outcome => outcome;
}
