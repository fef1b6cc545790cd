namespace IntentAuthz.Cedar.Tests.Syntax;

/// <summary>Parses policies that should be refused.</summary>
internal static class Diagnostics
{
    public static IReadOnlyList<CedarDiagnostic> Of(string policies)
    {
        Assert.False(PolicySet.TryParse(policies, "test.cedar", out var set, out var diagnostics), $"`{policies}` should be refused.");
        Assert.Null(set);
        Assert.NotEmpty(diagnostics);
        return diagnostics;
    }

    public static CedarDiagnostic OfCondition(string expression) => Of($"permit(principal, action, resource) when {{ {expression} }};")[0];
}
