namespace IntentAuthz.Testing;

/// <summary>What came of a rule.</summary>
public enum IssuerRuleOutcome
{
    /// <summary>It holds.</summary>
    Passed,

    /// <summary>It does not hold.</summary>
    Failed,

    /// <summary>It asks for what this issuer, or the fixture, does not have.</summary>
    NotApplicable,

    /// <summary>The fixture says why it does not hold.</summary>
    Exempt,
}
