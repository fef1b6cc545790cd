namespace IntentAuthz;

/// <summary>How much harm a tool can do when called wrongly, as its owner judges it. Ordered: a higher value is riskier.</summary>
public enum RiskClass
{
    /// <summary>Reads what is open to all, or changes nothing of worth.</summary>
    Low = 1,

    /// <summary>Reads what is not public, or changes what is easily undone. What a tool is that declares nothing.</summary>
    Medium = 2,

    /// <summary>Changes or discloses what matters: the decision's audit record is written durably before the tool runs.</summary>
    High = 3,

    /// <summary>Cannot be undone, or reaches many: as <see cref="High"/>, and named apart so that policy can forbid it.</summary>
    Critical = 4,
}
