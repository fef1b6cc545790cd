namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>A way from a variable through attributes.</summary>
internal sealed record AccessPath(string Text, GType Type)
{
    /// <summary>The tests for what may be missing on the way.</summary>
    public IReadOnlyList<string> Guards { get; init; } = [];

    public AccessPath To(GAttribute attribute, Prng random)
    {
        var isIdentifier = CedarNames.IsIdentifier(attribute.Name);
        var text = isIdentifier && random.Percent(80) ? $"{Text}.{attribute.Name}" : $"{Text}[{CedarText.Quote(attribute.Name)}]";
        var test = $"{Text} has {(isIdentifier && random.Percent(80) ? attribute.Name : CedarText.Quote(attribute.Name))}";
        return new(text, attribute.Type) { Guards = attribute.IsRequired ? Guards : [.. Guards, test] };
    }
}
