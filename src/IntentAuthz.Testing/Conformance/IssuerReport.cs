using System.Collections.Immutable;
using System.Text;

namespace IntentAuthz.Testing;

/// <summary>What came of every rule.</summary>
public sealed class IssuerReport
{
    internal IssuerReport(string issuer, ImmutableArray<IssuerRuleResult> results)
    {
        Issuer = issuer;
        Results = results;
    }

    /// <summary>The issuer's name.</summary>
    public string Issuer { get; }

    /// <summary>The rules, in the order in which they ran.</summary>
    public ImmutableArray<IssuerRuleResult> Results { get; }

    /// <summary>The rules that do not hold.</summary>
    public ImmutableArray<IssuerRuleResult> Failures => [.. Results.Where(static r => r.Outcome == IssuerRuleOutcome.Failed)];

    /// <summary>A line for each rule.</summary>
    public override string ToString()
    {
        StringBuilder text = new($"Issuer '{Issuer}': {Failures.Length} of {Results.Length} rules failed.");
        foreach (IssuerRuleResult result in Results)
        {
            text.AppendLine().Append("  ").Append(result.Outcome.ToString().PadRight(14)).Append(result.Rule);
            if (result.Reason.Length > 0)
            {
                text.Append(": ").Append(result.Reason);
            }
        }

        return text.ToString();
    }
}
