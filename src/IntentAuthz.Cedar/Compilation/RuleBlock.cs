namespace IntentAuthz.Cedar.Compilation;

/// <summary>The rules that the index holds under one key.</summary>
internal sealed class RuleBlock(Rule[] forbids, Rule[] permits)
{
    public static readonly RuleBlock Empty = new([], []);

    public Rule[] Forbids { get; } = forbids;

    public Rule[] Permits { get; } = permits;
}
